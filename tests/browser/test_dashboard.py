"""The dashboard in a real browser, against a running server."""

import re
import threading

import psycopg
from pages import choose_colours, hear_toasts, log_in_with_key, open_dashboard, scrolls_sideways, serious_violations
from playwright.sync_api import expect
from smew_server import ADMIN_KEY, eventually, farewell

LONG = "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range + c.range = -1"


def row_of(page, panel, text):
    return page.get_by_role("region", name=f"{panel}, table").locator("tbody tr").filter(has_text=text)


def connect(workspace, name):
    return workspace.connect(application_name=name)


def test_a_wrong_key_is_refused_and_a_right_one_shows_figures(open_page, workspace):
    page = open_page("/dashboard", expected=["401"])
    log_in_with_key(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("the key is not valid")
    log_in_with_key(page)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    expect(page.locator(".figure").filter(has_text="P95 latency")).to_be_visible()
    expect(page.locator(".chart canvas").first).to_be_visible()
    assert ADMIN_KEY not in page.url and page.evaluate("JSON.stringify({...localStorage}) + document.cookie") == "{}"


def test_disconnect_ends_the_clients_session(open_page, workspace):
    connection = connect(workspace, "to be disconnected")
    page = open_dashboard(open_page)
    toasts = hear_toasts(page)
    row = row_of(page, "Live sessions", "to be disconnected")
    row.get_by_role("button", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    assert farewell(connection)[0] == "57P01"
    eventually(lambda: "The session was disconnected." in toasts(), 60, "the toast")
    expect(row).to_have_count(0)


def test_a_button_that_is_pressed_is_not_drawn_anew(open_page, workspace):
    """A person's click takes a tenth of a second, and the table changes every two."""
    connection = connect(workspace, "pressed slowly")
    page = open_dashboard(open_page)
    button = row_of(page, "Live sessions", "pressed slowly").get_by_role("button", name="Disconnect")
    button.hover()
    page.mouse.down()
    newcomer = connect(workspace, "came meanwhile")
    for _ in range(2):
        with page.expect_response(lambda reply: reply.url.endswith("/sessions") and "came meanwhile" in reply.text()) as seen:
            pass
        seen.value.finished()
    expect(row_of(page, "Live sessions", "came meanwhile")).to_have_count(0)
    page.mouse.up()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(row_of(page, "Live sessions", "came meanwhile")).to_be_visible()
    connection.close()
    newcomer.close()


def test_keep_keeps_the_session(open_page, workspace):
    connection = connect(workspace, "to be kept")
    page = open_dashboard(open_page)
    row_of(page, "Live sessions", "to be kept").get_by_role("button", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    connection.cursor().execute("SELECT 1")
    connection.close()


def test_throughput_outlives_a_reload(open_page, workspace):
    """The history is the server's: a page opened afterwards shows what happened before it."""
    for _ in range(20):
        workspace.query("SELECT 1")
    page = open_dashboard(open_page)
    graph = page.get_by_role("img", name=re.compile(r"^Throughput\. Queries: now .*, highest (?!0.s)"))
    expect(graph).to_be_visible()
    page.reload()
    log_in_with_key(page)
    expect(graph).to_be_visible()


def test_workers_show_memory_and_disk(open_page, workspace):
    connection = connect(workspace, "worker's reason")
    page = open_dashboard(open_page)
    row = row_of(page, "Workspaces and workers", "analysis")
    expect(row).to_contain_text("ready")
    expect(row.locator(".gauge").nth(1)).to_contain_text(" of 10.7 GB")
    connection.close()


def test_a_projects_key_sees_its_project_only(open_page, workspace, shop):
    other = shop.server.admin.get("/projects")["projects"]
    other = shop.server.project("other") if "other" not in [one["id"] for one in other] else None
    connection = connect(workspace, "of the shop")
    page = open_page("/dashboard")
    log_in_with_key(page, shop.key)
    expect(page.get_by_role("heading", name="Dashboard of project shop")).to_be_visible()
    expect(row_of(page, "Live sessions", "of the shop")).to_be_visible()
    connection.cursor().execute("SELECT 1")
    expect(page.get_by_role("img", name=re.compile(r"^Throughput\. Queries: now .*, highest (?!0.s)"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile(r"^Memory\. Workers: now (?!0 B)"))).to_be_visible()
    page.reload()
    log_in_with_key(page, other.key)
    expect(page.get_by_text("Nobody is connected.")).to_be_visible()
    connection.close()


def test_a_slow_query_appears_with_its_plan(open_page, workspace):
    workspace.query("SELECT count(*) AS slow_one FROM range(40000) a, range(10000) b WHERE a.range + b.range = -1")
    page = open_dashboard(open_page)
    row = row_of(page, "Recent slow queries", "slow_one")
    expect(row).to_contain_text("success")
    row.get_by_role("button", name="Plan").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("pre.statement")).to_contain_text("slow_one")
    expect(dialog.get_by_role("list", name="Plan").locator(".cost").first).to_contain_text("ms")
    expect(dialog.get_by_role("list", name="Plan")).to_contain_text("JOIN")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("img", name=re.compile(r"^Slow queries over time\. Slow: now .*, highest [1-9]"))).to_be_visible()


def test_a_running_statement_is_cancelled(open_page, workspace):
    connection = psycopg.connect(workspace.connection["connection_string"].split("?")[0] + "?sslmode=disable", application_name="long one")
    outcome = []

    def work():
        try:
            connection.execute(LONG)
        except psycopg.Error as error:
            outcome.append(error.sqlstate)

    thread = threading.Thread(target=work)
    thread.start()
    page = open_dashboard(open_page)
    row = row_of(page, "Live sessions", "long one")
    expect(row).to_contain_text("active")
    expect(row.locator("code")).to_contain_text("SELECT count(*)")
    row.get_by_role("button", name="Cancel").click()
    thread.join(30)
    assert outcome == ["57014"]
    connection.close()


def test_sessions_are_filtered(open_page, workspace):
    connections = [connect(workspace, "first of two"), connect(workspace, "second of two")]
    page = open_dashboard(open_page)
    expect(row_of(page, "Live sessions", "of two")).to_have_count(2)
    page.get_by_label("Filter sessions").fill("SECOND of")
    expect(row_of(page, "Live sessions", "of two")).to_have_count(1)
    page.get_by_label("Filter sessions").fill("nobody at all")
    expect(page.get_by_text("No session has this.")).to_be_visible()
    for connection in connections:
        connection.close()


def test_a_project_sees_workspaces_that_are_closed(open_page, shop):
    closed = shop.workspace("never opened")
    page = open_page("/dashboard")
    log_in_with_key(page, shop.key)
    row = row_of(page, "Workspaces and workers", "never opened")
    expect(row).to_contain_text("closed")
    expect(row).to_contain_text("0 B of 10.7 GB")
    shop.rest.delete(closed.path)


def test_the_operator_sees_the_workspaces_of_all_projects(open_page, shop):
    closed = shop.workspace("asleep")
    page = open_dashboard(open_page)
    row = row_of(page, "Workspaces and workers", "asleep")
    expect(row).to_contain_text("shop")
    expect(row).to_contain_text("closed")
    shop.rest.delete(closed.path)


def test_alerts_are_shown_to_whom_they_concern(open_page, server, shop):
    """The slow statement's alert: the operator and its project see it, another project does not."""
    shop.workspace("alerting").query("SELECT sum(sqrt(i) * sin(i)) FROM range(20000000) t(i)")
    page = open_dashboard(open_page)
    expect(row_of(page, "Alerts", "Slow query").first).to_be_visible()
    expect(page.get_by_role("region", name="Alerts", exact=True)).to_contain_text("no webhook is set")
    for key, sees in ((shop.key, True), (server.project("calm").key, False)):
        page = open_page("/dashboard")
        log_in_with_key(page, key)
        alerts = page.get_by_role("region", name="Alerts", exact=True)
        expect(alerts).to_contain_text("Slow query" if sees else "No alerts.")
        expect(alerts).not_to_contain_text("webhook")


def test_what_is_shown_is_old_when_the_server_does_not_answer(open_page, workspace):
    page = open_dashboard(open_page, expected=["ERR_FAILED"])
    note = page.locator(".fresh")
    expect(note).to_contain_text("Updated")
    page.route("**/workers", lambda route: route.abort())
    expect(note).to_contain_text("Not updated: the server does not answer. What is shown is of ")
    page.unroute("**/workers")
    expect(note).to_have_text(re.compile("^Updated "))


def test_the_range_of_the_graphs_is_chosen(open_page, workspace):
    page = open_dashboard(open_page)
    with page.expect_response(lambda reply: "/metrics/history?range=24h" in reply.url) as reply:
        page.get_by_role("button", name="24 h").click()
    assert reply.value.json()["step_seconds"] == 60
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")


def test_light_and_dark(open_page):
    page = open_page("/dashboard")
    choose_colours(page, "dark")
    page.get_by_role("button", name="Switch to light colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_no_serious_accessibility_violation(open_page, workspace, axe):
    connection = connect(workspace, "seen by axe")
    page = open_page("/dashboard")
    assert serious_violations(page, axe) == []
    log_in_with_key(page)
    expect(row_of(page, "Live sessions", "seen by axe")).to_be_visible()
    for scheme in ("light", "dark"):
        choose_colours(page, scheme)
        assert serious_violations(page, axe) == []
    connection.close()


def test_a_phone_needs_no_sideways_scrolling(open_page, workspace):
    connection = connect(workspace, "with a phone")
    page = open_dashboard(open_page, phone=True)
    expect(row_of(page, "Live sessions", "with a phone")).to_be_visible()
    assert not scrolls_sideways(page)
    connection.close()
