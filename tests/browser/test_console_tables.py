"""The console's tree and completion when there are many tables."""

import pytest
from pages import open_console, write_statement
from playwright.sync_api import expect

TABLES = 5000


@pytest.fixture(scope="module")
def crowded(shop):
    """A workspace of 5,000 tables."""
    workspace = shop.workspace("crowded")
    with workspace.connect() as connection, connection.cursor() as cursor:
        for start in range(0, TABLES, 500):
            cursor.execute(";".join(f"CREATE TABLE many_{number} (id integer, amount_of_{number} numeric(9,2))" for number in range(start, start + 500)))
        connection.commit()
    yield workspace
    shop.rest.delete(workspace.path)


def tables(page):
    return page.locator(".tree .schema li > details")


def test_five_thousand_tables_are_listed_a_few_at_a_time(open_page, crowded):
    page = open_console(open_page, crowded)
    own = page.locator(".schema").filter(has_text="Own tables")
    expect(own.locator("> summary")).to_contain_text("5,000")
    expect(tables(page)).to_have_count(0)
    own.locator("> summary").click()
    expect(tables(page)).to_have_count(200)
    page.get_by_role("button", name="Show 200 more of 4,800").click()
    expect(tables(page)).to_have_count(400)
    page.get_by_label("Filter tables").fill("many_4999")
    page.locator("summary").filter(has_text="many_4999").click()
    expect(page.get_by_role("button", name="Insert column amount_of_4999")).to_contain_text("numeric")


def test_tables_and_columns_of_many_are_completed(open_page, crowded):
    page = open_console(open_page, crowded)
    write_statement(page, "SELECT * FROM many_499")
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete").get_by_text("many_4998", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    write_statement(page, "SELECT  FROM many_4321")
    page.keyboard.press("Home")
    for _ in "SELECT ":
        page.keyboard.press("ArrowRight")
    page.keyboard.insert_text("amo")
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete").get_by_text("amount_of_4321").click()
    expect(page.locator(".cm-content")).to_have_text("SELECT amount_of_4321 FROM many_4321")
