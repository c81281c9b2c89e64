"""cortex2image for notebooks: ``open_study`` and ``score_folder``, imported when they are first asked for.

No step takes anything from here, so this file is no input of a rule.
"""

import importlib
from typing import Any

_PLACES = {
    "open_study": "cortex2image.notebook.open_study",
    "score_folder": "cortex2image.scoring.folder",
}
"""Module of each function, by name and not as an import: `import cortex2image` loads none of them."""
__all__ = ["open_study", "score_folder"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(_PLACES)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
