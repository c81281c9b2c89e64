from cortex2image.metrics.judge_titles import judge_title
from cortex2image.metrics.registry import METRICS
from cortex2image.networks.judge_specs import DREAMSIM, PRETRAINED_JUDGES


def test_a_judge_is_named_by_its_network_and_whose_preparation_it_follows() -> None:
    assert judge_title("cnn", "late") == "miniature CNN, late layer"
    assert judge_title("alexnet_brain_diffuser", "relu5") == "AlexNet (Brain-Diffuser), layer 5"
    assert judge_title("clip") == "miniature CLIP"
    assert judge_title("clip_takagi") == "CLIP (Takagi)"


def test_every_judge_and_layer_has_words_of_its_own() -> None:
    titles = [
        judge_title(spec.name, layer) for spec in (*PRETRAINED_JUDGES, *DREAMSIM) for layer in spec.layers
    ]
    assert len(set(titles)) == len(titles)


def test_metrics_have_different_titles_without_names_of_columns() -> None:
    titles = [metric.title for metric in METRICS.values()]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if "_" in title]
