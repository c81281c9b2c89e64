"""What transformers and diffusers import by the way: torchvision, perhaps of another build, and scipy."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

MISSING = "operator torchvision::nms does not exist"
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
# Imported by transformers and diffusers wherever they are installed; no network of a model set needs them.
SPARED = ("torchvision", "scipy")
SEEKERS = {"transformers", "diffusers"}
_found_nothing: set[str] = set()
_kept_alive: list[Any] = []


@contextmanager
def spared() -> Iterator[None]:
    """Let transformers and diffusers, imported for the first time, find neither torchvision nor scipy.

    The two take a second. Both libraries look once, and then do without them; modules they load later go by
    that look. So nothing is hidden where a library was imported before, and has seen what there is. What
    this process imports itself it still finds.
    """
    if _imported() - _found_nothing:
        ensure_torchvision()
        yield
        return
    loaded = {name: sys.modules[name] for name in SPARED if name in sys.modules}
    sys.modules.update(dict.fromkeys(SPARED))  # type: ignore[arg-type]  # what is None is not there
    try:
        yield
    finally:
        _found_nothing.update(_imported())
        for name in SPARED:
            del sys.modules[name]
        sys.modules.update(loaded)


def _imported() -> set[str]:
    return {name for name in SEEKERS if name in sys.modules}


def ensure_torchvision() -> Literal["native", "shimmed", "absent"]:
    """Import torchvision; if only its compiled operators are missing, declare them and import again.

    torchmetrics and lpips import torchvision, and transformers and diffusers do unless it is :func:`spared`,
    so call this function before the first import of any of them. The declared operators have no kernel:
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
