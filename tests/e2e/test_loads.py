"""Loads while sessions stay open, many tables, formats over REST."""

import statistics
import time

import duckdb
import pytest
from shop import ORDERS
from smew_server import gzipped


def test_a_load_is_visible_to_the_next_statement_of_an_open_session(shop, connection, cursor):
    shop.import_csv("in_c_sales", "changing", "id\n1\n2\n")
    cursor.execute("SELECT count(*) FROM in_c_sales.changing")
    assert cursor.fetchone() == (2,)
    for size in range(3, 8):
        shop.import_csv("in_c_sales", "changing", "id\n" + "1\n" * size)
        cursor.execute("SELECT count(*) FROM in_c_sales.changing")
        assert cursor.fetchone() == (size,)


def test_a_table_made_after_connecting_is_visible(shop, cursor):
    shop.import_csv("in_c_sales", "brand_new", "a,b\n1,x\n")
    cursor.execute("SELECT a, b FROM in_c_sales.brand_new")
    assert cursor.fetchall() == [(1, "x")]


def test_a_transaction_keeps_seeing_its_version(shop, workspace):
    shop.import_csv("in_c_sales", "pinned", "id\n1\n")
    connection = workspace.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM in_c_sales.pinned")
        assert cursor.fetchone() == (1,)
        shop.import_csv("in_c_sales", "pinned", "id\n1\n2\n")
        cursor.execute("SELECT count(*) FROM in_c_sales.pinned")
        assert cursor.fetchone() == (1,)
        connection.commit()
        cursor.execute("SELECT count(*) FROM in_c_sales.pinned")
        assert cursor.fetchone() == (2,)
    connection.close()


def test_a_deleted_table_is_unknown_at_once(shop, cursor):
    shop.import_csv("in_c_sales", "doomed", "id\n1\n")
    cursor.execute("SELECT * FROM in_c_sales.doomed")
    shop.rest.delete(f"{shop.path}/buckets/in_c_sales/tables/doomed")
    with pytest.raises(Exception) as caught:
        cursor.execute("SELECT * FROM in_c_sales.doomed")
    assert caught.value.pgcode == "42P01"


def test_import_reports_exact_counts(shop):
    reply = shop.import_csv("in_c_sales", "counted", ORDERS)
    assert (reply["imported_rows"], reply["table_rows_after"], reply["rejected_rows"]) == (1000, 1000, 0)
    reply = shop.import_csv("in_c_sales", "counted", ORDERS, mode="append")
    assert (reply["imported_rows"], reply["table_rows_after"]) == (1000, 2000)


def test_a_bad_row_fails_the_import_and_changes_nothing(shop, cursor):
    shop.import_csv("in_c_sales", "strict", "id,n\n1,10\n2,20\n")
    reply = shop.import_csv("in_c_sales", "strict", "id,n\n3,30\n4,not-a-number\n", mode="append", expect=422)
    assert "not-a-number" in reply["message"] or "n" in reply["message"]
    cursor.execute("SELECT count(*) FROM in_c_sales.strict")
    assert cursor.fetchone() == (2,)


def test_rejected_rows_are_reported(shop):
    shop.import_csv("in_c_sales", "lenient", "id,n\n1,10\n")
    reply = shop.import_csv("in_c_sales", "lenient", "id,n\n2,20\n3,bad\n4,40\n", mode="append", max_rejected=5)
    assert (reply["imported_rows"], reply["rejected_rows"]) == (2, 1)
    assert reply["rejected"][0]["line"] == 3


def test_upsert_needs_and_uses_the_primary_key(shop, cursor):
    shop.import_csv("in_c_sales", "keyed", "id,n\n1,10\n2,20\n", primary_key="id")
    shop.import_csv("in_c_sales", "keyed", "id,n\n2,21\n3,30\n", mode="upsert")
    cursor.execute("SELECT id, n FROM in_c_sales.keyed ORDER BY id")
    assert cursor.fetchall() == [(1, 10), (2, 21), (3, 30)]


def test_gzip_parquet_and_ndjson(shop, cursor, tmp_path):
    assert shop.import_csv("in_c_sales", "zipped", gzipped(ORDERS))["imported_rows"] == 1000
    parquet = tmp_path / "numbers.parquet"
    duckdb.sql(f"COPY (SELECT i AS id, i * 1.5 AS x, [i, i + 1] AS l FROM range(5000) t(i)) TO '{parquet}' (FORMAT parquet)")
    path = f"{shop.path}/buckets/in_c_sales/tables/from_parquet/import?format=parquet&mode=replace"
    assert shop.rest.request("POST", path, 200, data=parquet.read_bytes()).json()["imported_rows"] == 5000
    cursor.execute("SELECT id, l FROM in_c_sales.from_parquet WHERE id = 7")
    assert cursor.fetchall() == [(7, [7, 8])]
    path = f"{shop.path}/buckets/in_c_sales/tables/from_json/import?format=ndjson&mode=replace"
    assert shop.rest.request("POST", path, 200, data=b'{"a":1,"b":"x"}\n{"a":2,"b":null}\n').json()["imported_rows"] == 2


def test_export_gives_back_what_was_loaded(shop):
    path = f"{shop.path}/buckets/in_c_sales/tables/orders/export"
    exported = shop.rest.request("GET", path, 200, params={"format": "csv"}).text
    assert len(exported.splitlines()) == 1001
    reply = shop.import_csv("in_c_sales", "round_trip", exported)
    assert reply["imported_rows"] == 1000


def test_five_thousand_tables_cost_a_connection_nothing(start_server):
    """Rows of the metadata store are made directly: what is tested is that connecting does not look at them."""
    server = start_server("many-tables")
    project = server.project("big")
    project.bucket("in.c-few")
    project.import_csv("in_c_few", "t", "id\n1\n")
    import sqlite3
    with sqlite3.connect(f"{server.data_dir}/metadata.sqlite", timeout=60) as metadata:
        _copy_table_rows(metadata, 5000)
    other = server.project("small")
    other.bucket("in.c-few")
    other.import_csv("in_c_few", "t", "id\n1\n")
    workspaces = {"many": project.workspace(), "few": other.workspace()}
    times = {name: [] for name in workspaces}
    for turn in range(16):  # by turns, so that both meet the same machine
        for name, workspace in workspaces.items():
            started = time.perf_counter()
            workspace.query("SELECT count(*) FROM in_c_few.t")
            if turn > 0:  # the first starts its worker
                times[name].append(time.perf_counter() - started)
    many, few = (statistics.median(times[name]) for name in ("many", "few"))
    assert many < 3 * few + 0.02, f"{few:.4f} s with one table, {many:.4f} s with 5,000"
    assert len(project.rest.get(f"{project.path}/buckets/in_c_few/tables")["tables"]) == 5001


def _copy_table_rows(metadata, count):
    """Makes `count` more tables like the first; nobody reads them, so their files need not be there."""
    for number in range(count):
        table = metadata.execute(
            "INSERT INTO tables (bucket, name, description, column_descriptions, created_at, updated_at) "
            "SELECT bucket, ?, description, column_descriptions, created_at, updated_at FROM tables ORDER BY number LIMIT 1",
            (f"t{number}",)).lastrowid
        metadata.execute(
            "INSERT INTO versions (table_number, project, bucket, file, row_count, size_bytes, columns, primary_key, created_at) "
            "SELECT ?, project, bucket, ?, row_count, size_bytes, columns, primary_key, created_at FROM versions LIMIT 1",
            (table, f"nowhere/{number}.duckdb"))
