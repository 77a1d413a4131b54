"""The console's session: one for the page, with its transaction, temporary tables and settings; what happens when it ends."""

import json
import os
import re
import signal

import pytest
from pages import choose_colours, expect_cells, open_console, reload_console, run, serious_violations, status, transaction, write_statement
from playwright.sync_api import expect
from smew_server import eventually


@pytest.fixture
def own_workspace(shop):
    """For tests that change or end what others use."""
    workspace = shop.workspace("own")
    yield workspace
    shop.rest.delete(workspace.path)


def sessions_of(workspace):
    return [one for one in workspace.project.rest.get(workspace.path + "/sessions")["sessions"] if one["application_name"] == "smew console"]


def finished(page, text):
    expect(status(page)).to_have_text(re.compile(text))


def test_a_transaction_holds_over_runs_and_its_state_is_shown(open_page, own_workspace):
    own_workspace.query("CREATE TABLE counted (i integer)")
    page = open_console(open_page, own_workspace)
    expect(transaction(page)).to_have_text("No transaction")
    run(page, "BEGIN")
    expect(transaction(page)).to_have_text("In transaction")
    run(page, "INSERT INTO counted VALUES (1), (2)")
    finished(page, r"^INSERT 0 2 in ")
    assert own_workspace.query("SELECT count(*) FROM counted") == [(0,)]
    run(page, "SELECT nonsense")
    expect(transaction(page)).to_have_text("Transaction failed")
    run(page, "SELECT 1")
    expect(page.locator(".problem")).to_contain_text("25P02")
    page.get_by_role("button", name="Roll back").click()
    expect(transaction(page)).to_have_text("No transaction")
    run(page, "BEGIN; INSERT INTO counted VALUES (3)")
    expect(transaction(page)).to_have_text("In transaction")
    page.get_by_role("button", name="Commit", exact=True).click()
    expect(transaction(page)).to_have_text("No transaction")
    assert own_workspace.query("SELECT * FROM counted") == [(3,)]


def test_temporary_tables_and_settings_last(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "CREATE TEMP TABLE mine AS SELECT 42 AS answer; SET application_name = 'kept'")
    finished(page, "^SELECT 1, SET in ")
    page.locator("summary").filter(has_text="Temporary tables").wait_for()
    run(page, "SELECT answer, current_setting('application_name') FROM mine")
    finished(page, r"^1 row in ")
    expect_cells(page, 1, ["42", "kept"])


def test_one_page_is_one_session(open_page, own_workspace):
    page = open_console(open_page, own_workspace)
    for number in range(3):
        run(page, f"SELECT {number} AS n")
        expect(page.locator(".grid tbody td")).to_have_text(str(number))
        finished(page, r"^1 row in ")  # what is asked for while something runs is not run
    assert len(sessions_of(own_workspace)) == 1
    other = open_console(open_page, own_workspace)
    eventually(lambda: len(sessions_of(own_workspace)) == 2, 60, "a session for each page")
    other.close()
    eventually(lambda: len(sessions_of(own_workspace)) == 1, 60, "the end of the closed page's session")


def test_a_script_has_a_result_for_each_statement(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT 1 AS a; SELECT 'x' AS b UNION ALL SELECT 'y'; SELECT * FROM range(3)")
    finished(page, r"^1 row, 2 rows, 3 rows in ")
    expect(page.locator(".grid thead")).to_contain_text("range")
    page.get_by_label("Result of which statement").select_option(label="Result 2 of 3")
    expect_cells(page, 1, ["x"])
    expect_cells(page, 2, ["y"])
    run(page, "SELECT 1; SELECT nonsense; SELECT 3")
    finished(page, r"^Failed; before it: 1 row$")
    page.keyboard.insert_text("|")  # the cursor stands where the mistake is
    expect(page.locator(".cm-content")).to_have_text("SELECT 1; SELECT |nonsense; SELECT 3")


def test_only_the_statement_at_the_cursor_is_run_or_explained(open_page, workspace):
    page = open_console(open_page, workspace)
    write_statement(page, "SELECT 'first' AS one; SELECT 'second' AS two")
    page.keyboard.press("Home")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".grid tbody td")).to_have_text("first")
    page.keyboard.press("End")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("list", name="Plan")).to_contain_text("Projections: two")


def test_a_disconnected_session_is_told_and_what_was_lost(open_page, own_workspace):
    page = open_console(open_page, own_workspace)
    run(page, "BEGIN; CREATE TABLE undone (i integer)")
    expect(transaction(page)).to_have_text("In transaction")
    own_workspace.project.rest.delete(f"{own_workspace.path}/sessions/{sessions_of(own_workspace)[0]['session_id']}", expect=200)
    warning = page.locator(".session-warning")
    expect(warning).to_contain_text("The session has ended. Terminating connection due to administrator command")
    expect(warning).to_contain_text("Its open transaction was rolled back")
    run(page, "SELECT 1 AS again")
    expect(page.locator(".problem")).to_contain_text("Nothing was run: this is a new session. The transaction that was open was rolled back.")
    run(page, "SELECT 1 AS again")
    finished(page, r"^1 row in ")
    expect(warning).to_be_empty()


def test_a_lost_connection_comes_back_by_itself(open_page, own_workspace):
    page = open_console(open_page, own_workspace, expected=["503"])  # the tree may be read when the worker goes
    run(page, "CREATE TEMP TABLE lost AS SELECT 1 AS i")
    finished(page, "^SELECT 1 in ")
    pid = [one["pid"] for one in own_workspace.project.rest.get(f"{own_workspace.project.path}/workers")["workers"] if one["workspace_id"] == own_workspace.id][0]
    os.kill(pid, signal.SIGKILL)
    warning = page.locator(".session-warning")
    expect(warning).to_contain_text("This is a new session.")
    expect(warning).to_contain_text("Its temporary tables, settings (SET) and prepared statements are gone.")
    page.get_by_role("button", name="Understood").click()
    expect(warning).to_be_empty()
    run(page, "SELECT * FROM lost")
    expect(page.locator(".problem")).to_contain_text("42P01")


def test_a_statement_under_way_when_the_session_ends_is_an_error(open_page, own_workspace):
    page = open_console(open_page, own_workspace)
    run(page, "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range + c.range = -1")
    eventually(lambda: [one for one in sessions_of(own_workspace) if one["state"] == "active"], 60, "the running statement")
    own_workspace.project.rest.post(f"{own_workspace.path}/disconnect-all")
    expect(page.locator(".problem")).to_contain_text("57P01")
    expect(page.get_by_role("button", name="Connect again")).to_be_visible()
    page.get_by_role("button", name="Connect again").click()
    expect(transaction(page)).to_have_text("No transaction")


def test_a_key_that_only_reads_cannot_write_whatever_it_sets(open_page, workspace, shop):
    key = shop.rest.post(f"{shop.path}/api-keys", {"description": "reader", "scope": "project_read"}, expect=201)["api_key"]
    page = open_page("/console")
    page.get_by_role("button", name="Project key").click()
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Workspace", exact=True).select_option(label=f"analysis ({workspace.id})")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("group", name="Session")).to_contain_text("Connected, read only")
    run(page, "SET default_transaction_read_only = off; SELECT 1; CREATE TABLE never (i integer)")
    expect(page.locator(".problem")).to_contain_text("25006")
    run(page, "SELECT count(*) AS n FROM in_c_sales.orders")
    finished(page, r"^1 row in ")


def test_history_survives_a_reload_and_is_cleared(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT 'kept over reload' AS k")
    finished(page, r"^1 row in ")
    run(page, "SELECT 'hush' AS password")
    finished(page, r"^1 row in ")
    kept = page.evaluate("JSON.stringify({...localStorage})")
    assert "kept over reload" in kept and "hush" not in kept and workspace.connection["password"] not in kept
    reload_console(page, workspace)
    page.locator("summary").filter(has_text="History").click()
    expect(page.get_by_role("button", name="Edit again: SELECT 'hush'")).to_have_count(0)
    page.get_by_role("button", name="Edit again: SELECT 'kept over reload' AS k").click()
    expect(page.locator(".cm-content")).to_have_text("SELECT 'kept over reload' AS k")
    page.get_by_role("button", name="Clear history").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Statements you run appear here.")).to_be_visible()
    assert "kept over reload" not in page.evaluate("JSON.stringify({...localStorage})")


def test_history_is_bounded_and_ignores_what_is_not_its_own(open_page, workspace):
    page = open_page("/console")
    entries = [{"sql": f"SELECT {number} -- {'x' * 3000}", "at": 1, "outcome": "1 row", "failed": False} for number in range(300)]
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"smew-history:{workspace.id}", json.dumps([*entries, {"sql": 5}, None])])
    reload_console(page, workspace)
    run(page, "SELECT 'newest' AS n")
    finished(page, r"^1 row in ")
    kept = json.loads(page.evaluate("key => localStorage.getItem(key)", f"smew-history:{workspace.id}"))
    assert kept[0]["sql"] == "SELECT 'newest' AS n" and 10 < len(kept) <= 200
    assert sum(len(one["sql"]) for one in kept) <= 256 * 1024


def test_the_rows_are_walked_by_keys(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT range AS i, repeat('long ', 30) || range AS t FROM range(500)")
    finished(page, r"^500 rows in ")
    page.get_by_role("grid").focus()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("#grid-cell")).to_contain_text("long")
    page.keyboard.press("Control+End")
    expect(page.locator("#grid-cell")).to_contain_text("499")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("pre")).to_have_text("long " * 30 + "499")
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid")).to_be_focused()


def test_states_of_the_session_are_accessible(open_page, own_workspace, axe):
    page = open_console(open_page, own_workspace)
    run(page, "BEGIN; SELECT nonsense")
    expect(transaction(page)).to_have_text("Transaction failed")
    own_workspace.project.rest.post(f"{own_workspace.path}/disconnect-all")
    expect(page.locator(".session-warning")).to_contain_text("The session has ended")
    for scheme in ("light", "dark"):
        choose_colours(page, scheme)
        assert serious_violations(page, axe) == []
