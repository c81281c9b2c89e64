"""One line on regions of the brain that many data sets name; a user's own names need none."""

from collections.abc import Mapping

_BODIES, _FACES = (
    "responds more to bodies than to other pictures",
    "responds more to faces than to other pictures",
)
_PLACES, _WORDS = (
    "responds more to places than to other pictures",
    "responds more to words than to other pictures",
)

REGIONS: Mapping[str, str] = {
    "all": "every voxel that was analysed, in whatever region",
    "unlabelled": "voxels that belong to none of the named regions",
    # NSD's streams, which the simulated study borrows.
    "early": "early visual cortex, V1 to V3: edges, contrast and position in the visual field",
    "midventral": "between early and ventral cortex, on the underside of the brain",
    "midlateral": "between early and lateral cortex, on the outer side of the brain",
    "midparietal": "between early and parietal cortex, towards the top of the brain",
    "ventral": "ventral stream, the underside of the temporal lobe: what things are",
    "lateral": "lateral stream, the outer side of the occipital and temporal lobes: bodies, motion, actions",
    "parietal": "parietal (dorsal) stream: where things are, and what can be done with them",
    "nsdgeneral": "voxels of the back of the brain that respond reliably to NSD's pictures",
    # Retinotopic areas.
    "V1": "primary visual cortex: oriented edges at fine resolution",
    "V2": "second visual area: edges and textures",
    "V3": "third visual area",
    "V4": "fourth visual area: colour and curvature",
    "hV4": "human V4: colour and curvature",
    "V1v": "V1, ventral half: the upper visual field",
    "V1d": "V1, dorsal half: the lower visual field",
    "V2v": "V2, ventral half: the upper visual field",
    "V2d": "V2, dorsal half: the lower visual field",
    "V3v": "V3, ventral half: the upper visual field",
    "V3d": "V3, dorsal half: the lower visual field",
    "V3A": "dorsal visual area V3A: motion and depth",
    "V3B": "dorsal visual area V3B: motion and depth",
    "MT": "middle temporal area: motion",
    "EarlyVis": "early visual cortex: edges, contrast and position",
    "LVC": "lower visual cortex: V1, V2 and V3 together",
    "HVC": "higher visual cortex: object, face and place areas together",
    # Category-selective areas, of functional localisers.
    "LOC": "lateral occipital complex: shapes of objects",
    "EBA": f"extrastriate body area: {_BODIES}",
    "FBA-1": f"fusiform body area, posterior part: {_BODIES}",
    "FBA-2": f"fusiform body area, anterior part: {_BODIES}",
    "mTL-bodies": f"mid temporal lobe: {_BODIES}",
    "OFA": f"occipital face area: {_FACES}",
    "FFA": f"fusiform face area: {_FACES}",
    "FFA-1": f"fusiform face area, posterior part: {_FACES}",
    "FFA-2": f"fusiform face area, anterior part: {_FACES}",
    "mTL-faces": f"mid temporal lobe: {_FACES}",
    "aTL-faces": f"anterior temporal lobe: {_FACES}",
    "OPA": f"occipital place area: {_PLACES}",
    "PPA": f"parahippocampal place area: {_PLACES}",
    "RSC": f"retrosplenial cortex: {_PLACES}",
    "OWFA": f"occipital word form area: {_WORDS}",
    "VWFA-1": f"visual word form area, posterior part: {_WORDS}",
    "VWFA-2": f"visual word form area, anterior part: {_WORDS}",
    "mfs-words": f"mid fusiform sulcus: {_WORDS}",
    "mTL-words": f"mid temporal lobe: {_WORDS}",
    # A few of the 180 areas of Glasser et al. (2016).
    "LO1": "lateral occipital area 1: shape and position",
    "LO2": "lateral occipital area 2: shape",
    "LO3": "lateral occipital area 3",
    "PIT": "posterior inferotemporal complex: holds the occipital face area in part",
    "FFC": "fusiform face complex: faces",
    "VVC": "ventral visual complex, beside the fusiform face complex",
    "VMV1": "ventromedial visual area 1: scenes",
    "VMV2": "ventromedial visual area 2: scenes",
    "VMV3": "ventromedial visual area 3: scenes",
    "PHA1": "parahippocampal area 1: scenes",
    "PHA2": "parahippocampal area 2: scenes",
    "PHA3": "parahippocampal area 3: scenes",
    "FST": "fundus of the superior temporal sulcus, beside MT: motion",
    "IPS1": "intraparietal sulcus, area 1: position and attention",
}
TITLES: Mapping[str, str] = {"all": "all voxels"}
"""The only names that are not shown as they are: the workflow's own."""
