"""List the layers of the U-Net of a model set, as feature spaces name them.

Prints the table and writes it tab-separated: name, height and width of the maps, channels, values per
stimulus, module. It follows from the configuration of the U-Net; if that is not there, from the registry.
"""

import json
from collections.abc import Sequence
from types import SimpleNamespace

from cortex2image.errors import ModelSetError, run_step
from cortex2image.files import atomic
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.networks.unet_layers import Layer, UNetShape, layers
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("models/set", "models/folder")
COMMAND = Command(__doc__, Study, READS, outputs=("table",))
HEAD = ("layer", "side", "channels", "values", "module")


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    chosen = model_set(study.models.set, study.models.folder)
    rows = [HEAD, *map(row_of, layers(unet_of(chosen)))]
    with atomic(args.table) as temporary:
        temporary.write_text("".join("\t".join(row) + "\n" for row in rows))
    print(f"Layers of the U-Net of {chosen.name}, in the order in which a latent passes them:")
    print(as_text(rows))


def unet_of(chosen: ModelSet) -> UNetShape:
    """Return the shape of a set's U-Net: as its configuration says if that is there, else as the registry.

    Raises
    ------
    ModelSetError
        The configuration cannot be read, or contradicts the registry.
    """
    path = chosen.folder / "unet" / "config.json"
    if not path.exists():
        return chosen.unet
    try:
        found = UNetShape.of(SimpleNamespace(**json.loads(path.read_text())))
    except (ValueError, TypeError, AttributeError) as error:
        fix = "restore the file, or correct models/folder"
        raise ModelSetError(path, "the configuration of a U-Net", str(error), fix) from None
    if found != chosen.unet:
        fix = f"correct models/folder, or the entry of {chosen.name} in networks/registry.py"
        raise ModelSetError(path, str(chosen.unet), str(found), fix)
    return found


def row_of(layer: Layer) -> tuple[str, ...]:
    """Return a row of the table."""
    return layer.name, str(layer.side), str(layer.channels), str(layer.width), layer.module


def as_text(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    run_step(main)
