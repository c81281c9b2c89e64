"""Sections of the page of benchmarks replace themselves and nothing else."""

from pathlib import Path

from tests.benchmarks.measure import replace_section


def test_each_section_replaces_itself_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    for name, text in (("a", "## A\n1"), ("b", "## B\n2"), ("a", "## A\n3")):
        replace_section(page, name, text)
    sections = "<!-- a -->\n## A\n3\n<!-- end of a -->\n\n<!-- b -->\n## B\n2\n<!-- end of b -->\n"
    assert page.read_text() == f"# Benchmarks\n\n{sections}"


def test_what_stands_outside_the_markers_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nby hand\n\n<!-- a -->\nold\n<!-- end of a -->\n\nalso by hand\n")
    replace_section(page, "a", "new")
    assert page.read_text() == "# Title\n\nby hand\n\n<!-- a -->\nnew\n<!-- end of a -->\n\nalso by hand\n"
