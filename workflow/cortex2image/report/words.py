"""Words of the report: a name to show and one line of explanation for everything that has a short name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cortex2image.metrics.judge_titles import judge_title
from cortex2image.metrics.registry import metric_facts
from cortex2image.novelty.measures import EMBEDDING, PHASH, PIXELS
from cortex2image.report.region_words import REGIONS, TITLES
from cortex2image.report.statistic_words import STATISTICS
from cortex2image.study.encoding_models import STACK
from cortex2image.study.methods import described
from cortex2image.study.model_titles import layer_title, model_title, space_title
from cortex2image.study.space_names import parse_space

DECODED = "decoded_"
"""Beginning of the names of decoded features where they stand in place of a method."""
CONTENTS = {"z": "z (layout)", "c": "c (meaning)", "zc": "zc (layout and meaning)"}
"""Longer titles of the three methods of the paper, whose names are letters."""
READERS = {
    "simulated": ("simulated brains", "voxels that the workflow makes by a known formula, of a known brain"),
    "bids": ("BIDS data set", "a data set in the Brain Imaging Data Structure, preprocessed by fMRIPrep"),
    "bids_categories": (
        "BIDS data set of categories",
        "a data set in the Brain Imaging Data Structure, preprocessed by fMRIPrep; events name categories",
    ),
    "haxby2001": ("Haxby et al. (2001)", "six people saw blocks of pictures of eight categories"),
    "nsd": (
        "Natural Scenes Dataset",
        "eight people saw up to 10,000 photographs each at 7 T (Allen et al. 2022)",
    ),
    "bold5000": ("BOLD5000", "four people saw some 5,000 photographs (Chang et al. 2019)"),
    "bdpy": ("files of bdpy", "responses as the Kamitani laboratory publishes them"),
}
MINIATURE = "miniature"


@dataclass(frozen=True)
class Word:
    """What a reader sees of a name: words, and one line that explains them."""

    title: str
    explanation: str


def method_word(name: str) -> Word:
    """Return the words for a reconstruction method, or for the decoded features of a space themselves."""
    if method := described(name):
        return Word(CONTENTS.get(name, method.title), method.meaning)
    space = name.removeprefix(DECODED)
    meaning = parse_space(space).facts.meaning
    explanation = f"judges the decoded features themselves ({meaning}), before any picture is made"
    return Word(f"decoded {space_title(space)}", explanation)


def metric_word(name: str) -> Word:
    """Return the words for a metric."""
    facts = metric_facts(name)
    return Word(facts.title, facts.what)


def space_word(name: str) -> Word:
    """Return the words for a feature space."""
    return Word(space_title(name), parse_space(name).facts.meaning)


def model_word(name: str) -> Word:
    """Return the words for an encoding model."""
    if name.startswith(f"{STACK}-"):
        what = "the layers of the U-Net together, weighted by how well each does on training data"
    else:
        spaces = name.split("+")
        what = ", and from ".join(dict.fromkeys(parse_space(space).facts.meaning for space in spaces))
    return Word(model_title(name), f"predicts responses from {what}")


def region_word(name: str) -> Word:
    """Return the words for a region; a name that nobody knows stays as the user wrote it."""
    return Word(TITLES.get(name, name), REGIONS.get(name, "a region that the study names"))


def layer_word(name: str) -> Word:
    """Return the words for a layer of the U-Net."""
    side = name.split(".")[0].rstrip("0123456789")
    where = {
        "down": "on the way down, where the picture becomes coarser; 0 is the finest",
        "mid": "at the bottom, where the picture is coarsest",
        "up": "on the way up, where the picture becomes finer; 0 is the coarsest",
    }[side]
    return Word(layer_title(name), f"a block of the denoising network (U-Net) {where}")


def noise_word(name: str) -> Word:
    """Return the words for a noise level, a number from 0 to 1."""
    explanation = (
        "share of the noise schedule that is added and then taken away: 1 leaves nothing of the picture"
    )
    return Word(f"noise {float(name):g}", explanation)


def step_word(name: str) -> Word:
    """Return the words for a denoising step, counted from 1."""
    return Word(
        f"step {int(name)}", "denoising step after which features are taken; later ones hold less noise"
    )


def measure_word(name: str) -> Word:
    """Return the words for a measure of novelty: how like its nearest training stimulus a stimulus is."""
    if name == PHASH:
        return Word("perceptual hash (share of equal bits)", "compares coarse patterns of light and dark")
    if name == PIXELS:
        return Word("pixels at 32 x 32 (r)", "correlation of the pixels of two small copies")
    if name.startswith(EMBEDDING):
        judge = judge_title(name.removeprefix(EMBEDDING))
        return Word(
            f"embedding by {judge} (cosine)", f"compares what the network {judge} sees in two pictures"
        )
    return Word(f"features {space_title(name)} (r)", f"correlation of {parse_space(name).facts.meaning}")


def statistic_word(name: str) -> Word:
    """Return the words for a statistic of :data:`~cortex2image.report.statistic_words.STATISTICS`."""
    return Word(*STATISTICS[name])


def reader_word(name: str) -> Word:
    """Return the words for a reader of data sets."""
    return Word(*READERS[name])


def set_word(name: str) -> Word:
    """Return the words for a model set."""
    if name == MINIATURE:
        what = (
            "a small diffusion model that draws rendered scenes of few objects and settings, no photographs"
        )
        return Word("miniature diffusion model", what)
    version = re.sub(r"(?<=\d)-(?=\d)", ".", name)
    title = version.replace("-", " ").replace("stable diffusion", "Stable Diffusion")
    title = title.replace("dreamsim", "with DreamSim")
    return Word(title, "weights as published")


KINDS: Mapping[str, Callable[[str], Word]] = {
    "method": method_word,
    "metric": metric_word,
    "space": space_word,
    "model": model_word,
    "region": region_word,
    "layer": layer_word,
    "noise": noise_word,
    "step": step_word,
    "measure": measure_word,
    "statistic": statistic_word,
    "reader": reader_word,
    "model_set": set_word,
}


def term(name: str, kind: str) -> Word:
    """Return the words for a name of a kind of :data:`KINDS`; templates use it as a filter."""
    return KINDS[kind](name)


def title(name: str, kind: str) -> str:
    """Return the title alone; templates use it as the filter ``words``."""
    return term(name, kind).title
