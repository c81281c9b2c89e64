import io

from PIL import Image, ImageChops

from cortex2image.plots.style import PALETTE, colours, paletted_png, png, single_axes, svg


def test_every_name_has_a_colour_by_its_place() -> None:
    names = [f"method {i}" for i in range(10)]
    chosen = colours(names)
    assert [chosen[name] for name in names] == [*PALETTE, *PALETTE[:2]]


def test_the_same_figure_gives_the_same_bytes_without_date_or_machine() -> None:
    drawings = []
    for _ in range(2):
        figure, axes = single_axes(2, 2)
        axes.plot([0, 1], [1, 0])
        drawings.append((svg(figure), png(figure, dpi=50)))
    assert drawings[0] == drawings[1]
    assert b"dc:date" not in drawings[0][0]
    assert drawings[0][1].startswith(b"\x89PNG")
    assert b"Software" not in drawings[0][1]


def test_a_paletted_png_looks_the_same_in_fewer_bytes_and_carries_its_texts() -> None:
    figure, axes = single_axes(2, 2)
    axes.plot([0, 1], [1, 0])
    plain, few = (
        Image.open(io.BytesIO(drawn)) for drawn in (png(figure), paletted_png(figure, {"model": "ab"}))
    )
    assert few.mode == "P"
    assert few.info["model"] == "ab"
    apart = ImageChops.difference(plain.convert("RGB"), few.convert("RGB"))
    assert max(high for _, high in apart.getextrema()) < 16
