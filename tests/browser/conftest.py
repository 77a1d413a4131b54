"""Fixtures: a server with a shop, and a headless Chromium that fails the test for every error on its console and every
violation of the content security policy."""

import pathlib
import shutil
import subprocess
import tempfile

import pytest
from playwright.sync_api import expect, sync_playwright
from shop import CUSTOMERS, ORDERS
from smew_server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000  # a machine may be busy with other things

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def server():
    path = pathlib.Path(tempfile.mkdtemp(prefix="smew-browser-"))
    path.chmod(0o711)
    server = Server(path / "data", slow_query_threshold_ms=100)
    yield server
    server.stop()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def shop(server):
    project = server.project("shop")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", ORDERS)
    project.import_csv("in_c_sales", "customers", CUSTOMERS)
    return project


@pytest.fixture(scope="session")
def workspace(shop):
    return shop.workspace("analysis")


@pytest.fixture(scope="session")
def axe():
    """axe-core's source, fetched when it is not there."""
    subprocess.run([ROOT / "scripts/fetch-deps", "test"], check=True, stdout=subprocess.DEVNULL)
    return (ROOT / ".deps/webtest/node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: scripts/install-packages test"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, server):
    """open_page("/console", phone=False, expected=()) → a page. `expected`: parts of console errors the test causes."""
    contexts, complaints = [], []

    def open_page(path, phone=False, expected=()):
        context = browser.new_context(viewport=PHONE if phone else LAPTOP, accept_downloads=True, has_touch=phone, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()

        def complain(text):
            if not any(part in text for part in expected):
                complaints.append(text)

        page.on("console", lambda message: message.type in ("error", "warning") and complain(message.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", lambda request: request.url.startswith((server.url, "blob:", "data:")) or complain(f"asks {request.url}"))
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
