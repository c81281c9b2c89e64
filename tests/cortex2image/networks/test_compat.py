from cortex2image.networks.compat import ensure_torchvision


def test_torchvision_imports_afterwards_and_the_answer_repeats():
    first = ensure_torchvision()
    assert first in {"native", "shimmed"}
    assert ensure_torchvision() == first
    import torchvision.transforms.functional

    assert torchvision.transforms.functional.hflip is not None


def test_what_needs_torchvision_imports():
    ensure_torchvision()
    from transformers import CLIPModel

    assert CLIPModel.__name__ == "CLIPModel"
