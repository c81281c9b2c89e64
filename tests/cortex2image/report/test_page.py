import base64
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from cortex2image.report.page import data_uri, number, p_value, png_uri, render, svg_uri, webp_uri


def test_uris_hold_the_bytes() -> None:
    content = bytes(range(256))
    uri = data_uri(content, "image/png")
    head, body = uri.split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == content
    assert [f(b"x").split(";")[0] for f in (svg_uri, png_uri, webp_uri)] == [
        "data:image/svg+xml",
        "data:image/png",
        "data:image/webp",
    ]


def test_text_is_escaped_and_numbers_are_written_for_readers(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("{{ name }} {{ r|number(2) }} {{ p|p_value }}")
    assert (
        render(tmp_path, {"name": "<b>", "r": -0.125, "p": 0.04}, "page.html.j2")
        == "&lt;b&gt; −0.12 p = 0.040"
    )


def test_a_name_the_context_lacks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("{{ missing }}")
    with pytest.raises(UndefinedError, match="missing"):
        render(tmp_path, {}, "page.html.j2")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.12345, 3, "0.123"),
        (-0.5, 2, "−0.50"),
        (None, 3, "–"),
        (float("nan"), 3, "–"),
        (12.6, 0, "13"),
        (-0.0004, 3, "0.000"),
    ],
)
def test_numbers(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "p = 0.250"),
        (0.0005, "p = 0.0005"),
        (0.00001, "p < 0.0001"),
        (None, "p –"),
        (float("nan"), "p –"),
    ],
)
def test_p_values(value: float | None, text: str) -> None:
    assert p_value(value) == text
