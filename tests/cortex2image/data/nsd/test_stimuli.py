"""The pictures of a study with captions and split."""

import numpy as np
import pytest

from cortex2image.data.nsd.design import load_design, split_pictures
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.stimuli import nsd_id_of, seen_stimuli, stimulus_id
from cortex2image.errors import DataError
from cortex2image.scenes.captions import captions


def seen_by(layout, tree, test_images="shared"):
    design = load_design(layout.design())
    shown = {1: tree.brains["sub-01"].shown - 1, 2: tree.brains["sub-02"].shown - 1}
    return seen_stimuli(layout, design, shown, split_pictures(design, test_images))


def test_identity_counts_from_zero():
    assert stimulus_id(7) == "nsd-00007"
    assert nsd_id_of("nsd-72999") == 72_999


def test_what_was_seen(tree):
    stimuli = seen_by(tree.layout, tree)
    assert [nsd_id_of(s.stimulus_id) + 1 for s in stimuli] == sorted(tree.scenes)
    shared = set(tree.plan.pictures[0, :1000].tolist())
    for stimulus in stimuli:
        number = nsd_id_of(stimulus.stimulus_id) + 1
        assert stimulus.split == ("test" if number in shared else "train")
        assert stimulus.captions == tuple(captions(tree.scenes[number]))
        assert (stimulus.image_path, stimulus.category) == (None, None)


def test_special(tree):
    every, special = seen_by(tree.layout, tree), seen_by(tree.layout, tree, "special515")
    assert [s for s in special if s.split == "train"] == [s for s in every if s.split == "train"]
    assert {nsd_id_of(s.stimulus_id) + 1 for s in special if s.split == "test"} == tree.plan.special
    assert len(special) < len(every)


def test_captions_of_the_wrong_split(tree, own_root):
    layout = Layout(own_root)
    layout.captions("val2017").write_bytes(tree.layout.captions("train2017").read_bytes())
    with pytest.raises(DataError, match=r"captions_val2017\.json(.|\n)*val2017"):
        seen_by(layout, tree)


def test_pictures_of_another_experiment(tree, own_root):
    layout = Layout(own_root)
    text = layout.stim_info().read_text()
    rows = text.split("\n")
    row = rows[int(np.flatnonzero(np.arange(73_000) + 1 == tree.brains["sub-01"].shown[0, 0])[0]) + 1]
    layout.stim_info().write_text(text.replace(row, row.replace(",1,", ",0,").replace('"True"', '"False"')))
    with pytest.raises(DataError, match=r"nsd_stim_info_merged\.csv(.|\n)*nsd_expdesign\.mat"):
        seen_by(layout, tree)
