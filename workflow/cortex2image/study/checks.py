"""Checks of the settings of a study against each other. An error names the keys that contradict."""

import difflib
from collections import Counter

from cortex2image.errors import ConfigError
from cortex2image.study.brain_checks import check_brain
from cortex2image.study.data_settings import Dataset, Rois, Split
from cortex2image.study.encoding_checks import check_encoding
from cortex2image.study.encoding_models import encoded_spaces, encoding_models
from cortex2image.study.method_checks import (
    check_drawing,
    check_external,
    check_spaces,
    check_training_features,
    key_of,
)
from cortex2image.study.rating_checks import check_rating
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.region_checks import check_attributed, check_preferred
from cortex2image.study.run_methods import run_methods
from cortex2image.study.series_checks import check_series
from cortex2image.study.settings import MODEL_SETS, Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM, PICTURE
from cortex2image.study.split_checks import check_split
from cortex2image.study.surfaces import in_mni, on_surface

RESERVED_STUDY = "miniature"


def check_settings(study: Study, source: str) -> None:
    """Test the settings of a study against each other.

    Raises
    ------
    ConfigError
        Two settings contradict each other, or a setting contradicts what the reader provides.
    """
    reader = READERS[study.dataset.reader]
    for check in (
        _check_subjects,
        _check_reader_keys,
        _check_root,
        _check_space,
        _check_scaling,
        check_drawing,
        check_series,
        check_external,
        _check_encoding,
        _check_rois,
        check_attributed,
        check_preferred,
        check_brain,
        check_rating,
        _check_image_identity,
        _check_categories,
        check_spaces,
        _check_folds,
        check_split,
        check_training_features,
        _check_limits,
        _check_penalties,
        _check_kernels,
        _check_labels,
        _check_model_set,
        _check_to_mni,
        _check_name,
    ):
        check(study, reader, source)


def _check_subjects(study: Study, reader: Reader, source: str) -> None:
    bare = Counter(_bare_label(subject) for subject in study.subjects)
    twice = [s for s in study.subjects if bare[_bare_label(s)] > 1]
    if twice:
        fix = "name each subject once, spelt as its folder is"
        raise ConfigError(f"{source}, subjects", "every subject once", ", ".join(twice), fix)


def _bare_label(subject: str) -> str:
    """Return a label without prefix and zero padding: most tools take sub-1 and sub-01 for one subject."""
    return subject.removeprefix("sub-").lstrip("0").lower()


def _check_root(study: Study, reader: Reader, source: str) -> None:
    root, made = study.dataset.root, reader.made_by_workflow is not None
    if made == bool(root):
        expected = (
            f"no root for the reader '{reader.name}'" if made else f"the folder of the {reader.name} data"
        )
        fix = "remove the key" if made else "set dataset/root to the folder the data set lies in"
        raise ConfigError(f"{source}, dataset/root", expected, repr(root), fix)


def _check_reader_keys(study: Study, reader: Reader, source: str) -> None:
    """Refuse keys that the reader does not know, since they would have no effect."""
    default = Dataset(reader=reader.name, rois=Rois(), split=Split())
    special = {key for other in READERS.values() for key in other.keys}
    unknown = sorted(special - set(reader.keys))
    own_regions = reader.space_of_own_regions is not None and reader.names_regions(study.dataset.space)
    for key in [*unknown, *(["rois/atlas"] if own_regions else [])]:
        value = _setting(study.dataset, key)
        if value != _setting(default, key):
            expected = f"no such key for the reader '{reader.name}'"
            if own_regions and key == "rois/atlas":
                expected += f" with space: {study.dataset.space}"
            raise ConfigError(f"{source}, dataset/{key}", expected, repr(value), "remove the key")


def _setting(dataset: Dataset, key: str) -> object:
    value: object = dataset
    for part in key.split("/"):
        value = getattr(value, part)
    return value


def _check_space(study: Study, reader: Reader, source: str) -> None:
    space = study.dataset.space
    if reader.spaces and space not in (None, *reader.spaces):
        expected, fix = f"one of {', '.join(reader.spaces)}", "correct the name"
        raise ConfigError(f"{source}, dataset/space", expected, f"'{space}'", fix)


def _check_scaling(study: Study, reader: Reader, source: str) -> None:
    if not reader.scales_by_session and study.standardise.by == "session":
        expected = f"all with {reader.name}, whose test sessions hold no training trial to scale with"
        raise ConfigError(f"{source}, standardise/by", expected, "session", "set standardise/by: all")
    if not reader.released_ncsnr and study.standardise.ncsnr_from == "released":
        expected = f"all or train with the reader '{reader.name}', which has no such file"
        raise ConfigError(f"{source}, standardise/ncsnr_from", expected, "released", "choose one of these")


def _check_encoding(study: Study, reader: Reader, source: str) -> None:
    check_encoding(study, source)


def _check_rois(study: Study, reader: Reader, source: str) -> None:
    rois = study.dataset.rois
    own_names = reader.names_regions(study.dataset.space)
    if rois.labels and not rois.atlas and not own_names:
        fix = "name the atlas, or remove the labels"
        raise ConfigError(f"{source}, dataset/rois/atlas", "the atlas the labels refer to", "null", fix)
    if (own_names or (reader.named_atlases and rois.atlas)) and not rois.labels:
        return  # regions are known once the data set is read
    for space, names in study.decode.rois.items():
        for name in names:
            if name != "all" and name not in rois.labels:
                raise ConfigError(
                    f"{source}, decode/rois/{space}",
                    f"'all' or a region of dataset/rois/labels: {', '.join(rois.labels) or 'none given'}",
                    f"'{name}'",
                    "correct the name, or add the region and its code to dataset/rois/labels",
                )


def _check_image_identity(study: Study, reader: Reader, source: str) -> None:
    """Refuse features of pictures if the data set does not say which picture was shown."""
    if reader.image_identity:
        return
    asked: dict[str, dict[str, tuple[str, ...]]] = {
        **_inputs_by_key(study),
        "encode/models": {name: (name,) for name in study.encode.models},
        "encode/grid": {name: (name,) for name in encoded_spaces(study.encode, study.reconstruct)},
        "decode/rois": {name: (name,) for name in study.decode.rois},
    }
    for key, spaces in asked.items():
        if any(PICTURE in parse_space(space).needs for of_one in spaces.values() for space in of_one):
            fix = "keep only c: which photograph was shown is not known in this data set"
            raise ConfigError(f"{source}, {key}", "only c", ", ".join(spaces), fix)


def _check_categories(study: Study, reader: Reader, source: str) -> None:
    """Refuse a study of categories that does not say which values in the events are categories."""
    categories = study.dataset.categories
    if "categories" not in reader.keys or len(set(categories.values())) > 1:
        return
    fix = (
        "write each trial_type of the events that shows pictures, and a noun for it, as in "
        "{FaceBlock: face, HouseBlock: house}; all other rows are no trials"
    )
    found = f"{len(set(categories.values()))} categories"
    raise ConfigError(f"{source}, dataset/categories", "at least two categories", found, fix)


def _inputs_by_key(study: Study) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the feature spaces of each method, by the key that asks for it."""
    by_key: dict[str, dict[str, tuple[str, ...]]] = {}
    for method in run_methods(study.reconstruct):
        by_key.setdefault(key_of(method), {})[method.name] = tuple(method.inputs)
    return by_key


def _check_folds(study: Study, reader: Reader, source: str) -> None:
    folds, by = study.dataset.cross_validate, study.standardise.by
    if folds != "none" and by != "none":
        expected = (
            f"none with dataset/cross_validate: {folds}, since each fold scales with its own training trials"
        )
        raise ConfigError(f"{source}, standardise/by", expected, by, "set standardise/by: none")


def _check_limits(study: Study, reader: Reader, source: str) -> None:
    """Refuse folds and subjects that the data set does not have."""
    folds = study.dataset.cross_validate
    if reader.cross_validate and folds not in reader.cross_validate:
        allowed = " or ".join(reader.cross_validate)
        fix = f"set it to {allowed}: no stimulus is set aside as a test, so each has its turn"
        raise ConfigError(f"{source}, dataset/cross_validate", allowed, folds, fix)
    strangers = sorted(set(study.subjects) - set(reader.subjects))
    if reader.subjects and strangers:
        known = f"{reader.subjects[0]} to {reader.subjects[-1]}"
        raise ConfigError(f"{source}, subjects", known, strangers[0], "choose among these")


def _check_penalties(study: Study, reader: Reader, source: str) -> None:
    alphas = study.ridge.alphas
    if list(alphas) != sorted(alphas):
        found = ", ".join(f"{alpha:g}" for alpha in alphas)
        raise ConfigError(f"{source}, ridge/alphas", "ascending penalties", found, "sort them")


def _check_labels(study: Study, reader: Reader, source: str) -> None:
    labels = study.dataset.rois.labels
    codes = Counter(labels.values())
    twice = [name for name, code in labels.items() if codes[code] > 1]
    if twice:
        fix = "give each region its own code"
        raise ConfigError(f"{source}, dataset/rois/labels", "one region per code", ", ".join(twice), fix)


def _check_kernels(study: Study, reader: Reader, source: str) -> None:
    """Refuse models of inner products beside the released recipe, which standardises columns."""
    if study.ridge.selection != "as_released":
        return
    models = encoding_models(study.encode, study.reconstruct)
    grams = [m.name for m in models if any(parse_space(s).facts.storage == GRAM for s in m.spaces)]
    joint = [m.name for m in models if len(m.spaces) > 1]
    asked = [*grams, *joint, *(["encode/pca"] if study.encode.pca else [])]
    if asked:
        expected = "no layers, joint models or encode/pca with ridge/selection as_released"
        found = f"{len(asked)}, first {asked[0]}"
        fix = "set encode/grid/unique: false, layers: [] and pca: null, or choose another selection"
        raise ConfigError(f"{source}, encode", expected, found, fix)


def _check_model_set(study: Study, reader: Reader, source: str) -> None:
    name = study.models.set
    if name not in MODEL_SETS:
        near = difflib.get_close_matches(name, MODEL_SETS, n=1)
        fix = f"did you mean '{near[0]}'?" if near else "correct the name"
        raise ConfigError(f"{source}, models/set", f"one of {', '.join(MODEL_SETS)}", f"'{name}'", fix)


def _check_to_mni(study: Study, reader: Reader, source: str) -> None:
    """Refuse a matrix for data that need none, and one matrix for several subjects."""
    where, template = f"{source}, encode/to_mni", study.encode.to_mni
    if template is None:
        return
    if on_surface(study.dataset) or in_mni(study.dataset):
        expected = f"null, since the data lie in {study.dataset.space} already"
        raise ConfigError(where, expected, template, "remove the key")
    if "{subject}" not in template and len(study.subjects) > 1:
        fix = "write {subject} where the file names differ"
        raise ConfigError(where, "a file of each subject", template, fix)


def _check_name(study: Study, reader: Reader, source: str) -> None:
    if study.study == RESERVED_STUDY:
        expected = f"not {RESERVED_STUDY}: train_miniature writes there"
        raise ConfigError(f"{source}, study", expected, RESERVED_STUDY, "choose another name")
