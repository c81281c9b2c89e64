"""Figures of a study, by what is drawn on them."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.support.report_study import write_study

import cortex2image
from cortex2image.errors import ConfigError, DataError

pytestmark = pytest.mark.xdist_group("notebook")


def texts(figure):
    figure.canvas.draw()
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def images(figure):
    return [np.asarray(image.get_array()) for axes in figure.axes for image in axes.get_images()]


def test_scores_are_dots_with_their_interval_and_n(study):
    figure = study.plot.scores("twoway_clip")
    (axes,), scores = figure.axes, study.scores
    own = scores[(scores.metric == "twoway_clip") & (scores.subject == "all")].set_index("method")
    large = [line for line in axes.lines if line.get_markersize() == 7]
    assert [line.get_ydata()[0] for line in large] == own.loc[list(study.methods), "value"].tolist()
    assert f"n = {own['n'].iloc[0]} stimuli" in " ".join(axes.get_ylabel().split())
    with pytest.raises(ConfigError, match="did you mean 'twoway_clip'"):
        study.plot.scores("twoway_clp")


def test_a_stimulus_is_drawn_with_every_sample(study):
    pictures, stimuli = study.pictures("sub-02", "c")
    drawn = images(study.plot.pictures(stimuli[4], subject="sub-02", methods=["c"]))
    np.testing.assert_array_equal(drawn[0], study.seen([stimuli[4]]).pictures[0])
    np.testing.assert_array_equal(drawn[1:], pictures[4])


def test_the_gallery_is_drawn_by_the_seed_of_the_study_and_not_by_the_order_of_names(study):
    first, again = (texts(study.plot.gallery(6)) for _ in range(2))
    names = [text for text in first if text.startswith("images/")]
    assert first == again
    assert len(names) == 6
    assert names != sorted(names)
    fewer = [text for text in texts(study.plot.gallery(3)) if text.startswith("images/")]
    assert fewer == names[:3]


def test_a_study_that_knows_categories_alone_has_pictures_without_what_was_seen(tmp_path):
    root = tmp_path / "results" / "blocks"
    root.parent.mkdir()
    write_study(root, ("c", "no_brain"), ("c",), with_images=False, reader="haxby2001")
    study = cortex2image.open_study(root)
    assert "seen" not in texts(study.plot.gallery(2))
    assert len(images(study.plot.gallery(2))) == 4
    with pytest.raises(DataError, match="a data set that has them"):
        study.seen()


def test_maps_show_each_model_and_grey_voxels_that_are_not_significant(study):
    figure, significant = study.plot.encoding("sub-01"), study.plot.encoding("sub-01", significant=True)
    assert {"r of z", "r of c"} <= set(texts(figure))
    assert any("r on test stimuli" in text for text in texts(figure))
    assert "q of 0.05 or more" in texts(significant)
    assert any((a != b).any() for a, b in zip(images(figure), images(significant), strict=True))


def test_regions_have_their_names_voxels_and_means(study):
    figure, table = study.plot.regions(["z"]), study.encoding_scores
    own = table[(table.subject == "all") & (table.model == "z")]
    (axes,) = figure.axes
    assert axes.lines[0].get_ydata().tolist() == own["mean_r"].tolist()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [f"{roi}\n200" for roi in own["roi"]]


def test_a_notebook_draws_the_figure(study):
    drawn = Image.open(io.BytesIO(study.plot.regions()._repr_png_()))
    assert drawn.width > 200
