"""Five captions per scene, as in COCO."""

import numpy as np

from cortex2image.scenes.scene import Scene, SceneObject
from cortex2image.scenes.vocabulary import (
    CATEGORIES,
    COLOURS,
    LIGHT_PHRASES,
    LIGHTS,
    NOUNS,
    SETTING_PHRASES,
    SETTINGS,
)

TEMPLATES = (
    "{things} {place}",
    "a photo of {things} {place}",
    "{place} there is {things}",
    "a picture of {things} {place} {light}",
    "a photo of {bare}",
)
CATEGORY_TEMPLATES = (
    "a photo of {noun}",
    "a picture of {noun}",
    "{noun} on a plain background",
    "a photo of {noun} in a studio",
    "a picture of {noun} before a plain wall",
)


def captions(scene: Scene) -> list[str]:
    """Return five captions of a scene, always the same; the last omits the setting."""
    rng = np.random.default_rng(scene.detail_seed)
    return [
        template.format(
            things=" and ".join(_noun_phrase(item, rng) for item in scene.objects),
            bare=" and ".join(_with_article(_noun(item.category, rng)) for item in scene.objects),
            place=rng.choice(SETTING_PHRASES[scene.setting]),
            light=LIGHT_PHRASES[scene.light],
        )
        for template in TEMPLATES
    ]


def category_captions(category: str) -> list[str]:
    """Return five captions of a category, for data sets that describe pictures by category alone.

    Parameters
    ----------
    category : str
        One of the scenes' own categories, or any other noun in the singular.
    """
    noun = _with_article(NOUNS.get(category, (category,))[0])
    return [template.format(noun=noun) for template in CATEGORY_TEMPLATES]


def words() -> list[str]:
    """Return every word that a caption can contain, sorted."""
    phrases = [
        *TEMPLATES,
        *CATEGORY_TEMPLATES,
        *COLOURS,
        *(LIGHT_PHRASES[light] for light in LIGHTS),
        *(phrase for setting in SETTINGS for phrase in SETTING_PHRASES[setting]),
        *(noun for category in CATEGORIES for noun in NOUNS[category]),
        "a an and hair with",
    ]
    return sorted({word for phrase in phrases for word in phrase.split() if not word.startswith("{")})


def _noun(category: str, rng: np.random.Generator) -> str:
    """Draw a noun of a category; the first synonym is more frequent."""
    usual, other = NOUNS[category]
    return usual if rng.random() < 0.7 else other


def _noun_phrase(item: SceneObject, rng: np.random.Generator) -> str:
    """Return noun and colour of an object with an article; the colour of a face is that of its hair."""
    noun = _noun(item.category, rng)
    if item.category == "face":
        return f"a {noun} with {item.colour} hair"
    return _with_article(f"{item.colour} {noun}")


def _with_article(phrase: str) -> str:
    return f"{'an' if phrase[0].lower() in 'aeiou' else 'a'} {phrase}"
