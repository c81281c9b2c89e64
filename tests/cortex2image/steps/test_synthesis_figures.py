"""Chart and sheet of synthesised pictures."""

import numpy as np
from PIL import Image

from cortex2image.steps.synthesis_figures import main
from cortex2image.tables.regions import SYNTHESIS


def test_both_figures_are_written(tmp_path):
    regions = ("early", "ventral")
    for region in regions:
        values = {"iteration": range(5), "predicted": np.arange(5.0), "distance": np.linspace(0, 1, 5)}
        SYNTHESIS.write(values, tmp_path / f"{region}.parquet", region=region, best_seen=2.0)
        (tmp_path / region).mkdir()
        for number in (0, 4):
            Image.new("RGB", (16, 16)).save(tmp_path / region / f"{number:05d}.png")
    main(
        [
            *("--subject", "sub-01", "--synthesis", *(str(tmp_path / f"{r}.parquet") for r in regions)),
            *("--images", *(str(tmp_path / region) for region in regions)),
            *("--chart", str(tmp_path / "chart.png"), "--sheet", str(tmp_path / "sheet.png")),
        ]
    )
    assert {Image.open(tmp_path / f"{name}.png").format for name in ("chart", "sheet")} == {"PNG"}
