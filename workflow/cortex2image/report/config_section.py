"""The resolved config as rows: every setting with its value, its default and its meaning."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cortex2image.study.fields import Section, Setting, as_json, parts
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class ConfigRow:
    """One setting. `chosen` says whether its value is not the default."""

    key: str
    value: str
    chosen: bool
    meaning: str


def config_rows(
    config: Mapping[str, Any], section: type[Section] = Study, prefix: str = ""
) -> list[ConfigRow]:
    """Return a row for every setting of a resolved config, in the order of the config page."""
    rows: list[ConfigRow] = []
    for key, part in parts(section).items():
        if key not in config:
            continue
        if isinstance(part, Setting):
            rows.append(_row(f"{prefix}{key}", config[key], part))
        else:
            rows += config_rows(config[key], part, f"{prefix}{key}/")
    return rows


def _row(key: str, value: Any, part: Setting) -> ConfigRow:
    chosen = part.required or as_json(part.default) != value
    return ConfigRow(key, json.dumps(value, ensure_ascii=False), chosen, part.meaning)
