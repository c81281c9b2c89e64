import pytest

from cortex2image.metrics.registry import METRICS
from cortex2image.report.region_words import REGIONS
from cortex2image.report.statistic_words import STATISTICS
from cortex2image.report.words import KINDS, MINIATURE, Word, term
from cortex2image.study.methods import METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.settings import MODEL_SETS
from cortex2image.study.spaces import KINDS as SPACES

NAMES = {
    "method": (*METHODS, "seen", "decoded_c", "decoded_blip", "bottleneck-k8", "external-theirs"),
    "metric": (*METRICS, "brain_consistency_z_early"),
    "space": ("z", "c", "e", "zc-n0.5", "unet-mid-n0.8-t2"),
    "model": ("z", "zc", "z+zc-n0.5", "stack-n0.8-t8", "unet-up0-n0.5-t1"),
    "region": (*REGIONS, "my_own region"),
    "layer": ("down0", "mid", "up1.attn0"),
    "noise": ("0.25", "1"),
    "step": ("1", "20"),
    "measure": ("phash", "pixels", "embedding_clip", "embedding_clip_mindeye", "z", "blip"),
    "statistic": tuple(STATISTICS),
    "reader": tuple(READERS),
    "model_set": MODEL_SETS,
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_with_a_short_name_has_a_title_and_a_line(kind: str) -> None:
    for name in NAMES[kind]:
        word = term(name, kind)
        assert word.title
        assert len(word.explanation) > 10
        assert "_" not in word.explanation.replace(name, "")


def test_only_names_that_users_gave_keep_underscores() -> None:
    titles = {(kind, name): term(name, kind).title for kind in KINDS for name in NAMES[kind]}
    assert [key for key, title in titles.items() if "_" in title] == [("region", "my_own region")]


def test_the_words_say_which_is_which() -> None:
    assert term("zc", "method").title == "zc (layout and meaning)"
    assert term("external-theirs", "method").title == "theirs"
    assert term("decoded_c", "method").title == "decoded c"
    assert term("all", "region").title == "all voxels"
    assert term("OFA", "region") == Word("OFA", REGIONS["OFA"])
    assert "<b>" in term("<b>", "region").title
    assert term("noise_ceiling", "statistic").title == "noise ceiling"
    assert SPACES["z"].meaning in term("z+zc-n0.5", "model").explanation
    assert term(MINIATURE, "model_set").title == "miniature diffusion model"
    assert term("stable-diffusion-v2-1-base", "model_set").title == "Stable Diffusion v2.1 base"
    assert term("stable-diffusion-2-depth", "model_set").title == "Stable Diffusion 2 depth"
    assert term("stable-diffusion-v1-5-dreamsim", "model_set").title == "Stable Diffusion v1.5 with DreamSim"
