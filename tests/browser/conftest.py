from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import Opened, opened_browser, opened_page
from tests.support.report_study import write_study

from cortex2image.steps.report import main

GRID = {"noise_levels": [0.5, 0.8], "steps": [2], "layers": ["down0", "mid"]}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Return an empty page that may log no error and ask the network for nothing, whatever a test does."""
    with opened_page(browser) as opened:
        yield opened
        opened.require_quiet()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the report of a study of random numbers."""
    root = tmp_path_factory.mktemp("browser") / "study"
    models = ("z", "c", "zc")
    main(write_study(root, ("z", "c", "zc"), models, True, "simulated", {"grid": GRID}))
    return root / "report"
