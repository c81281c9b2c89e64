"""Ridge regression of very many targets; torch is loaded when :class:`RidgeCV` is first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cortex2image.ridge.estimator import RidgeCV as RidgeCV


def __getattr__(name: str) -> Any:
    if name == "RidgeCV":
        from cortex2image.ridge.estimator import RidgeCV

        return RidgeCV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
