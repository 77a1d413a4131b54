"""The SQL console in a real browser, against a running server."""

import csv
import io
import json
import re

from pages import choose_colours, expect_cells, log_in_with_key, open_console, run, scrolls_sideways, serious_violations, status, write_statement
from playwright.sync_api import expect
from smew_server import eventually

LONG = "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range + c.range = -1"


def test_control_enter_runs_and_shows_typed_columns(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT 1 AS one, 'two' AS two, NULL AS three")
    expect(status(page)).to_have_text(re.compile(r"^1 row in "))
    expect_cells(page, 1, ["1", "two", "NULL"])
    expect(page.locator(".grid thead th").nth(1)).to_have_text("oneinteger")


def test_tables_are_listed_completed_and_previewed(open_page, workspace):
    workspace.query("CREATE OR REPLACE TABLE my_own AS SELECT 42 AS answer")
    page = open_console(open_page, workspace)
    page.locator("summary").filter(has_text="my_own").click()
    expect(page.get_by_role("button", name="Insert column answer")).to_be_visible()
    page.get_by_role("button", name="Preview my_own").click()
    expect(status(page)).to_have_text(re.compile(r"^1 row in "))
    write_statement(page, "SELECT * FROM in_c_sales.")
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete").get_by_text("customers")).to_be_visible()


def test_reading_the_tables_again_keeps_what_is_open_and_where_the_keyboard_is(open_page, workspace):
    workspace.query("CREATE OR REPLACE TABLE kept_open AS SELECT 42 AS stays")
    workspace.query("DROP TABLE IF EXISTS came_later")
    page = open_console(open_page, workspace)
    table = page.locator("summary").filter(has_text="kept_open")
    table.click()
    expect(page.get_by_role("button", name="Insert column stays")).to_be_visible()
    workspace.query("CREATE TABLE came_later AS SELECT 1 AS one")
    page.get_by_role("button", name="Read the tables again").click()
    table.focus()
    expect(page.locator("summary").filter(has_text="came_later")).to_be_visible()
    expect(page.get_by_role("button", name="Insert column stays")).to_be_visible()
    expect(table).to_be_focused()
    table.press("Enter")
    run(page, "DROP TABLE came_later")
    expect(page.locator("summary").filter(has_text="came_later")).to_have_count(0)
    expect(page.get_by_role("button", name="Insert column stays")).to_have_count(0)


def test_behind_a_dot_only_names_are_completed_and_running_closes_the_list(open_page, workspace):
    page = open_console(open_page, workspace)
    options = page.locator(".cm-tooltip-autocomplete li")
    for text, names in (("SELECT * FROM in_c_sales.or", ["orders"]), ("SELECT o.cust FROM in_c_sales.orders o", None)):
        write_statement(page, text)
        if names is None:  # the alias's columns, behind the dot
            page.keyboard.press("Home")
            for _ in range(len("SELECT o.cust")):
                page.keyboard.press("ArrowRight")
        page.keyboard.press("Control+Space")
        expect(options).to_have_text(names or ["customer_id"])
    page.keyboard.press("Control+Enter")
    expect(status(page)).to_have_text("Failed")
    expect(options).to_have_count(0)


def test_fifty_thousand_rows_stream_into_a_table_of_few_elements(open_page, workspace):
    page = open_console(open_page, workspace)
    page.get_by_label("Most rows to fetch").select_option("100000")
    run(page, "SELECT range AS i, 'row ' || range AS t FROM range(50000)")
    expect(status(page)).to_have_text(re.compile(r"^50,000 rows in "))
    assert page.locator(".grid tbody tr").count() < 150
    page.locator(".grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
    expect(page.locator(".grid tbody tr[aria-rowindex='50001'] td").last).to_have_text("row 49999")


def test_more_rows_than_asked_for_are_told(open_page, workspace):
    page = open_console(open_page, workspace)
    page.get_by_label("Most rows to fetch").select_option("1000")
    run(page, "SELECT * FROM range(5000)")
    expect(status(page)).to_have_text(re.compile(r"^1,000 rows, there are more in "))


def test_cancel_stops_the_statement_in_the_server(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, LONG)
    running = lambda: [one for one in workspace.project.rest.get(workspace.path + "/sessions")["sessions"]  # noqa: E731
                       if one["application_name"] == "smew console" and one["state"] == "active"]
    eventually(running, 60, "the running statement")
    page.get_by_role("button", name="Cancel").click()
    expect(status(page)).to_have_text(re.compile(r"^Cancelled after "))
    eventually(lambda: not running(), 60, "the end of the statement")
    run(page, "SELECT 7 AS seven")
    expect(status(page)).to_have_text(re.compile(r"^1 row in "))


def test_a_mistake_shows_what_and_where(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT * FROM no_such_table")
    expect(page.locator(".problem")).to_contain_text("42P01")
    expect(status(page)).to_have_text("Failed")
    page.keyboard.insert_text("|")  # the cursor stands where the mistake is
    expect(page.locator(".cm-content")).to_have_text("SELECT * FROM |no_such_table")


def downloaded(page, label):
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save the rows as {label}").click()
    return open(download.value.path(), encoding="utf-8", newline="").read()


def test_rows_are_saved_as_csv_and_json(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, """SELECT 1 AS a, 'x,"y"' AS b, NULL AS c UNION ALL SELECT 2, '', 'z' ORDER BY 1""")
    expect(status(page)).to_have_text(re.compile(r"^2 rows in "))
    text = downloaded(page, "CSV")
    assert list(csv.reader(io.StringIO(text))) == [["a", "b", "c"], ["1", 'x,"y"', ""], ["2", "", "z"]]
    assert text.splitlines()[2] == '2,"",z'  # an empty text is not NULL
    assert json.loads(downloaded(page, "JSON")) == [{"a": 1, "b": 'x,"y"', "c": None}, {"a": 2, "b": "", "c": "z"}]


def test_a_plan_has_no_steps_that_only_pack_columns(open_page, workspace):
    """Without their like, DuckDB's plan of this one is a third steps of its own making."""
    page = open_console(open_page, workspace)
    write_statement(page, "SELECT status, sum(amount) AS amount FROM in_c_sales.orders GROUP BY status ORDER BY 1")
    page.get_by_role("button", name="Analyze").click()
    plan = page.get_by_role("list", name="Plan")
    expect(plan).to_contain_text("HASH GROUP BY")
    expect(plan).to_contain_text("in_c_sales.orders")
    expect(plan).not_to_contain_text("__internal")


def test_explain_and_analyze_show_the_plan_as_a_tree(open_page, workspace):
    page = open_console(open_page, workspace)
    write_statement(page, "SELECT count(*) FROM in_c_sales.orders WHERE id > 5")
    page.get_by_role("button", name="Explain").click()
    tree = page.get_by_role("list", name="Plan")
    expect(tree).to_contain_text("SCAN")
    expect(tree.locator(".cost").first).to_have_text("")
    page.get_by_role("button", name="Analyze").click()
    expect(tree.locator(".cost").first).to_contain_text("ms")
    expect(tree.locator("ul .node").last).to_contain_text("SCAN")


def test_a_result_becomes_a_graph(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT 'k' || range AS name, range * 2 AS amount FROM range(5)")
    expect(status(page)).to_have_text(re.compile(r"^5 rows in "))
    page.get_by_role("tab", name="Chart").click()
    expect(page.get_by_role("img", name="Graph of amount over 5 points")).to_be_visible()
    expect(page.locator(".result-plot canvas")).to_be_visible()


def test_history_brings_a_statement_back(open_page, workspace):
    page = open_console(open_page, workspace)
    run(page, "SELECT 'first' AS f")
    expect(status(page)).to_have_text(re.compile(r"^1 row in "))
    run(page, "SELECT 'second' AS s")
    expect(page.locator(".grid thead")).to_contain_text("s")
    expect(status(page)).to_have_text(re.compile(r"^1 row in "))
    page.locator("summary").filter(has_text="History").click()
    page.get_by_role("button", name="Edit again: SELECT 'first' AS f").click()
    expect(page.locator(".cm-content")).to_have_text("SELECT 'first' AS f")


def test_a_key_chooses_among_its_workspaces(open_page, workspace, shop):
    page = open_page("/console")
    page.get_by_role("button", name="Project key").click()
    log_in_with_key(page, shop.key)
    page.get_by_label("Workspace", exact=True).select_option(label=f"analysis ({workspace.id})")
    page.get_by_role("button", name="Open").click()
    page.locator(".schema").first.wait_for(state="attached")
    run(page, "SELECT current_user AS me")
    expect(page.locator(".grid tbody td")).to_have_text(workspace.connection["username"])


def test_no_credentials_are_kept_in_the_browser(open_page, workspace):
    page = open_console(open_page, workspace)
    password = workspace.connection["password"]
    kept = page.evaluate("JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie + location.href")
    assert password not in kept and workspace.connection["username"] not in kept
    assert page.context.cookies() == []


def test_no_serious_accessibility_violation(open_page, workspace, axe):
    page = open_page("/console")
    assert serious_violations(page, axe) == []
    page = open_console(open_page, workspace)
    run(page, "SELECT range AS i, NULL AS n, 'text' AS t FROM range(200)")
    expect(status(page)).to_have_text(re.compile(r"^200 rows in "))
    for scheme in ("light", "dark"):
        choose_colours(page, scheme)
        assert serious_violations(page, axe) == []
    page.get_by_role("button", name="Analyze").click()
    page.get_by_role("list", name="Plan").wait_for()
    assert serious_violations(page, axe) == []


def test_a_phone_needs_no_sideways_scrolling(open_page, workspace):
    page = open_console(open_page, workspace, phone=True)
    run(page, "SELECT range AS i, repeat('wide ', 30) AS t FROM range(200)")
    expect(status(page)).to_have_text(re.compile(r"^200 rows in "))
    assert not scrolls_sideways(page)
    expect(page.locator(".grid tbody td.num").first).to_have_css("text-align", "right")
