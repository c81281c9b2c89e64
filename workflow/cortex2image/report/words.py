"""Words of the report: a name to show and one line of explanation for everything that has a short name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cortex2image.metrics.registry import metric_facts
from cortex2image.study.methods import described
from cortex2image.study.space_names import parse_space


@dataclass(frozen=True)
class Word:
    """What a reader sees of a name: words, and one line that explains them."""

    title: str
    explanation: str


def method_word(name: str) -> Word:
    """Return the words for a reconstruction method, or for the decoded features of a space themselves."""
    if method := described(name):
        return Word(method.title, method.meaning)
    space = parse_space(name.removeprefix("decoded_")).facts
    return Word(name, f"judges the decoded features themselves ({space.meaning}), before any picture is made")


def metric_word(name: str) -> Word:
    """Return the words for a metric."""
    facts = metric_facts(name)
    return Word(facts.title, facts.what)


SPACES = {
    "z": "Picture latent (z)",
    "c": "Caption (c)",
    "e": "Picture embedding (e)",
    "zc": "Latent remade under the caption (zc)",
    "blip": "Captioning network (BLIP)",
    "depth": "Depth",
}


def model_word(name: str) -> Word:
    """Return the words for an encoding model."""
    if name.startswith("stack-"):
        _, noise, step = name.split("-")
        title = f"All layers of the U-Net, noise {noise[1:]}, step {step[1:]}"
        return Word(title, "the models of single layers, combined with weights that every voxel chooses")
    if "+" in name:
        first, second = (model_word(part).title for part in name.split("+"))
        return Word(f"{first} with {second}", "both fitted together, each with a penalty of its own")
    space = parse_space(name)
    title = SPACES.get(space.kind, f"U-Net, layer {space.layer}")
    noise = "" if space.noise is None else f", noise {space.noise:g}"
    step = "" if space.step is None else f", step {space.step}"
    return Word(f"{title}{noise}{step}", f"predicts voxels from the {space.facts.meaning}")


def region_word(name: str) -> Word:
    """Return the words for a region of the brain."""
    known = {
        "all": Word("Whole mask", "every voxel of the mask, in a region or not"),
        "unlabelled": Word("In no region", "voxels of the mask that the atlas gives no label"),
    }
    return known.get(name, Word(name.replace("_", " "), "region as the atlas of the study names it"))


KINDS: Mapping[str, Callable[[str], Word]] = {
    "method": method_word,
    "metric": metric_word,
    "model": model_word,
    "region": region_word,
}


def term(name: str, kind: str) -> Word:
    """Return the words for a name of a kind of :data:`KINDS`; templates use it as a filter."""
    return KINDS[kind](name)
