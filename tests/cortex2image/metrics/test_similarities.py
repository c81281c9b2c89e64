import numpy as np

from cortex2image.metrics.similarities import similarities


class Layers:
    """A judge that sees every second pixel, and every one."""

    name, layers = "any", ("coarse", "fine")

    def __init__(self):
        self.most = 0

    def features(self, images, layers=layers):
        self.most = max(self.most, len(images))
        pixels = images.reshape(len(images), -1).astype(np.float32)
        return {layer: {"coarse": pixels[:, ::2], "fine": pixels}[layer] for layer in layers}


def test_shown_in_rounds_every_pair_is_correlated(rng, monkeypatch):
    monkeypatch.setattr("cortex2image.metrics.similarities.AT_ONCE", 2)
    originals, pictures = (rng.integers(0, 256, (n, 4, 4, 3), dtype=np.uint8) for n in (4, 5))
    judge = Layers()
    found = similarities(judge, judge.features(originals), pictures)
    for layer, step in (("coarse", 2), ("fine", 1)):
        flat = [p.reshape(len(p), -1)[:, ::step] for p in (originals, pictures)]
        expected = np.corrcoef(*flat)[:4, 4:]
        np.testing.assert_allclose(found[layer], expected, atol=1e-12)


def test_few_reconstructions_are_shown_at_a_time(rng, monkeypatch):
    monkeypatch.setattr("cortex2image.metrics.similarities.AT_ONCE", 2)
    pictures = rng.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    judge = Layers()
    seen = judge.features(pictures[:2])
    similarities(judge, seen, pictures)
    assert judge.most == 2


def test_only_the_layers_seen_of_the_originals_are_correlated(rng):
    pictures = rng.integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    judge = Layers()
    found = similarities(judge, judge.features(pictures, ["fine"]), pictures)
    assert list(found) == ["fine"]
