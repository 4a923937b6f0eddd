from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys.browser import Browsers, launch


@pytest.fixture(scope="session")
def browsers(shop):
    """``with browsers.visit(email) as watched:``: a page of the running shop in real Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield Browsers(browser, shop)
        browser.close()
