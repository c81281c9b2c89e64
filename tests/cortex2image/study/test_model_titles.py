import pytest

from cortex2image.errors import ConfigError
from cortex2image.study.model_titles import layer_title, model_title, space_title
from cortex2image.study.spaces import KINDS


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("down0", "down 0"),
        ("mid", "middle"),
        ("up1.attn0", "up 1, attention 0"),
        ("mid.res0", "middle, residual 0"),
    ],
)
def test_layers_are_numbered_words(layer: str, words: str) -> None:
    assert layer_title(layer) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("z", "z"),
        ("zc-n0.5", "zc, noise 0.5"),
        ("zc-n0.8-t20", "zc, noise 0.8, step 20"),
        ("unet-mid-n0.8-t20", "U-Net middle, noise 0.8, step 20"),
        ("unet-down1.res0-n0.5-t1", "U-Net down 1, residual 0, noise 0.5, step 1"),
        ("z+zc-n0.5", "z + zc, noise 0.5"),
        ("stack-n0.8-t8", "all U-Net layers, noise 0.8, step 8"),
    ],
)
def test_models_are_named_by_their_spaces_and_places(name: str, words: str) -> None:
    assert model_title(name) == words


def test_every_space_without_coordinates_has_the_title_of_its_kind() -> None:
    plain = [name for name, kind in KINDS.items() if not kind.layered]
    assert [space_title(name) for name in plain] == [KINDS[name].title for name in plain]


def test_a_name_of_nothing_is_an_error() -> None:
    with pytest.raises(ConfigError):
        model_title("y+zc")
