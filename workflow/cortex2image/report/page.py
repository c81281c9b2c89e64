"""The page as one file: filled templates, pictures as URIs, numbers as text."""

import base64
import math
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def data_uri(content: bytes, media_type: str) -> str:
    """Return `content` as a URI that an ``img`` element shows without any further file."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def svg_uri(content: bytes) -> str:
    """Return an SVG drawing as a URI."""
    return data_uri(content, "image/svg+xml")


def png_uri(content: bytes) -> str:
    """Return a PNG picture as a URI."""
    return data_uri(content, "image/png")


def webp_uri(content: bytes) -> str:
    """Return a WebP picture as a URI."""
    return data_uri(content, "image/webp")


def render(
    templates: str | Path, context: Mapping[str, object], page: str, **filters: Callable[..., object]
) -> str:
    """Fill the templates of a page; a name that a template uses and `context` lacks is an error.

    Parameters
    ----------
    templates : path of the folder that holds the template of the page and those that it includes
    context : values by the names that the templates use
    page : name of the template of the page
    **filters : further filters of the templates
    """
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"number": number, "p_value": p_value, **filters}
    return environment.get_template(page).render(context)


def number(value: float | None, digits: int = 3) -> str:
    """Return `value` with `digits` decimals and a true minus sign, none for 0; a dash for no value."""
    if value is None or math.isnan(value):
        return "–"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def p_value(value: float | None) -> str:
    """Return ``p = 0.032``, with four decimals below 0.001 and a bound below 0.0001."""
    if value is None or math.isnan(value):
        return "p –"
    if value < 0.0001:
        return "p < 0.0001"
    return f"p = {value:.4f}" if value < 0.001 else f"p = {value:.3f}"
