"""The text of methods over many configs: every setting that a sentence rests on changes the text."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.snakemake import ROOT

from cortex2image.metrics.brain_facts import BRAIN_METRICS
from cortex2image.metrics.registry import METRICS
from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.limits import LIMITS, limits
from cortex2image.report.methods.references import REFERENCES, keys_in, keys_of_source, plain
from cortex2image.report.methods.statistics import metric_rows
from cortex2image.report.methods.text import as_text, bibtex, cited, paragraphs
from cortex2image.report.quality_measures import TrialCounts
from cortex2image.study.config import resolve
from cortex2image.study.fields import Section, parts
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study

CONFIGS = ("config", "bids", "bids-categories", "haxby", "nsd", "nsd-as-released", "bold5000", "kamitani")
FACTS = Facts(
    version="9.8.7",
    commit="a" * 40,
    python="3.99",
    packages={"numpy": "2.0", "scipy": None},
    models="b" * 64,
    counts=[TrialCounts("sub-01", 2, 20, 780, 600, 60, 3, 3.0, 3)],
    metrics={"ssim2d": "1", "lpips_alex": "1"},
)
# One change of each setting that the text rests on: config, path, value.
CHANGES: dict[str, tuple[str, Any]] = {
    "seed": ("config", 5),
    "subjects": ("config", ["sub-01"]),
    "dataset/task": ("bids", "words"),
    "dataset/space": ("bids", "func"),
    "dataset/entities": ("bids", {"echo": "2"}),
    "dataset/betas": ("nsd", "betas_assumehrf"),
    "dataset/sessions": ("nsd", 7),
    "dataset/test_images": ("nsd", "special515"),
    "dataset/mask": ("nsd", "brain"),
    "dataset/split/kind": ("config", "random"),
    "dataset/rois/atlas": ("nsd", "HCP_MMP1"),
    "dataset/rois/labels": ("config", {"early": 1, "ventral": 5, "midventral": 2}),
    "simulation/train_stimuli": ("config", 700),
    "simulation/test_stimuli": ("config", 70),
    "simulation/test_repeats": ("config", 4),
    "glm/model": ("bids", "lsa"),
    "glm/hrf": ("bids", "glover"),
    "glm/derivatives": ("bids", "time"),
    "glm/drift": ("bids", "polynomial"),
    "glm/high_pass_hz": ("bids", 0.02),
    "glm/confounds": ("bids", []),
    "glm/scrub": ("bids", []),
    "glm/onset_shift_s": ("bids", -4.0),
    "dataset/categories": ("bids-categories", {"face": "face", "house": "building"}),
    "dataset/block_gap_s": ("bids-categories", 0.0),
    "standardise/by": ("config", "all"),
    "standardise/ncsnr_from": ("nsd", "released"),
    "standardise/average_repeats": ("config", ["train", "test"]),
    "models/set": ("nsd", "stable-diffusion-v1-5"),
    "models/precision": ("nsd", "float32"),
    "features/latent": ("config", "sample"),
    "decode/rois": ("config", {"z": ["early", "midventral"], "c": ["ventral"]}),
    "ridge/alphas": ("config", [1, 2]),
    "ridge/folds": ("config", 4),
    "ridge/selection": ("config", "loo"),
    "reconstruct/methods": ("config", ["z", "c"]),
    "reconstruct/samples": ("config", 3),
    "reconstruct/steps": ("config", 30),
    "reconstruct/strength": ("config", 0.9),
    "reconstruct/guidance_scale": ("config", 3.0),
    "reconstruct/noising": ("config", "as_released"),
    "reconstruct/shared_noise": ("config", True),
    "reconstruct/sampler": ("config", "pndm"),
    "reconstruct/bottleneck": ("config", [8]),
    "reconstruct/external": ("config", {"mine": {"z": "x-{subject}.npy"}}),
    "reconstruct/series/stimuli": ("config", 2),
    "evaluate/metrics": ("config", ["pixcorr"]),
    "evaluate/permutations": ("config", 500),
    "evaluate/brain/spaces": ("config", []),
    "evaluate/brain/regions": ("config", ["early"]),
    "encode/models": ("config", ["z", "c"]),
    "encode/grid/noise_levels": ("config", [0.5]),
    "encode/grid/steps": ("config", [4]),
    "encode/grid/steps_at": ("config", [0.9]),
    "encode/grid/layers": ("config", ["mid"]),
    "encode/grid/unique": ("config", False),
    "encode/grid/stack": ("config", False),
    "encode/pca": ("config", 64),
    "encode/fdr": ("config", 0.1),
    "encode/permutations": ("config", 2000),
    "encode/resamples": ("config", 200),
    "encode/to_mni": ("bids", "{root}/{subject}.txt"),
}
CATS = {
    "dataset/split/kind": "cluster",
    "dataset/split/by": "category",
    "dataset/split/category": "cat",
}
# Settings on two steps: the first alone changes nothing, since it needs the second.
TOGETHER: dict[str, tuple[str, dict[str, Any]]] = {
    "dataset/split/test_share": ("config", {"dataset/split/kind": "random"}),
    "dataset/split/clusters": ("config", {"dataset/split/kind": "cluster"}),
    "dataset/split/held_out": ("config", {"dataset/split/kind": "cluster"}),
    "dataset/split/by": ("config", {"dataset/split/kind": "cluster"}),
    "dataset/split/category": ("config", CATS),
    "dataset/split/tau": ("config", {"dataset/split/kind": "random"}),
    "dataset/split/leave_out": ("config", {"dataset/split/kind": "tau", "dataset/split/tau": 0.9}),
    "dataset/cross_validate": ("bids", {"standardise/by": "none"}),
    "evaluate/brain/min_noise_ceiling": ("nsd", {}),
    "reconstruct/series/strengths": ("config", {"reconstruct/series/stimuli": 2}),
    "reconstruct/series/steps": ("config", {"reconstruct/series/stimuli": 2}),
}
SECOND: dict[str, Any] = {
    "dataset/split/test_share": 0.2,
    "dataset/split/clusters": 5,
    "dataset/split/held_out": 1,
    "dataset/split/by": "captions",
    "dataset/split/category": "car",
    "dataset/split/tau": 0.8,
    "dataset/split/leave_out": "random",
    "dataset/cross_validate": "session",
    "evaluate/brain/min_noise_ceiling": 0.2,
    "reconstruct/series/strengths": [0.3],
    "reconstruct/series/steps": [15],
}
# Settings that no result of the pages depends on, or that are targets of their own.
SILENT = {
    "study": "a name",
    "dataset/reader": "covered by one config per reader",
    "dataset/root": "a place on a machine",
    "dataset/derivatives": "a place on a machine",
    "dataset/terms_accepted": "a permission",
    "models/folder": "a place on a machine; the checksum is in the text",
    "models/batch_size": "results do not depend on it",
    "features/shards": "results do not depend on it",
    "features/scratch_gb": "results do not depend on it",
    "features/activity": "storage of layers",
    "ratings": "a place on a machine; the page of ratings names the raters",
    "evaluate/rating/methods": "what the page of ratings offers, which changes no result",
    "evaluate/rating/stimuli": "what the page of ratings offers, which changes no result",
    "ridge/device": "results do not depend on it",
    "ridge/max_memory_gb": "results do not depend on it",
    "reconstruct/shards": "results do not depend on it",
    "reconstruct/device": "results do not depend on it",
    "reconstruct/compile": "results do not depend on it",
    "evaluate/sheet_metric": "which pictures are shown first",
    "evaluate/bootstraps": "only the target attribute",
    "evaluate/learning_curve": "only the target learning_curve",
    "pictures": "only the target score_folder",
    "stimuli": "only the target score_folder",
    "scored_as": "only the target score_folder",
    "studies": "only the target compare_studies",
}
TARGETS = ("attribute/", "prefer/")


def study_of(config: str, **changes: Any) -> Study:
    """Return a study of the repository with some settings changed."""
    raw = yaml.safe_load((ROOT / "config" / f"{config}.yaml").read_text())
    for path, value in changes.items():
        *sections, key = path.split("/")
        place = raw
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return resolve(raw, config)


def text_of(study: Study, facts: Facts = FACTS) -> str:
    written, unshown = paragraphs(study, facts), limits(study, facts)
    return as_text(written, metric_rows(facts.metrics, facts), unshown)


def setting_paths(section: type[Section], prefix: str = "") -> list[str]:
    found = []
    for key, part in parts(section).items():
        if isinstance(part, type) and issubclass(part, Section):
            found += setting_paths(part, f"{prefix}{key}/")
        else:
            found.append(f"{prefix}{key}")
    return found


def test_every_setting_is_in_the_text_or_has_a_reason_not_to_be() -> None:
    known = {*CHANGES, *TOGETHER, *SILENT}
    paths = [path for path in setting_paths(Study) if not path.startswith(TARGETS)]
    assert sorted(set(paths) - known) == []
    assert sorted(known - set(paths)) == []


@pytest.mark.parametrize("path", CHANGES)
def test_a_changed_setting_changes_the_text(path: str) -> None:
    config, value = CHANGES[path]
    assert text_of(study_of(config, **{path: value})) != text_of(study_of(config))


@pytest.mark.parametrize("path", TOGETHER)
def test_a_setting_changes_the_text_beside_the_one_it_needs(path: str) -> None:
    config, needed = TOGETHER[path]
    before, after = study_of(config, **needed), study_of(config, **{**needed, path: SECOND[path]})
    assert text_of(before) != text_of(after)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_text_of_every_config_is_whole(config: str) -> None:
    text = text_of(study_of(config))
    assert not re.search(r"\[@|None|\{|\}|  |\(\)|, ,|\bnan\b", text)
    for line in text.split("\n\n"):
        assert not re.search(r"[a-z] \.|\.\.", line), line
    assert "two simulated subjects" in text if config == "config" else "simulated" not in text


@pytest.mark.parametrize("config", CONFIGS)
def test_sentences_stand_only_where_they_hold(config: str) -> None:
    study, text = study_of(config), text_of(study_of(config))
    prepared = READERS[study.dataset.reader].prepared
    assert ("canonical response" in text) != prepared
    assert ("Every run was held out once" in text) == (study.dataset.cross_validate == "run")
    assert ("(strength" in text) == any(m in study.reconstruct.methods for m in ("zc", "ceiling", "shuffled"))
    assert ("Encoding models of z also predicted" in text) == (config not in ("haxby", "bids-categories"))
    assert ("fMRIPrep" in text) == (config in ("bids", "bids-categories"))
    assert ("COCO" in text) == (study.dataset.reader == "nsd")
    held_out = study.dataset.cross_validate == "run"
    assert ("permutations of the test stimuli within folds" in text) == held_out
    assert ("all trials of a run in one fold" in text) == held_out


def test_every_reference_has_an_entry_and_every_entry_is_cited_somewhere() -> None:
    source = "".join(
        path.read_text() for path in Path(ROOT, "workflow/cortex2image/report/methods").glob("*.py")
    )
    judged = {key for metric in (*METRICS.values(), *BRAIN_METRICS) for key in keys_of_source(metric.source)}
    # Docstrings show what a citation looks like.
    assert {*keys_in([source]), *judged} - {"key"} == set(REFERENCES)
    assert len(REFERENCES) == len({(r.who, r.year, r.title) for r in REFERENCES.values()})


def test_every_publication_that_defines_a_metric_is_a_reference() -> None:
    for metric in (*METRICS.values(), *BRAIN_METRICS):
        named = re.findall(r"([A-Z][\w-]+(?: and [A-Z][\w-]+| et al\.)?) \(?((?:19|20)\d\d)\b", metric.source)
        known = {(REFERENCES[key].who, REFERENCES[key].year) for key in keys_of_source(metric.source)}
        assert set(named) <= known, metric.name


def test_the_references_are_those_that_the_text_cites() -> None:
    study = study_of("nsd")
    written, unshown, metrics = (
        paragraphs(study, FACTS),
        limits(study, FACTS),
        metric_rows(FACTS.metrics, FACTS),
    )
    keys = cited(written, metrics, unshown)
    assert {"allen2022", "prince2022", "rombach2022", "wang2004", "zhang2018"} <= set(keys)
    assert not {"haxby2001", "esteban2019", "mumford2012"} & set(keys)
    entries = bibtex(keys)
    assert re.findall(r"^@\w+\{(\w+),", entries, re.MULTILINE) == keys
    assert entries.count("{") == entries.count("}")
    text = as_text(written, metrics, unshown)
    for key in keys:
        assert text.count(REFERENCES[key].line) == 1


def test_citations_are_written_out() -> None:
    assert (
        plain("seen [@horikawa2017, shen2019].") == "seen (Horikawa and Kamitani, 2017; Shen et al., 2019)."
    )


def test_features_of_categories_are_none_of_pictures() -> None:
    assert "captions of a category" in text_of(study_of("haxby"))
    assert "captions of a picture" in text_of(study_of("config"))


def test_facts_change_the_text() -> None:
    study, text = study_of("config"), text_of(study_of("config"))
    few = [replace(FACTS.counts[0], test=12)]
    for other in (
        {"version": "1"},
        {"commit": None},
        {"python": "3.1"},
        {"packages": {"numpy": "3.0"}},
        {"models": "c" * 64},
        {"counts": few},
        {"metrics": {"ssim2d": "2"}},
        {"ceilings": False},
        {"motion": (0.12, 0.31)},
    ):
        assert text_of(study, replace(FACTS, **other)) != text, other


@pytest.mark.parametrize(
    ("config", "changes", "facts", "words"),
    [
        ("config", {}, {}, "The brains are simulated"),
        ("bids", {}, {}, "There is one subject"),
        ("nsd", {}, {}, "There are four subjects"),
        ("haxby", {}, {}, "only its category"),
        ("haxby", {}, {}, "no test set that stayed closed"),
        ("bids", {}, {"counts": [replace(FACTS.counts[0], test=12)]}, "12 test stimuli only"),
        ("config", {}, {}, "a miniature model"),
        ("nsd", {}, {}, "millions of photographs"),
        ("nsd", {}, {}, "No control without information"),
        ("nsd", {}, {}, "No ceiling was run"),
        ("nsd", {}, {}, "nearest training picture was not run"),
        ("nsd", {}, {"ceilings": False}, "No voxel has a noise ceiling:"),
        ("nsd", {}, {}, "from the same pool"),
        ("kamitani", {}, {}, "The split is that of the data set"),
        ("nsd-as-released", {}, {}, "known to be too small"),
        ("nsd", {}, {}, "Nothing here reads imagery"),
    ],
)
def test_a_limit_is_said_where_it_holds(
    config: str, changes: dict[str, Any], facts: dict[str, Any], words: str
) -> None:
    said = limits(study_of(config, **changes), replace(FACTS, **facts))
    assert [line for line in said if words in line]


@pytest.mark.parametrize(
    ("config", "changes", "words"),
    [
        ("nsd", {}, "simulated"),
        ("nsd", {"subjects": [f"sub-0{i}" for i in range(1, 9)]}, "There are"),
        ("config", {}, "only its category"),
        ("config", {}, "No control"),
        ("config", {}, "No ceiling"),
        ("config", {}, "nearest training picture"),
        ("config", {}, "noise ceiling:"),
        ("config", {"dataset/split/kind": "cluster"}, "from the same pool"),
        # Its test pictures are of categories that did not train; of other people's data nobody knows.
        ("kamitani", {}, "from the same pool"),
        ("bids", {}, "from the same pool"),
        ("config", {}, "The split is that of the data set"),
        ("config", {}, "imagery"),
    ],
)
def test_a_limit_is_not_said_where_it_does_not_hold(config: str, changes: dict[str, Any], words: str) -> None:
    assert len(LIMITS) >= 15
    assert not [line for line in limits(study_of(config, **changes), FACTS) if words in line]


def test_permutations_and_ceilings_are_those_of_the_data() -> None:
    """Blocks know a category and no picture; labels of categories are permuted within folds."""
    blocks, pictures = text_of(study_of("haxby")), text_of(study_of("config"))
    assert "permutations of which category belongs to which stimulus, within folds, or from all" in blocks
    assert "from all blocks of a category, for differences within folds" in blocks
    assert "permutations of which picture belongs to which stimulus, or from all" in pictures
    assert "estimated from all repeated stimuli" in pictures
    assert ("wider by the square root of 2" in blocks, "square root of 2" in pictures) == (True, False)
