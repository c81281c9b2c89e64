"""The Markdown files of the repository as a reader sees them: links, headings, code and blocks with marks."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.support.snakemake import ROOT

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        ROOT / "config" / "README.md",
        ROOT / "resources" / "miniature" / "README.md",
    ]
)
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
MARK = re.compile(r"<!-- test: (.+?) -->")
# Options of Snakemake by the number of values that documents give them; the others have none.
ONE = {"--cores", "--workflow-profile", "--sdm", "--report", "--snakefile"}
SEVERAL = {"--configfile", "--config", "--resources"}


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its text, and the mark in the comment before it."""

    language: str
    text: str
    mark: str | None


@dataclass(frozen=True)
class Command:
    """A Snakemake command: what it asks for, and the values of options such as ``--config``."""

    targets: tuple[str, ...]
    options: dict[str, list[str]]


@cache
def tokens(page: Path) -> list[Token]:
    """Return the tokens of a page, those inside of paragraphs and cells after their parents."""
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text())
    return [token for outer in parsed for token in (outer, *(outer.children or []))]


def links(page: Path) -> list[str]:
    """Return the targets of all links and pictures."""
    found = [token.attrs.get("href", token.attrs.get("src")) for token in tokens(page)]
    return [str(target) for target in found if target]


@cache
def anchors(page: Path) -> set[str]:
    """Return the names by which links reach the headings of a page, as GitHub and the site make them."""
    given = tokens(page)
    titles = [
        "".join(part.content for part in given[i + 1].children or [])
        for i, token in enumerate(given)
        if token.type == "heading_open"
    ]
    names: list[str] = []
    for title in titles:
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        names.append(f"{name}-{names.count(name)}" if name in names else name)
    return set(names)


def inline_code(page: Path) -> list[str]:
    """Return the pieces of code inside of sentences and tables."""
    return [token.content for token in tokens(page) if token.type == "code_inline"]


def blocks(page: Path) -> list[Block]:
    """Return the blocks of code; a comment that marks one stands right before it."""
    found, mark = [], None
    for token in tokens(page):
        if token.type == "fence":
            found.append(Block(token.info.strip(), token.content, mark))
        marked = MARK.search(token.content) if token.type == "html_block" else None
        mark = marked[1] if marked else None
    return found


def commands(page: Path) -> Iterator[Command]:
    """Yield every Snakemake command, in blocks and in sentences."""
    shell = [block.text for block in blocks(page) if block.language in ("bash", "")]
    lines = [line for text in shell for line in text.replace("\\\n", " ").splitlines()]
    for line in (*lines, *inline_code(page)):
        if re.match(r"(\.venv/bin/)?snakemake( |$)", line.strip()):
            yield parse_command(line)


def parse_command(line: str) -> Command:
    """Take a command apart as Snakemake does: an option takes the values that follow it."""
    words = shlex.split(line, comments=True)[1:]
    targets: list[str] = []
    options: dict[str, list[str]] = {}
    option, room = "", 0.0
    for word in words:
        if word.startswith("-"):
            option, room = word, 1 if word in ONE else float("inf") if word in SEVERAL else 0
            options.setdefault(option, [])
        elif room:
            options[option].append(word)
            room -= 1
        else:
            targets.append(word)
    return Command(tuple(targets), options)
