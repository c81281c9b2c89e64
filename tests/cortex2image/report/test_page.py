import base64
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from cortex2image.report.page import PAGE, data_uri, png_uri, render, svg_uri, webp_uri


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
    (tmp_path / PAGE).write_text("{{ name }} {{ r|number(2) }} {{ p|p_value }}")
    assert render(tmp_path, {"name": "<b>", "r": -0.125, "p": 0.04}) == "&lt;b&gt; −0.12 p = 0.040"


def test_a_name_the_context_lacks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text("{{ missing }}")
    with pytest.raises(UndefinedError, match="missing"):
        render(tmp_path, {})
