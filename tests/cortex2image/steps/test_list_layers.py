"""The list of a model set's layers, before the set is there and after."""

import json
import shutil

import pytest
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps.list_layers import main


def listed(tmp_path, name, folder=None):
    main(["--table", str(tmp_path / "layers.tsv"), *as_option(models={"set": name, "folder": folder})])
    head, *rows = [line.split("\t") for line in (tmp_path / "layers.tsv").read_text().splitlines()]
    assert head == ["layer", "side", "channels", "values", "module"]
    return rows


def test_a_set_that_is_not_fetched_is_listed_from_the_registry(tmp_path, capsys):
    rows = listed(tmp_path, "stable-diffusion-v1-4", tmp_path / "nowhere")
    assert ["down1.attn0", "32", "640", "655360", "down_blocks.1.attentions.0"] in rows
    assert ["up1", "32", "1280", "1310720", "up_blocks.1"] in rows
    assert {row[0]: int(row[3]) for row in rows} == MODEL_SETS["stable-diffusion-v1-4"].layer_widths
    printed = capsys.readouterr().out.splitlines()
    assert "stable-diffusion-v1-4" in printed[0]
    assert len(printed) == len(rows) + 2


def test_a_set_that_is_there_is_listed_from_its_configuration(tmp_path):
    assert ["mid", "4", "96", "1536", "mid_block"] in listed(tmp_path, "miniature")


def test_a_configuration_of_another_network_is_refused(tmp_path):
    shutil.copytree(MODEL_SETS["miniature"].folder / "unet", tmp_path / "unet")
    path = tmp_path / "unet" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"layers_per_block": 2}))
    with pytest.raises(ModelSetError, match="the entry of miniature in networks/registry"):
        listed(tmp_path, "miniature", tmp_path)
    path.write_text("{}")
    with pytest.raises(ModelSetError, match="the configuration of a U-Net"):
        listed(tmp_path, "miniature", tmp_path)


def test_an_unknown_set_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="miniature"):
        listed(tmp_path, "unheard-of")
