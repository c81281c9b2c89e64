"""Sentences on scores: metrics, nulls, intervals, comparisons, software."""

from collections.abc import Iterable

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.references import keys_of_source
from cortex2image.report.methods.wording import listed
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study

CITED_PACKAGES = {
    "snakemake": "Snakemake {} [@molder2021]",
    "torch": "PyTorch {} [@paszke2019]",
    "diffusers": "diffusers {}",
    "transformers": "transformers {}",
    "numpy": "NumPy {} [@harris2020]",
    "scipy": "SciPy {} [@virtanen2020]",
    "nilearn": "nilearn {} [@abraham2014]",
    "nibabel": "nibabel {}",
}


def scores(study: Study, facts: Facts) -> list[str]:
    """Describe what pictures were scored by."""
    if not READERS[study.dataset.reader].image_identity:
        return ["Since only the category of a picture is known, pictures were scored by it."]
    return [
        f"Pictures were scored by {len(facts.metrics)} metrics, chosen by {listed(study.evaluate.metrics)}, "
        "which are "
        "listed with definition and version below. The score of a method is the mean over stimuli of the "
        "mean over "
        "samples."
    ]


def chance(study: Study, facts: Facts) -> list[str]:
    """Describe nulls, intervals, comparisons, floors and ceilings."""
    methods, pictured = method_names(study.reconstruct), READERS[study.dataset.reader].image_identity
    what = "picture" if pictured else "category"
    within = "" if study.dataset.cross_validate == "none" else ", within folds"
    text = [
        f"p of a score is one-sided, from {study.evaluate.permutations:,} permutations of which {what} "
        f"belongs to which stimulus{within}, or from all of them where there are fewer, and never 0 "
        "[@phipson2010]. Intervals hold 95 %: of one subject, over test stimuli; of all, over subjects and "
        "stimuli.",
    ]
    if len(methods) > 1:
        text.append(
            "Methods were compared by the same stimuli, with q by the false discovery rate [@benjamini1995] "
            "over the "
            "metrics of one kind."
        )
    if "ceiling" in " ".join(methods):
        text.append("The ceiling of a score is that of true features through the same generator.")
    return text


def brain(study: Study, facts: Facts) -> list[str]:
    """Describe the comparison of pictures with responses; nothing where there is none."""
    spaces = brain_spaces(study)
    if not spaces:
        return []
    of = study.evaluate.brain
    voxels = f" with a noise ceiling above {of.min_noise_ceiling:g}" if of.min_noise_ceiling else ""
    return [
        f"Encoding models of {listed(spaces)} also predicted responses from the reconstructions, which were "
        "compared "
        f"with measured ones in the voxels of {listed(of.regions)}{voxels}."
    ]


def software(study: Study, facts: Facts) -> list[str]:
    """Name cortex2image, what it runs with, and the seed."""
    commit = f", commit {facts.commit[:12]}" if facts.commit else ""
    used = [words.format(v) for name, words in CITED_PACKAGES.items() if (v := facts.packages.get(name))]
    return [
        f"All steps were run by cortex2image {facts.version}{commit}, after the method of Yu Takagi and "
        f"Shinji Nishimoto [@takagi2023], with Python {facts.python}, {listed(used)}. Every random draw "
        "follows from the seed "
        f"{study.seed} and from what it is for."
    ]


def metric_rows(names: Iterable[str], versions: Facts) -> list[dict[str, object]]:
    """Return what the page lists of each metric: name, title, definition, version, source, citations."""
    rows: list[dict[str, object]] = []
    for name in names:
        facts = metric_facts(name)
        rows.append(
            {
                "name": name,
                "title": facts.title,
                "what": facts.what,
                "compared": facts.compared,
                "ties": facts.ties,
                "version": versions.metrics[name],
                "source": facts.source,
                "keys": keys_of_source(facts.source),
            }
        )
    return rows
