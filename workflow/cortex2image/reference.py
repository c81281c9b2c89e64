"""Reference pages made from the contracts and the config schema, so that they cannot drift.

``python -m cortex2image.reference`` (with ``workflow`` on the Python path, in the repository's root) writes
docs/tables.md and config/README.md; a test compares them with what this module would write.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cortex2image.study.config import load_schema
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
    return f"{head} Key: {', '.join(contract.key)}.\n\n{table}"


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
    """Return config/README.md: every config key with its default, bounds and meaning."""
    rows = [f"| {' | '.join(row)} |" for row in _keys(load_schema(), "")]
    return "\n".join(
        [
            "# Config",
            "",
            "Made from `workflow/schemas/config.schema.yaml` by `python -m cortex2image.reference`.",
            "",
            "One study is one config file: `config.yaml` (the default, simulated), `haxby.yaml` (a real "
            "brain), `bids.yaml` (a template for your own data), `nsd.yaml` (the study of 2023, put right), "
            "`nsd-as-released.yaml` (as its code has it, see docs/fidelity.md), `bold5000.yaml` (BOLD5000) "
            "and `kamitani.yaml` (files of the Kamitani laboratory). A file that names a "
            "`dataset` stands on its own; one that does not is laid over the default study. An unknown key "
            "is an error. "
            "`miniature.yaml` is no study: it says how `train_miniature` trains.",
            "",
            "| key | default | allowed | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _keys(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for key, sub in schema["properties"].items():
        name = f"{prefix}{key}"
        if "properties" in sub:
            yield f"**`{name}`**", "", "", sub["description"]
            yield from _keys(sub, f"{name}/")
        else:
            default = f"`{sub['default']}`".replace("|", "\\|") if "default" in sub else "required"
            yield f"`{name}`", default, _allowed(sub), sub["description"]


def _allowed(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "")
    kinds = " or ".join(kind) if isinstance(kind, list) else kind
    words = [", ".join(map(str, schema["enum"]))] if "enum" in schema else [kinds]
    bounds = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    words += [f"{sign} {schema[bound]}" for bound, sign in bounds.items() if bound in schema]
    items = schema.get("items", {})
    words += (
        [f"of {_allowed(items)}"] if items.get("enum") or items.get("type") in ("number", "integer") else []
    )
    return " ".join([*words, schema.get("unit", "")]).strip()


def main() -> None:
    """Write both pages into the repository."""
    (REPOSITORY / "docs" / "tables.md").write_text(tables_page())
    (REPOSITORY / "config" / "README.md").write_text(config_page())


if __name__ == "__main__":
    main()
