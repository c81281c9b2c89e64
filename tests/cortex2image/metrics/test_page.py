"""The page on metrics is up to date."""

from pathlib import Path

from cortex2image.metrics.page import metrics_page

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_page_has_not_drifted():
    assert PAGE.read_text() == metrics_page(), "run: python -m cortex2image.metrics.page > docs/metrics.md"
