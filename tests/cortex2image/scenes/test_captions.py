from cortex2image.scenes.captions import captions, category_captions, words
from cortex2image.scenes.scene import Scene, SceneObject, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, NOUNS, SETTING_PHRASES


def scene_of(*objects):
    items = tuple(SceneObject(category, colour, 0.6, 0.5, 0.5, 0.0, False) for category, colour in objects)
    return Scene(0, "train", "beach", items, "dusk", detail_seed=5)


def test_captions_say_what_is_there():
    five = captions(scene_of(("cat", "red"), ("umbrella", "orange")))
    assert len(five) == 5
    for caption in five:
        assert any(noun in caption for noun in NOUNS["cat"])
        assert any(noun in caption for noun in NOUNS["umbrella"])
    assert all("red" in caption and "orange" in caption for caption in five[:4])
    assert all(any(place in caption for place in SETTING_PHRASES["beach"]) for caption in five[:4])
    assert "at dusk" in five[3]


def test_articles_and_hair():
    caption = captions(scene_of(("umbrella", "orange")))[0]
    assert caption.startswith("an orange ")
    assert "with black hair" in captions(scene_of(("face", "black")))[0]


def test_every_word_is_in_the_vocabulary():
    known = set(words())
    texts = [text for i in range(300) for text in captions(sample_scene(0, "train", i))]
    texts += [text for category in CATEGORIES for text in category_captions(category)]
    assert {word for text in texts for word in text.split()} <= known


def test_bare_categories_get_five_captions_with_the_right_noun():
    for category in CATEGORIES:
        five = category_captions(category)
        assert len(set(five)) == 5
        assert all(NOUNS[category][0] in caption for caption in five)
