"""The study's config: defaults, schema, checks across keys, and the paths that follow from it."""

import copy
import difflib
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from cortex2image.errors import ConfigError
from cortex2image.study.readers import KNOWN_KEYS, NSD_SPACES, SPECIAL_KEYS

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schemas" / "config.schema.yaml"
IMAGE_SPACES = {"z", "zc"}
RESERVED_STUDY = "miniature"


def load_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a study's config."""
    return yaml.safe_load(SCHEMA_FILE.read_text())


def resolve(config: Mapping[str, Any], source: str = "config") -> dict[str, Any]:
    """Return `config` with defaults filled in and placeholders resolved, after every check.

    Parameters
    ----------
    config : mapping
        The config as read from YAML; it is not changed.
    source : str
        What error messages call it.

    Raises
    ------
    ConfigError
        An unknown or missing key, a value out of bounds, or two keys that contradict each other.
    """
    schema = load_schema()
    resolved = _with_defaults(copy.deepcopy(dict(config)), schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(resolved):
        raise _explain(error, source)
    _check_subjects(resolved, source)
    _check_reader_keys(resolved, source)
    _resolve_dataset(resolved, source)
    _check_space(resolved, source)
    _check_scaling(resolved, source)
    _check_rois(resolved, source)
    _check_image_identity(resolved, source)
    _check_folds(resolved, source)
    _check_numbers(resolved, source)
    _check_noise_level(resolved, source)
    return resolved


def _with_defaults(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        for key, sub in schema.get("properties", {}).items():
            if key not in value and "default" in sub:
                value[key] = copy.deepcopy(sub["default"])
            if key in value:
                value[key] = _with_defaults(value[key], sub)
    return value


def _explain(error: Any, source: str) -> ConfigError:
    place = "/".join(map(str, error.absolute_path)) or "the top level"
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        unknown = sorted(set(error.instance) - set(known))[0]
        near = difflib.get_close_matches(unknown, known, n=1)
        fix = (
            f"did you mean '{near[0]}'?"
            if near
            else "remove it, or see config/README.md for the keys there are"
        )
        return ConfigError(f"{source}, {place}", f"one of the keys {', '.join(known)}", f"'{unknown}'", fix)
    expected = (
        error.schema.get("description", error.message) if error.validator != "required" else error.message
    )
    bound = (
        "" if error.validator in ("required", "type") else f" ({error.validator}: {error.validator_value})"
    )
    if error.validator == "type":
        bound = f" (type: {error.validator_value})"
    return ConfigError(
        f"{source}, {place}",
        f"{expected}{bound}",
        repr(error.instance)[:200],
        "correct the value; config/README.md explains every key",
    )


def _check_subjects(config: Mapping[str, Any], source: str) -> None:
    bare = Counter(_bare_label(subject) for subject in config["subjects"])
    twice = [s for s in config["subjects"] if bare[_bare_label(s)] > 1]
    if twice:
        fix = "name each subject once, spelt as its folder is"
        raise ConfigError(f"{source}, subjects", "every subject once", ", ".join(twice), fix)


def _bare_label(subject: str) -> str:
    """Drop the zero padding: sub-1 and sub-01 are one subject to most tools."""
    return subject.removeprefix("sub-").lstrip("0").lower()


def _resolve_dataset(config: dict[str, Any], source: str) -> None:
    dataset = config["dataset"]
    simulated = dataset["reader"] == "simulated"
    if simulated == bool(dataset["root"]):
        expected = (
            "no root for the reader 'simulated'"
            if simulated
            else f"the folder of the {dataset['reader']} data"
        )
        fix = "remove the key" if simulated else "set dataset/root to the folder the data set lies in"
        raise ConfigError(f"{source}, dataset/root", expected, repr(dataset["root"]), fix)
    if simulated:
        dataset |= {"root": f"results/{config['study']}/simulated/bids", "task": "scenes", "space": "T1w"}
    for section, key in ((dataset, "derivatives"), (dataset["rois"], "atlas")):
        if section[key]:
            section[key] = section[key].replace("{root}", dataset["root"])


def _check_reader_keys(config: Mapping[str, Any], source: str) -> None:
    """Keys that the reader does not know must not seem to do anything."""
    dataset = config["dataset"]
    keys = [key for key in SPECIAL_KEYS if key not in KNOWN_KEYS[dataset["reader"]]]
    if dataset["reader"] == "bold5000" and dataset["space"] == "roi-tables":
        keys.append("rois/atlas")
    properties = load_schema()["properties"]["dataset"]
    for key in keys:
        value, schema = dataset, properties
        for part in key.split("/"):
            value, schema = value[part], schema["properties"][part]
        if value != schema["default"]:
            expected = f"no such key for the reader '{dataset['reader']}'"
            if dataset["reader"] == "bold5000" and key == "rois/atlas":
                expected += " with space: roi-tables"
            raise ConfigError(f"{source}, dataset/{key}", expected, repr(value), "remove the key")


def _check_space(config: Mapping[str, Any], source: str) -> None:
    dataset = config["dataset"]
    if dataset["reader"] == "nsd" and dataset["space"] not in (None, *NSD_SPACES):
        expected, fix = f"one of {', '.join(NSD_SPACES)}", "correct the name"
        raise ConfigError(f"{source}, dataset/space", expected, f"'{dataset['space']}'", fix)


def _check_scaling(config: Mapping[str, Any], source: str) -> None:
    reader, scaled = config["dataset"]["reader"], config["standardise"]
    if reader == "bdpy" and scaled["by"] == "session":
        expected = "all with bdpy, whose test sessions hold no training trial to scale with"
        raise ConfigError(f"{source}, standardise/by", expected, "session", "set standardise/by: all")
    if reader != "nsd" and scaled["ncsnr_from"] == "released":
        expected = f"all or train with the reader '{reader}', which has no such file"
        raise ConfigError(f"{source}, standardise/ncsnr_from", expected, "released", "choose one of these")


def _check_rois(config: Mapping[str, Any], source: str) -> None:
    dataset, labels = config["dataset"], config["dataset"]["rois"]["labels"]
    names_of_its_own = dataset["reader"] == "bdpy" or dataset["space"] == "roi-tables"
    of_the_atlas = names_of_its_own or (dataset["reader"] == "nsd" and dataset["rois"]["atlas"])
    if labels and not dataset["rois"]["atlas"] and not names_of_its_own:
        fix = "name the atlas, or remove the labels"
        raise ConfigError(f"{source}, dataset/rois/atlas", "the atlas the labels refer to", "null", fix)
    if of_the_atlas and not labels:
        return  # the regions of the data set are known when it is read
    for space, names in config["decode"]["rois"].items():
        for name in names:
            if name != "all" and name not in labels:
                raise ConfigError(
                    f"{source}, decode/rois/{space}",
                    f"'all' or a region of dataset/rois/labels: {', '.join(labels) or 'none given'}",
                    f"'{name}'",
                    "correct the name, or add the region and its code to dataset/rois/labels",
                )


def _check_image_identity(config: Mapping[str, Any], source: str) -> None:
    """A data set without image identity has no latent to decode, so only text-only methods can run."""
    if config["dataset"]["reader"] == "haxby2001":
        asked = {
            "reconstruct/methods": config["reconstruct"]["methods"],
            "encode/models": config["encode"]["models"],
            "decode/rois": list(config["decode"]["rois"]),
        }
        for key, names in asked.items():
            if IMAGE_SPACES & set(names):
                fix = "keep only c: which photograph was shown is not known in this data set"
                raise ConfigError(f"{source}, {key}", "only c", ", ".join(names), fix)
    needed = set("".join(config["reconstruct"]["methods"]))
    missing = sorted(needed - set(config["decode"]["rois"]))
    if missing:
        fix = "say which regions it is decoded from, or drop the methods that need it"
        raise ConfigError(
            f"{source}, decode/rois", f"regions for {', '.join(sorted(needed))}", f"no {missing[0]}", fix
        )


def _check_folds(config: Mapping[str, Any], source: str) -> None:
    folds, by = config["dataset"]["cross_validate"], config["standardise"]["by"]
    if folds != "none" and by != "none":
        expected = (
            f"none with dataset/cross_validate: {folds}, since each fold scales with its own training trials"
        )
        raise ConfigError(f"{source}, standardise/by", expected, by, "set standardise/by: none")
    if config["dataset"]["reader"] == "haxby2001":
        if folds != "run":
            fix = "set it to run: the distribution has one session and no test set"
            raise ConfigError(f"{source}, dataset/cross_validate", "run", folds, fix)
        strangers = sorted(set(config["subjects"]) - {f"sub-{number}" for number in range(1, 7)})
        if strangers:
            raise ConfigError(f"{source}, subjects", "sub-1 to sub-6", strangers[0], "choose among these")


def _check_noise_level(config: Mapping[str, Any], source: str) -> None:
    """The noise of a timestep above those denoised needs one that is not denoised."""
    drawn = config["reconstruct"]
    if drawn["noise_level"] == "as_released" and drawn["strength"] == 1:
        found, fix = "as_released at strength 1", "lower reconstruct/strength, or set noise_level: matched"
        raise ConfigError(f"{source}, reconstruct/noise_level", "matched at strength 1", found, fix)


def _check_numbers(config: Mapping[str, Any], source: str) -> None:
    if not all(math.isfinite(alpha) for alpha in config["ridge"]["alphas"]):
        raise ConfigError(f"{source}, ridge/alphas", "finite numbers", "an infinite one", "remove it")
    if list(config["ridge"]["alphas"]) != sorted(config["ridge"]["alphas"]):
        found = ", ".join(f"{alpha:g}" for alpha in config["ridge"]["alphas"])
        raise ConfigError(f"{source}, ridge/alphas", "ascending penalties", found, "sort them")
    codes = Counter(config["dataset"]["rois"]["labels"].values())
    twice = [name for name, code in config["dataset"]["rois"]["labels"].items() if codes[code] > 1]
    if twice:
        fix = "give each region its own code"
        raise ConfigError(f"{source}, dataset/rois/labels", "one region per code", ", ".join(twice), fix)
    steps, strength = config["reconstruct"]["steps"], config["reconstruct"]["strength"]
    if int(steps * strength + 1e-9) < 1:  # as diffusion/denoise.py counts
        found, fix = f"{steps} steps at strength {strength}", "raise one of them"
        raise ConfigError(f"{source}, reconstruct", "at least one step left to denoise", found, fix)
    if config["study"] == RESERVED_STUDY:
        fix = "choose another name"
        raise ConfigError(
            f"{source}, study", f"not {RESERVED_STUDY}: train_miniature writes there", RESERVED_STUDY, fix
        )
