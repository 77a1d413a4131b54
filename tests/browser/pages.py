"""Steps that several tests take."""

from playwright.sync_api import expect
from smew_server import ADMIN_KEY


def log_in_with_key(page, key=ADMIN_KEY):
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Log in").click()


def open_dashboard(open_page, **options):
    page = open_page("/dashboard", **options)
    log_in_with_key(page)
    page.get_by_role("heading", name="Dashboard").wait_for()
    return page


def open_console(open_page, workspace, **options):
    page = open_page("/console", **options)
    log_in_as_user(page, workspace)
    return page


def reload_console(page, workspace):
    page.reload()
    log_in_as_user(page, workspace)


def log_in_as_user(page, workspace):
    page.get_by_label("User", exact=True).fill(workspace.connection["username"])
    page.get_by_label("Password").fill(workspace.connection["password"])
    page.get_by_role("button", name="Log in").click()
    page.locator(".schema").first.wait_for(state="attached")
    expect(transaction(page)).to_be_visible()


def write_statement(page, sql):
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(sql)


def run(page, sql):
    """Writes the statement in the place of what is there and runs it."""
    write_statement(page, sql)
    page.keyboard.press("Control+Enter")


def status(page):
    return page.locator(".result-status")


def transaction(page):
    return page.locator(".session-bar .badge").nth(1)


def expect_cells(page, row, texts):
    """Rows are drawn with the next frame, which may come after the status."""
    expect(page.locator(f".grid tbody tr[aria-rowindex='{row + 1}'] td")).to_have_text(texts)


def choose_colours(page, scheme):
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)


def hear_toasts(page):
    """Keeps the texts of toasts, which go away by themselves; returns a function that gives those so far."""
    page.evaluate("""() => {
        window.heard = [];
        const hear = (changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => window.heard.push(node.textContent)));
        new MutationObserver(hear).observe(document.getElementById("toasts"), { childList: true });
    }""")
    return lambda: page.evaluate("window.heard")


def serious_violations(page, axe):
    """What axe-core finds serious or critical, as short lines. Run through the debugger: the page's policy lets in no script."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for one in found if one["impact"] in ("serious", "critical")
            for node in one["nodes"]]


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
