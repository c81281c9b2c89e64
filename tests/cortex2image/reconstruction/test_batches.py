"""Any number of rows by a painter that holds few: order, padding, and what is done when memory runs out."""

import numpy as np
import pytest
import torch

from cortex2image.errors import ConfigError, NotFiniteError
from cortex2image.reconstruction.batches import Batches, is_out_of_memory
from cortex2image.reconstruction.studio import Drawn

CUDA = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
CPU = RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: not enough memory: you tried")
LINUX = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")


class Painter:
    """Paints every pixel with the seed, as long as a batch has at most `room` rows."""

    def __init__(self, room=100, error=CUDA, captions=False, bad=()):
        self.room, self.error, self.captions, self.bad, self.sizes = room, error, captions, bad, []

    def __call__(self, features, seeds):
        self.sizes.append(len(seeds))
        np.testing.assert_array_equal(features["z"][:, 0], seeds)
        if len(seeds) > self.room:
            raise self.error
        if set(seeds) & set(self.bad):
            rows = [row for row, seed in enumerate(seeds) if seed in self.bad]
            raise NotFiniteError("latents", rows, "use float32")
        pictures = np.stack([np.full((2, 2, 3), seed, np.uint8) for seed in seeds])
        return Drawn(pictures, [f"caption {seed}" for seed in seeds] if self.captions else None)


def draw(batches, count=7):
    seeds = list(range(10, 10 + count))
    drawn = batches({"z": np.array(seeds, float)[:, None]}, seeds)
    assert drawn.pictures[:, 0, 0, 0].tolist() == seeds
    return drawn


@pytest.mark.parametrize(
    ("size", "padded", "sizes"), [(3, False, [3, 3, 1]), (3, True, [3, 3, 3]), (9, True, [9])]
)
def test_rows_come_in_order_and_padding_is_dropped(size, padded, sizes):
    painter = Painter(captions=True)
    assert draw(Batches(painter, size, padded)).captions == [f"caption {seed}" for seed in range(10, 17)]
    assert painter.sizes == sizes


def test_without_captions_there_are_none():
    assert draw(Batches(Painter(), 3, padded=True)).captions is None


@pytest.mark.parametrize("error", [CUDA, CPU, LINUX, MemoryError()], ids=["cuda", "cpu", "linux", "python"])
@pytest.mark.parametrize("padded", [True, False])
def test_out_of_memory_halves_the_batch_for_good_and_says_so(error, padded, capsys):
    painter = Painter(room=2, error=error)
    batches = Batches(painter, 8, padded)
    draw(batches)
    assert batches.size == 2
    assert painter.sizes == [8 if padded else 7, 4, 2, 2, 2, 2 if padded else 1]
    said = capsys.readouterr().err
    assert "out of memory with 8 pictures at a time; goes on with 4" in said
    assert "out of memory with 4 pictures at a time; goes on with 2" in said
    painter.sizes.clear()
    draw(batches, count=4)
    assert painter.sizes == [2, 2]


def test_a_device_that_holds_no_single_picture_is_an_error_that_says_what_to_do():
    with pytest.raises(ConfigError, match=r"for one picture\n.*Tried to allocate(.|\n)*models/precision"):
        draw(Batches(Painter(room=0), 4, padded=False))


def test_other_errors_are_not_swallowed():
    with pytest.raises(RuntimeError, match="shapes"):
        draw(Batches(Painter(room=0, error=RuntimeError("shapes do not match")), 4, padded=False))
    assert not is_out_of_memory(RuntimeError("shapes do not match"))


def test_rows_that_are_not_finite_are_those_of_the_caller():
    """The last row, 16, fills its batch up; each copy of it is not finite either."""
    batches = Batches(Painter(bad=(16,)), 3, padded=True)
    with pytest.raises(NotFiniteError) as refused:
        draw(batches)
    assert refused.value.rows == (6,)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_the_memory_of_a_failed_batch_is_free_before_the_next(size):
    """What the failed call held must not live on in a traceback."""
    import weakref

    held = []

    def painter(features, seeds):
        if held:
            assert held[0]() is None
            return Painter()(features, seeds)
        activations = torch.zeros(8)
        held.append(weakref.ref(activations))
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    draw(Batches(painter, 2 * size, padded=False))
