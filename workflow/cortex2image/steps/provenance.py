"""What made the results of a study: config, code, packages, models and seeds.

Reads the resolved config, the checksums of the model set and the git checkout the code lies in. Writes
``provenance.json``. Nothing in it names a machine, a user or an absolute path.
"""

import argparse
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.files import atomic, sha256
from cortex2image.models.compat import ensure_torchvision
from cortex2image.sources import ROOT

PACKAGES = (
    "diffusers",
    "jinja2",
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


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="provenance", description=__doc__)
    parser.add_argument("--config-json", required=True, help="the resolved config as JSON")
    parser.add_argument("--model-sums", required=True, type=Path, help="SHA256SUMS of the model set")
    parser.add_argument("--provenance", required=True, type=Path)
    return parser.parse_args(argv)


def read_config(text: str) -> dict[str, Any]:
    """Return the config; it must state the study's name and seed.

    Raises
    ------
    ConfigError
        `text` is no JSON object, or lacks ``study`` or ``seed``.
    """
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            "--config-json", "a JSON object", str(error), "pass the config as JSON text"
        ) from None
    missing = {"study", "seed"} - set(config if isinstance(config, dict) else ())
    if missing:
        found = f"no {' and no '.join(sorted(missing))}"
        raise ConfigError("--config-json", "an object with study and seed", found, "pass the whole config")
    return config


def package_versions() -> dict[str, str | None]:
    """Return the version of each of :data:`PACKAGES`, None where it is not installed."""
    return {name: _version(name) for name in PACKAGES}


def git_state(folder: Path) -> dict[str, Any]:
    """Return the commit of the checkout whose top is `folder`, and whether files differ from it.

    Both are None where git is absent or `folder` is no checkout; a copy of the code that lies somewhere
    inside another repository must not claim that repository's commit.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != folder.resolve():
        return {"commit": None, "dirty": None}
    changes = _git(folder, "status", "--porcelain")
    return {"commit": _git(folder, "rev-parse", "HEAD"), "dirty": changes is None or bool(changes)}


def read_sums(path: Path) -> dict[str, str]:
    """Return file -> SHA-256 as listed in a ``SHA256SUMS``.

    Raises
    ------
    ModelSetError
        The list is missing, or a line is not "digest  name".
    """
    fix = "fetch the model set again, its folder is incomplete"
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise ModelSetError(path, "the checksums of the model set", str(error.strerror), fix) from None
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    broken = [pair for pair in pairs if len(pair) != 2 or len(pair[0]) != 64]
    if broken or not pairs:
        found = f"line {' '.join(broken[0])!r}" if broken else "an empty file"
        raise ModelSetError(path, "lines of 64 digits and a file name", found, fix)
    return {name.lstrip("*"): digest for digest, name in pairs}


def main(argv: Sequence[str] | None = None) -> None:
    """Collect and write the provenance."""
    args = parse_args(argv)
    config = read_config(args.config_json)
    facts = {
        "version": _version("cortex2image"),
        "git": git_state(ROOT.parent),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
        "torchvision": ensure_torchvision(),
        "models": {"sha256": sha256(args.model_sums), "files": read_sums(args.model_sums)},
        "seeds": {"study": config["seed"], "rule": SEED_RULE},
        "config": config,
    }
    with atomic(args.provenance) as temporary:
        temporary.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, None where it fails or is not installed."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    main()
