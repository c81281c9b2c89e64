"""What is said of judges of photographs, against the facts as the released codes have them."""

from cortex2image.metrics.facts import METRICS
from cortex2image.metrics.pretrained_facts import KNOWN_AS, PHOTO_METRICS


def test_the_panel_of_takagi_and_nishimoto():
    """Layers 5, 12 and 18 of AlexNet and Inception at 299 px, CLIP with two hidden layers at 224 px."""
    found = {
        metric.name: (metric.input_size, metric.interpolation, metric.antialias, metric.node)
        for metric in PHOTO_METRICS
        if metric.name.startswith("twoway_") and "takagi" in metric.name
    }
    assert found == {
        "twoway_alexnet_takagi_pool2": (299, "bilinear", True, "features.5"),
        "twoway_alexnet_takagi_pool5": (299, "bilinear", True, "features.12"),
        "twoway_alexnet_takagi_fc7": (299, "bilinear", True, "classifier.5"),
        "twoway_inception_takagi": (299, "bilinear", True, "avgpool"),
        "twoway_clip_takagi_hidden6": (224, "bicubic", True, "vision_model.encoder.layers.5"),
        "twoway_clip_takagi_hidden12": (224, "bicubic", True, "vision_model.encoder.layers.11"),
        "twoway_clip_takagi_embeds": (224, "bicubic", True, "visual_projection"),
    }


def test_the_six_networks_of_mindeye():
    found = {name: (METRICS[name].input_size, METRICS[name].weights) for name in KNOWN_AS}
    assert found == {
        "twoway_alexnet_mindeye_relu2": (256, "AlexNet_Weights.IMAGENET1K_V1"),
        "twoway_alexnet_mindeye_relu5": (256, "AlexNet_Weights.IMAGENET1K_V1"),
        "twoway_inception_mindeye": (342, "Inception_V3_Weights.IMAGENET1K_V1"),
        "twoway_clip_mindeye": (224, "openai/clip-vit-large-patch14"),
        "distance_effnet_mindeye": (255, "EfficientNet_B1_Weights.IMAGENET1K_V2"),
        "distance_swav_mindeye": (224, "swav_800ep_pretrain"),
    }
    assert all(KNOWN_AS[name] in METRICS[name].what for name in KNOWN_AS)
    assert not any(METRICS[name].antialias for name in KNOWN_AS)


def test_distances_are_better_when_lower():
    distances = [metric for metric in PHOTO_METRICS if metric.name.startswith("distance_")]
    assert len(distances) == 2
    for metric in distances:
        assert (metric.bounds, metric.chance, metric.higher_is_better) == ((0.0, 2.0), None, False)
