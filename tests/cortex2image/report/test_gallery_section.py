from types import SimpleNamespace

import pandas as pd
import pytest

from cortex2image.report import gallery_section
from cortex2image.report.gallery_section import (
    OPEN_ROWS,
    category_gallery,
    galleries,
    picture_paths,
    seen_gallery,
)


def stimuli(count: int, with_images: bool = True) -> pd.DataFrame:
    names = [f"s{i:03d}" for i in range(count)]
    return pd.DataFrame(
        {
            "stimulus_id": names,
            "image_path": [f"{name}.png" if with_images else None for name in names],
            "captions": [[f"caption of {name}"] for name in names],
            "category": ["cat" if i % 2 else "house" for i in range(count)],
        }
    )


def reconstructions(method: str, count: int, samples: int) -> pd.DataFrame:
    keys = [(f"s{i:03d}", k) for k in reversed(range(samples)) for i in reversed(range(count))]
    paths = [f"{method}/{name}-{k}.png" for name, k in keys]
    return pd.DataFrame(keys, columns=["stimulus_id", "sample"]).assign(image_path=paths)


def study(count: int, with_images: bool) -> SimpleNamespace:
    tables = {
        ("sub-01", "c"): reconstructions("c", count, 2),
        ("sub-01", "z"): reconstructions("z", count, 1),
    }
    return SimpleNamespace(
        subjects=("sub-01",),
        methods=("z", "c"),
        stimuli=stimuli(count, with_images),
        reconstructions=tables,
        with_images=with_images,
    )


def test_rows_follow_the_identity_and_columns_the_methods() -> None:
    (shown,) = galleries(study(30, with_images=True))
    assert shown["headings"] == [
        {"name": "seen", "width": 1},
        {"name": "z", "width": 1},
        {"name": "c", "width": 2},
    ]
    assert [row["label"] for row in (*shown["rows"], *shown["rest"])] == [f"s{i:03d}" for i in range(30)]
    assert len(shown["rows"]) == OPEN_ROWS
    paths = [[tile["path"] for tile in group] for group in shown["rows"][3]["groups"]]
    assert paths == [["s003.png"], ["z/s003-0.png"], ["c/s003-0.png", "c/s003-1.png"]]


def test_a_limit_keeps_the_first_and_says_how_many_there_are() -> None:
    shown = seen_gallery("sub-01", stimuli(9), {"z": reconstructions("z", 9, 1)}, limit=4)
    assert [row["label"] for row in shown["rows"]] == ["s000", "s001", "s002", "s003"]
    assert shown["total"] == 9


def test_the_page_holds_no_more_pictures_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_section, "PAGE_PICTURES", 40)
    assert len(picture_paths(galleries(study(30, with_images=True)))) == 40


def test_each_picture_is_read_once() -> None:
    shown = galleries(study(5, with_images=True))
    paths = picture_paths([*shown, *shown])
    assert len(paths) == len(set(paths)) == 5 * 4


def test_blocks_without_images_are_grouped_by_category() -> None:
    shown = galleries(study(6, with_images=False))
    assert [gallery["title"] for gallery in shown] == ["sub-01, method z", "sub-01, method c"]
    gallery = category_gallery("sub-01", "c", stimuli(6, with_images=False), reconstructions("c", 6, 2))
    assert [row["label"] for row in gallery["rows"]] == ["cat", "house"]
    paths = [[tile["path"] for tile in block] for block in gallery["rows"][0]["groups"]]
    assert paths == [[f"c/s{i:03d}-{k}.png" for k in (0, 1)] for i in (1, 3, 5)]


def test_a_block_without_category_is_still_shown() -> None:
    frame = stimuli(2).assign(category=None)
    gallery = category_gallery("sub-01", "c", frame, reconstructions("c", 2, 1))
    assert [row["label"] for row in gallery["rows"]] == ["none"]
