"""The readers by name, and which keys under ``dataset:`` each of them knows."""

RECORDINGS = ("simulated", "bids", "haxby2001")
# Betas that others estimated: they enter the study after the GLM.
PREPARED = ("nsd", "bold5000", "bdpy")
READERS = RECORDINGS + PREPARED
# Spaces in which the Natural Scenes Dataset has betas.
NSD_SPACES = ("func1pt8mm", "func1mm", "fsaverage")

_REGIONS = ("rois/atlas", "rois/labels")
_CHOSEN_BETAS = ("betas", "sessions", "mask", "rois/labels")
# Beside `reader`, `root` and `cross_validate`, which all readers share.
KNOWN_KEYS: dict[str, tuple[str, ...]] = {
    "simulated": _REGIONS,
    "bids": ("derivatives", "task", "space", *_REGIONS),
    "haxby2001": _REGIONS,
    "nsd": (*_CHOSEN_BETAS, "space", "rois/atlas", "test_images", "terms_accepted"),
    "bold5000": (*_CHOSEN_BETAS, "space", "rois/atlas"),
    "bdpy": _CHOSEN_BETAS,
}
SPECIAL_KEYS = tuple(sorted({key for known in KNOWN_KEYS.values() for key in known}))
