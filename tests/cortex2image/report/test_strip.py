from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cortex2image.report.headlines import headline_table
from cortex2image.report.strip import best_method, drawn_at_random, strip

STIMULI = [f"images/{i}" for i in range(12)]


def table(**values: tuple[float, float]):
    rows = [
        {"subject": "all", "method": method, "metric": metric, "value": value, "higher_is_better": higher}
        for method, own in values.items()
        for metric, value, higher in zip(("pixcorr", "lpips_alex"), own, (True, False), strict=True)
    ]
    frame = pd.DataFrame(rows).assign(ci_low=0.0, ci_high=1.0, null_mean=0.0, null_sd=0.1, p=0.01)
    frame = frame.assign(**dict.fromkeys(("floor", "ceiling", "share", "share_low", "share_high"), np.nan))
    return headline_table(frame, list(values))


def test_the_best_method_has_the_best_mean_rank_whichever_way_metrics_point() -> None:
    assert best_method(table(z=(0.9, 0.1), c=(0.5, 0.5))) == "z"
    assert best_method(table(z=(0.9, 0.9), c=(0.5, 0.5), zc=(0.7, 0.3))) == "zc"


def test_controls_do_not_compete_and_a_tie_goes_to_the_later_method() -> None:
    assert best_method(table(z=(0.2, 0.9), ceiling=(0.9, 0.1))) == "z"
    assert best_method(table(z=(0.9, 0.5), c=(0.1, 0.2))) == "c"
    assert best_method(table(ceiling=(0.9, 0.1))) is None


def study(tmp_path, seed: int = 7, stimuli=STIMULI, with_images: bool = True):
    keys = [(stimulus, k) for stimulus in stimuli for k in range(2)]
    own = pd.DataFrame(keys, columns=["stimulus_id", "sample"])
    own = own.assign(image_path=[str(tmp_path / "made.png")] * len(own))
    known = pd.DataFrame(
        {"stimulus_id": STIMULI, "image_path": str(tmp_path / "seen.png"), "category": "cat"}
    )
    known["captions"] = [[f"<{i}>"] for i in range(len(STIMULI))]
    return SimpleNamespace(
        settings=SimpleNamespace(seed=seed),
        subjects=("a", "b"),
        with_images=with_images,
        stimuli=known,
        reconstructions={("a", "zc"): own, ("b", "zc"): own},
    )


def test_stimuli_are_drawn_by_seed_and_identity_and_not_by_order(tmp_path) -> None:
    drawn = drawn_at_random(study(tmp_path), "zc")
    assert drawn == drawn_at_random(study(tmp_path, stimuli=STIMULI[::-1]), "zc")
    assert len({one.stimulus for one in drawn}) == 4
    others = {one.stimulus for seed in range(20) for one in drawn_at_random(study(tmp_path, seed), "zc")}
    assert others == set(STIMULI)
    who = {one.subject for seed in range(20) for one in drawn_at_random(study(tmp_path, seed), "zc")}
    assert who == {"a", "b"}


def test_fewer_stimuli_than_places_are_all_shown(tmp_path) -> None:
    assert len(drawn_at_random(study(tmp_path, stimuli=STIMULI[:2]), "zc")) == 2


@pytest.mark.parametrize("with_images", [True, False])
def test_the_strip_is_small_and_holds_what_was_seen_where_that_is_known(
    tmp_path, rng, with_images: bool
) -> None:
    for name in ("seen", "made"):
        noise = rng.integers(0, 256, (512, 512, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{name}.png")
    pairs = strip(study(tmp_path, with_images=with_images), "zc")
    assert len(pairs) == 4
    assert all((pair["seen"] is not None) is with_images for pair in pairs)
    assert all(pair["made"].startswith("data:image/webp;base64,") for pair in pairs)
    assert {pair["caption"][0] for pair in pairs} == ({"<"} if with_images else {"c"})
    # Noise is the worst case of the encoder: photographs take a third of it.
    assert sum(len(pair["made"]) + len(pair["seen"] or "") for pair in pairs) < 150_000
