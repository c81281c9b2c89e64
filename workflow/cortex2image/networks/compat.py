"""Make torchvision importable beside a CPU build of torch."""

import sys
from typing import Any, Literal

MISSING = "operator torchvision::nms does not exist"
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept_alive: list[Any] = []


def ensure_torchvision() -> Literal["native", "shimmed", "absent"]:
    """Import torchvision; if only its compiled operators are missing, declare them and import again.

    transformers, diffusers, torchmetrics and lpips import torchvision wherever it is installed, so call this
    function before the first import of any of them. The declared operators have no kernel:
    ``torchvision.ops.nms`` and ``torchvision.io`` stay unusable, and this package does not need them.

    Returns
    -------
    {"native", "shimmed", "absent"}
        How torchvision was imported, for the provenance of a run.
    """
    if _kept_alive:
        return "shimmed"
    try:
        import torchvision  # noqa: F401
    except ImportError:
        return "absent"
    except RuntimeError as error:
        if MISSING not in str(error):
            raise
        _declare_operators()
        return "shimmed"
    return "native"


def _declare_operators() -> None:
    import torch

    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    for schema in SCHEMAS:
        library.define(schema)
    _kept_alive.append(library)
    import torchvision  # noqa: F401
