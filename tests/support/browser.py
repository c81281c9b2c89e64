"""A real browser that opens pages from disk: what it logs and what it asks the network for is kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = {"phone": 390, "desk": 1280, "wall": 2560}


def browser_path() -> str | None:
    """Return the path of an installed browser, None without one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start the browser; skip the test where none is installed."""
    path = browser_path()
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed: pages were not opened")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Opened:
    """A page in the browser, with the errors it logged and the addresses it asked for outside its folder."""

    def __init__(self, page: Page):
        self.page = page
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: object) -> None:
        address = str(getattr(request, "url", ""))
        if not address.startswith(("file:", "data:", "blob:")):
            self.outside.append(address)

    def goto(self, file: Path, fragment: str = "") -> Page:
        """Open a file of the report."""
        self.page.goto(file.resolve().as_uri() + fragment)
        return self.page

    def require_quiet(self) -> None:
        """Fail if the page logged an error or asked the network for anything."""
        assert self.errors == []
        assert self.outside == []


@contextmanager
def opened_page(browser: Browser, width: str = "desk", theme: str = "light") -> Iterator[Opened]:
    """Open an empty page of a width of :data:`WIDTHS` and a theme of the system, light or dark."""
    size = {"width": WIDTHS[width], "height": 900}
    page = browser.new_page(viewport=size, color_scheme=theme)
    yield Opened(page)
    page.close()
