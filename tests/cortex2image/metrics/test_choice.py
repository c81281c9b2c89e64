"""Which metrics a study chooses."""

import pytest

from cortex2image.errors import ConfigError
from cortex2image.metrics.choice import chosen_metrics, metrics_of, serving
from cortex2image.networks.registry import model_set

MINIATURE, PHOTOS = model_set("miniature"), model_set("stable-diffusion-v1-4")


def test_the_headline_has_pixels_judges_and_what_backgrounds_do_not_give_away():
    chosen = chosen_metrics(["headline"], MINIATURE)
    assert {"pixcorr", "ssim2d", "twoway_clip", "twoway_cnn_early", "twoway_clip_within_setting"} <= set(
        chosen
    )
    assert not [
        name for name in chosen if name.startswith(("nway", "top1", "cluster")) or "as_released" in name
    ]
    photos = chosen_metrics(["headline"], PHOTOS)
    assert not [name for name in photos if "brain_diffuser" in name]
    assert {"lpips_alex", "distance_swav_mindeye", "twoway_alexnet_takagi_pool2"} <= set(photos)


def test_names_and_patterns_choose_in_the_order_of_the_metrics():
    chosen = chosen_metrics(["top1_*", "pixcorr", "twoway_c*_as_released"], MINIATURE)
    assert chosen[0] == "pixcorr"
    assert chosen.index("twoway_clip_as_released") < chosen.index("top1_clip")
    layers = ("cnn_early", "cnn_middle", "cnn_late", "residual", "clip")
    assert set(chosen[1:]) == {
        *(f"twoway_{layer}_as_released" for layer in layers if layer != "residual"),
        *(f"top1_{layer}" for layer in layers),
        *(f"top1_{layer}_of_originals" for layer in layers),
    }


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("twoway_clp", "twoway_clip"),
        ("headlines", "headline"),
        ("twoway_clip_mindeye", "twoway_clip"),
        ("lpips_alex", "correct it"),
        ("category_clip", "did you mean"),
        ("photo*", "correct it"),
        ("features_top1", "correct it"),
        ("brain_*", "correct it"),
    ],
)
def test_what_no_metric_of_the_model_set_has_is_refused(pattern, near):
    with pytest.raises(
        ConfigError, match=f"evaluate/metrics(.|\\n)*miniature(.|\\n)*'{pattern[:5]}(.|\\n)*{near}"
    ):
        chosen_metrics(["pixcorr", pattern], MINIATURE)


def test_only_sets_that_write_captions_count_their_words():
    captioner = model_set("stable-diffusion-v1-4-captioner")
    assert set(metrics_of(captioner)) - set(metrics_of(PHOTOS)) == {"caption_rouge_1", "caption_rouge_l"}
    assert "caption_rouge_l" in chosen_metrics(["headline"], captioner)


def test_every_metric_of_a_model_set_can_be_chosen_by_its_name():
    for models in (MINIATURE, PHOTOS):
        names = metrics_of(models)
        assert chosen_metrics(names, models) == names
    assert not [name for name in metrics_of(MINIATURE) if name.startswith(("category", "features"))]


def test_only_networks_that_a_metric_takes_are_opened():
    assert [spec.name for spec in serving(MINIATURE, ["pixcorr", "top1_clip"]).judges] == ["clip"]
    assert serving(PHOTOS, ["pixcorr"]).judges == ()
    assert (serving(PHOTOS, ["pixcorr"]).lpips, serving(PHOTOS, ["lpips_alex"]).lpips) == (None, PHOTOS.lpips)
    assert serving(PHOTOS, metrics_of(PHOTOS)) == PHOTOS
