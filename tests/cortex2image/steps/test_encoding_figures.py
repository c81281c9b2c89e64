"""Figures of encoding models with planted results: files, numbers behind them, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.support.encoding_tables import Tables, write_grid, write_tables
from tests.support.studies import as_option, some_study
from tests.support.tiny_subject import AFFINE

from cortex2image.errors import ConfigError, DataError
from cortex2image.steps.encoding_figures import READS, main
from cortex2image.study.encoding_figures import encoding_figures
from cortex2image.study.settings import Study
from cortex2image.tables.results import ENCODING, PREFERRED, UNIQUE

SHAPE = (8, 9, 6)
GRID = {"noise_levels": [0.25, 0.8], "steps": [1, 8], "layers": ["down0", "mid"]}
ENDINGS = {"maps": ".png", "significant": "-significant.png", "regions": "-regions.svg", "tables": ".csv"}
ROIS = np.array(["early"] * 200 + ["ventral"] * 232)


def settings(grid: object = GRID, **dataset: object) -> dict[str, object]:
    return {
        "dataset": {"reader": "bids", "space": "T1w", **dataset},
        "encode": {"grid": grid},
        "reconstruct": {"steps": 10, "strength": 0.8},
    }


def study_of(**values: object) -> Study:
    return some_study(READS, **values)


def command(folder: Path, tables: Tables, values: dict[str, object]) -> list[str]:
    study = study_of(**values)
    names = [figure.name for figure in encoding_figures(study.encode, study.reconstruct)]
    files = {option: [str(folder / f"{name}{end}") for name in names] for option, end in ENDINGS.items()}
    lists = [part for option, paths in {**tables, **files}.items() for part in (f"--{option}", *paths)]
    return ["--subject", "sub-01", "--voxels", str(folder / "voxels.parquet"), *lists, *as_option(**values)]


def prepare(folder: Path, values: dict[str, object]) -> list[str]:
    """Write the tables of a subject whose early voxels see z and ventral ones c; return the command line."""
    write_grid(folder / "voxels.parquet", np.argwhere(np.ones(SHAPE, bool)), SHAPE, AFFINE, roi=ROIS)
    study, early = study_of(**values), ROIS == "early"
    visual, semantic = np.where(early, 0.6, 0.1), np.where(early, 0.1, 0.6)
    return command(folder, write_tables(folder, study.encode, study.reconstruct, visual, semantic), values)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    main(prepare(folder, settings()))
    return folder


def numbers(folder: Path, figure: str, **keys: object) -> pd.Series:
    table = pd.read_csv(folder / f"{figure}.csv")
    chosen = np.logical_and.reduce([table[name] == value for name, value in keys.items()])
    return table[chosen].set_index("model")["mean"]


def test_each_figure_has_maps_regions_and_numbers(drawn):
    for name in ("spaces", "noise", "steps", "layers"):
        for ending in ENDINGS.values():
            assert (drawn / f"{name}{ending}").stat().st_size > 500
        with (
            Image.open(drawn / f"{name}.png") as every,
            Image.open(drawn / f"{name}-significant.png") as some,
        ):
            assert every.info["Canvas"] == "slices"
            assert every.size[0] == some.size[0] == 1632
            assert every.tobytes() != some.tobytes()


def test_the_tables_find_what_was_planted(drawn):
    assert numbers(drawn, "spaces", quantity="r", roi="early").idxmax() == "z"
    assert numbers(drawn, "spaces", quantity="r", roi="ventral").idxmax() == "c"
    rising = numbers(drawn, "noise", quantity="unique_latent", roi="ventral")
    assert rising["zc"] > 2 * rising["zc-n0.25"]
    shares = numbers(drawn, "layers", quantity="preferred", roi="ventral", step=8)
    assert shares["unet-mid-n0.8-t8"] > 0.9
    shares = numbers(drawn, "layers", quantity="preferred", roi="early", step=8)
    assert shares["unet-down0-n0.8-t8"] > 0.9
    assert set(pd.read_csv(drawn / "noise.csv")["test_stimuli"]) == {60}


def test_a_study_without_a_grid_has_one_figure(tmp_path):
    main(prepare(tmp_path, settings({"unique": False})))
    assert [path.name for path in sorted(tmp_path.glob("*.csv"))] == ["spaces.csv"]


def test_the_same_tables_give_the_same_bytes(tmp_path):
    arguments = prepare(tmp_path, settings({"unique": False}))
    main(arguments)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    main(arguments)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_voxels_count_for_a_layer_only_if_it_leads_and_predicts(tmp_path):
    arguments = prepare(tmp_path, settings({"steps": [8], "layers": ["down0", "mid"], "unique": False}))
    path = tmp_path / "best-layers-n0.8-t8.parquet"
    table = PREFERRED.read(path).to_pandas()
    table.loc[:99, "margin_low"] = -0.01
    PREFERRED.write({name: table[name] for name in table}, path)
    best = table["best"][100]
    encoding = ENCODING.read(tmp_path / f"{best}.parquet").to_pandas()
    encoding.loc[100:149, "q"] = 0.05
    ENCODING.write({name: encoding[name] for name in encoding}, tmp_path / f"{best}.parquet")
    main(arguments)
    shares = numbers(tmp_path, "layers", quantity="preferred", roi="early", step=8)
    assert shares.sum() == pytest.approx(50 / 200)


def test_a_surface_of_fsaverage_has_flat_maps(tmp_path):
    chosen = np.concatenate([np.arange(0, 10242, 60), 163842 + np.arange(0, 10242, 60)])
    indices = np.column_stack([chosen, np.zeros((len(chosen), 2), int)])
    sides = np.where(chosen < 163842, "left", "right")
    write_grid(tmp_path / "voxels.parquet", indices, (327684, 1, 1), np.eye(4), hemisphere=sides)
    values = settings({"unique": False}, reader="nsd", space="fsaverage")
    study, r = study_of(**values), np.linspace(0, 0.6, len(chosen))
    main(command(tmp_path, write_tables(tmp_path, study.encode, study.reconstruct, r, r), values))
    with Image.open(tmp_path / "spaces.png") as picture:
        assert picture.info["Canvas"] == "flat maps of fsaverage5"


def test_voxels_without_places_have_words_in_place_of_maps(tmp_path):
    indices = np.column_stack([np.arange(30), np.zeros((30, 2), int)])
    write_grid(tmp_path / "voxels.parquet", indices, (30, 1, 1), np.eye(4))
    values = settings({"unique": False}, reader="bold5000", space="roi-tables")
    study, r = study_of(**values), np.linspace(0, 0.6, 30)
    main(command(tmp_path, write_tables(tmp_path, study.encode, study.reconstruct, r, r), values))
    with Image.open(tmp_path / "spaces.png") as picture:
        assert picture.info["Canvas"] == "nothing"
    assert len(pd.read_csv(tmp_path / "spaces.csv")) == 3 * 2


def shorter(path: Path, contract: object) -> None:
    table = contract.read(path)
    contract.write({name: table[name][:-1] for name in table.column_names}, path)


@pytest.mark.parametrize(
    ("file", "contract"),
    [("zc.parquet", ENCODING), ("z+zc-unique.parquet", UNIQUE), ("best-layers-n0.8-t1.parquet", PREFERRED)],
)
def test_tables_of_other_voxels_leave_no_figure(tmp_path, file, contract):
    arguments = prepare(tmp_path, settings())
    shorter(tmp_path / file, contract)
    with pytest.raises(DataError, match=r"432 voxels as in voxels\.parquet"):
        main(arguments)
    assert not list(tmp_path.glob("*.png"))


@pytest.mark.parametrize("option", ["--encoding", "--unique", "--preferred"])
def test_a_table_too_few_is_named(tmp_path, option):
    arguments = prepare(tmp_path, settings())
    del arguments[arguments.index(option) + 1]
    with pytest.raises(ConfigError, match=option):
        main(arguments)


def test_a_preferred_model_of_another_study_is_refused(tmp_path):
    arguments = prepare(tmp_path, settings())
    path = tmp_path / "best-layers-n0.8-t1.parquet"
    table = PREFERRED.read(path).to_pandas().assign(best="unet-up3-n0.8-t1")
    PREFERRED.write({name: table[name] for name in table}, path)
    with pytest.raises(DataError, match="unet-up3-n0"):
        main(arguments)
