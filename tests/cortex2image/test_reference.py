"""Generated pages are up to date."""

import pytest

from cortex2image import reference


@pytest.mark.parametrize(
    ("page", "path"), [(reference.tables_page, "docs/tables.md"), (reference.config_page, "config/README.md")]
)
def test_pages_have_not_drifted(page, path):
    written = (reference.REPOSITORY / path).read_text()
    assert written == page(), "run: PYTHONPATH=workflow python -m cortex2image.reference"
