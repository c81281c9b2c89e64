"""Reference pages made from the contracts of tables and the settings of a study, so that they stay true.

``python -m cortex2image.reference`` (with ``workflow`` on the Python path, in the repository's root) writes
docs/tables.md and config/README.md; a test compares them with what this module would write.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cortex2image.study.config import load_schema
from cortex2image.study.fields import Section, Setting, parts, section_schema
from cortex2image.study.settings import Study
from cortex2image.study.training import Training
from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.contracts import CONTRACTS

REPOSITORY = Path(__file__).resolve().parents[2]


def tables_page() -> str:
    """Return docs/tables.md: every Parquet table with its columns, types and units."""
    parts = [
        "# Tables",
        "Made from `workflow/cortex2image/tables/` by `python -m cortex2image.reference`; do not edit.",
        "Paths are below `results/{study}/`. Every table is checked against its contract on each write and "
        "each read; contract and version stand in the metadata of the file.",
    ]
    return "\n\n".join([*parts, *map(_table_section, CONTRACTS)]) + "\n"


def _table_section(contract: Contract) -> str:
    head = f"## {contract.name}\n\n`{contract.path}`, version {contract.version}: one row is {contract.row}."
    rows = [f"| {_cell(c)} |" for c in contract.columns]
    table = "\n".join(["| column | type | unit | meaning |", "|---|---|---|---|", *rows])
    rules = "".join(f" Every row has {check.rule}." for check in contract.checks)
    return f"{head} Key: {', '.join(contract.key)}.{rules}\n\n{table}"


def _cell(column: Column) -> str:
    dtype = "float32 vector" if column.dtype is None else str(column.dtype)
    values = f" ({', '.join(column.allowed)})" if column.allowed else ""
    return " | ".join(
        [
            f"`{column.name}`",
            dtype + (", may be null" if column.nullable else ""),
            column.unit,
            column.doc + values,
        ]
    )


def config_page() -> str:
    """Return config/README.md: every key of a study and of config/miniature.yaml, with bounds and meaning."""
    return "\n".join(
        [
            "# Config",
            "",
            "Made from `workflow/cortex2image/study/settings.py` by `python -m cortex2image.reference`; "
            "do not edit.",
            "",
            "One study is one config file: `config.yaml` (the default, simulated), `haxby.yaml` (a real "
            "brain), `bids.yaml` (a template for your own data), `nsd.yaml` (the study of 2023, corrected), "
            "`nsd-as-released.yaml` (the study of 2023 as its code ran it, see docs/fidelity.md), "
            "`bold5000.yaml` (BOLD5000) and `kamitani.yaml` (files of the Kamitani laboratory). A file with "
            "a `dataset` is a whole study; the keys of a file without one replace keys of the default study. "
            "An unknown key is an error. "
            "`miniature.yaml` is no study: it holds the settings of `train_miniature`, in the second table. "
            "`schema.json` is the JSON schema of a study, for editors that check YAML while one writes.",
            "",
            *_table(Study),
            "## miniature.yaml",
            "",
            *_table(Training),
        ]
    )


def schema_file() -> str:
    """Return config/schema.json: the JSON schema of a study, for editors that check YAML files."""
    return json.dumps(load_schema(), indent=2) + "\n"


def _table(section: type[Section]) -> list[str]:
    rows = [f"| {' | '.join(row)} |" for row in _rows(section, "")]
    return ["| key | default | allowed | meaning |", "|---|---|---|---|", *rows, ""]


def _rows(section: type[Section], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the cells of every row: the name of a section or setting, default, allowed values and meaning."""
    for key, part in parts(section).items():
        name = f"{prefix}{key}"
        if isinstance(part, Setting):
            schema = part.schema()
            default = f"`{_as_yaml(schema['default'])}`" if "default" in schema else "required"
            yield f"`{name}`", default, _allowed(schema), part.meaning
        else:
            yield f"**`{name}`**", "", "", section_schema(part)["description"]
            yield from _rows(part, f"{name}/")


def _allowed(schema: Mapping[str, Any]) -> str:
    """Return in words which values a schema allows, with their unit."""
    unit = f", in {schema['unit']}" if "unit" in schema else ""
    return f"{_kind(schema)} {' and '.join(_bounds(schema))}".strip() + unit


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(schema["enum"])
    kind = schema["type"]
    if kind == "array":
        return f"list of {_allowed(schema['items'])}"
    if kind == "object":
        known = schema.get("properties", {})
        entry = next(iter(known.values()), schema["additionalProperties"])
        return f"mapping of {' and '.join(known) or 'names'} to {_allowed(entry)}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _bounds(schema: Mapping[str, Any]) -> list[str]:
    signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    return [f"{sign} {schema[bound]}" for bound, sign in signs.items() if bound in schema]


def _as_yaml(value: Any) -> str:
    """Return a value on one line, as in a config file."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_as_yaml(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_as_yaml, value))}]"
    return value if isinstance(value, str) and re.fullmatch(r"[\w.-]+", value) else json.dumps(value)


def main() -> None:
    """Write both pages and the schema into the repository."""
    (REPOSITORY / "docs" / "tables.md").write_text(tables_page())
    (REPOSITORY / "config" / "README.md").write_text(config_page())
    (REPOSITORY / "config" / "schema.json").write_text(schema_file())


if __name__ == "__main__":
    main()
