"""Sphinx settings of the documentation; the command that builds it stands in CONTRIBUTING.md.

The source folder is the repository's root, so that a link between two Markdown files means the same file on
GitHub, in an editor and on the site. Pages ask no other machine for anything: no fonts, no scripts, equations
as MathML.
"""

import tomllib
from pathlib import Path
from typing import Any

from docutils.nodes import Element, SkipNode, document
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = PROJECT["name"]
version = release = PROJECT["version"]
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "config/README.md",
    "resources/miniature/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]
# Folders that hold no page are not searched for any.
exclude_patterns = [".*", "results", "resources/models", "resources/haxby2001", "site", "workflow", "tests"]

myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]  # as GitHub writes equations
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
# Search shows titles only: to show text, it would have to fetch pages, which browsers refuse from disk.
html_show_search_summary = False
html_math_renderer = "mathml"
# A block that names no language is output or a list of files.
highlight_language = "none"


def _inline(translator: HTML5Translator, node: Element) -> None:
    translator.body.append(convert(node.astext()))
    raise SkipNode


def _block(translator: HTML5Translator, node: Element) -> None:
    equation = convert(node.astext(), display="block")
    translator.body.append(f'<div class="math" tabindex="0">{equation}</div>')
    raise SkipNode


# What scrolls has to be reachable by keyboard, and a heading has a level: the theme leaves that out.
ACCESSIBLE = {
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    'role="heading">': 'role="heading" aria-level="2">',
}


def _accessible(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: document | None
) -> None:
    for part in ("body", "furo_navigation_tree"):
        for found, better in ACCESSIBLE.items():
            context[part] = context.get(part, "").replace(found, better)


def setup(app: Sphinx) -> None:
    """Write equations as MathML, which browsers show without any script, and mend what a keyboard misses."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("html-page-context", _accessible, priority=900)  # after the theme
