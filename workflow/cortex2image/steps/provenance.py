"""Record what made the results of a study: config, code, packages, models and seeds.

Reads the resolved config, the checksums of the model set and the git checkout the code lies in. Writes
``provenance.json``, and ``dataset_description.json``, which tells programs that know the Brain Imaging Data
Structure what the folder is. Nothing in them names a machine, a user or an absolute path.
"""

import json
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cortex2image.errors import run_step
from cortex2image.files import atomic, sha256
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.sources import ROOT, installed_version, package_version
from cortex2image.study.command import Command
from cortex2image.study.fields import as_json
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study

PACKAGES = (
    "diffusers",
    "jinja2",
    "lpips",
    "matplotlib",
    "nibabel",
    "nilearn",
    "numpy",
    "pandas",
    "pillow",
    "pyarrow",
    "safetensors",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "snakemake",
    "tokenizers",
    "torch",
    "torchvision",
    "transformers",
)
SEED_RULE = "every draw: the first 8 bytes of blake2b over the study's seed and what the draw is for"
BIDS_VERSION = "1.10.0"
READS = ("everything",)
COMMAND = Command(__doc__, Study, READS, inputs=("model_sums",), outputs=("provenance", "description"))


def package_versions() -> dict[str, str | None]:
    """Return the version of each of :data:`PACKAGES`, None where it is not installed."""
    return {name: installed_version(name) for name in PACKAGES}


def git_state(folder: Path) -> dict[str, Any]:
    """Return the commit of the checkout whose top is `folder`, and whether files it holds were changed.

    Both are None where git is absent or `folder` is no checkout; a copy of the code that lies somewhere
    inside another repository must not claim that repository's commit.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != folder.resolve():
        return {"commit": None, "dirty": None}
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": _git(folder, "rev-parse", "HEAD"), "dirty": changes is None or bool(changes)}


def without_machine(value: Any) -> Any:
    """Return a config in which absolute paths keep only their last part: the rest describes a machine."""
    if isinstance(value, dict):
        return {key: without_machine(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_machine(part) for part in value]
    if isinstance(value, str) and Path(value).is_absolute():
        return f".../{Path(value).name}"
    return value


def dataset_description(study: Study, version: str) -> dict[str, Any]:
    """Return what BIDS asks of a derived data set (BIDS specification, section Derived dataset metadata)."""
    facts: dict[str, Any] = {
        "Name": f"cortex2image, study {study.study}",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [
            {
                "Name": "cortex2image",
                "Version": version,
                "Description": "Pictures from brain activity, and encoding models, with the latent diffusion "
                f"model {study.models.set}. provenance.json has code, packages, config and seeds.",
            }
        ],
    }
    reader = READERS[study.dataset.reader]
    if reader.made_by_workflow is not None:
        return facts | {"SourceDatasets": [{"URL": "simulated/bids"}]}
    return facts | ({"SourceDatasets": [{"URL": reader.article}]} if reader.article else {})


def main(argv: Sequence[str] | None = None) -> None:
    """Collect and write the provenance."""
    args, study = COMMAND.parse(argv)
    facts = {
        "version": package_version(ROOT.parent),
        "git": git_state(ROOT.parent),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
        "torchvision": ensure_torchvision(),
        "models": {"set": study.models.set, "sha256": sha256(args.model_sums)},
        "seeds": {"study": study.seed, "rule": SEED_RULE},
        "config": without_machine(as_json(study)),
    }
    described = dataset_description(study, package_version(ROOT.parent))
    for path, content in ((args.provenance, facts), (args.description, described)):
        with atomic(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, None where it fails or is not installed."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    run_step(main)
