"""Statements an analyst runs. (Seed, Task 5: TestPGWireQueries, TestPGWireConcurrency)"""

import datetime
import decimal
import threading

import psycopg2
import pytest


def test_select_from_project_table(cursor):
    cursor.execute("SELECT * FROM in_c_sales.orders LIMIT 10")
    rows = cursor.fetchall()
    assert len(rows) == 10
    assert [column.name for column in cursor.description] == ["id", "customer_id", "order_date", "status", "amount", "note"]


def test_inferred_types(cursor):
    cursor.execute("SELECT id, order_date, amount, note FROM in_c_sales.orders WHERE id = 10")
    identifier, date, amount, note = cursor.fetchone()
    assert (identifier, date, note) == (10, datetime.date(2024, 11, 11), None)
    assert float(amount) == 10.10


def test_create_table_in_workspace(cursor):
    cursor.execute("CREATE TABLE my_temp AS SELECT 1 AS id")
    assert cursor.statusmessage == "SELECT 1"
    cursor.execute("SELECT * FROM my_temp")
    assert cursor.fetchone() == (1,)
    cursor.execute("DROP TABLE my_temp")
    assert cursor.statusmessage == "DROP TABLE"


def test_dml_with_counts(cursor):
    cursor.execute("CREATE TABLE counted (a INTEGER, b VARCHAR)")
    cursor.execute("INSERT INTO counted VALUES (1, 'x'), (2, 'y'), (3, 'z')")
    assert (cursor.statusmessage, cursor.rowcount) == ("INSERT 0 3", 3)
    cursor.execute("UPDATE counted SET b = 'w' WHERE a > 1")
    assert (cursor.statusmessage, cursor.rowcount) == ("UPDATE 2", 2)
    cursor.execute("DELETE FROM counted WHERE a = 1 RETURNING a, b")
    assert cursor.fetchall() == [(1, "x")]
    assert cursor.statusmessage == "DELETE 1"
    cursor.execute("DROP TABLE counted")


@pytest.mark.parametrize("statement", [
    "INSERT INTO in_c_sales.orders VALUES (1, 1, '2024-01-01', 'x', 1, 'y')",
    "INSERT INTO in_c_sales.orders SELECT * FROM in_c_sales.orders",
    "UPDATE in_c_sales.orders SET status = 'x'",
    "DELETE FROM in_c_sales.orders",
    "DROP TABLE in_c_sales.orders",
    "ALTER TABLE in_c_sales.orders ADD COLUMN x INTEGER",
    "TRUNCATE in_c_sales.orders",
    "CREATE TABLE in_c_sales.mine (a INTEGER)",
    "CREATE SCHEMA in_c_mine",
    "CREATE VIEW in_c_sales.v AS SELECT 1",
    "CREATE INDEX i ON in_c_sales.orders (id)",
    "MERGE INTO in_c_sales.orders o USING (SELECT 1 AS id) s ON o.id = s.id WHEN MATCHED THEN DELETE",
])
def test_cannot_write_to_project_table(cursor, statement):
    with pytest.raises(psycopg2.Error) as caught:
        cursor.execute(statement)
    assert caught.value.pgcode in ("25006", "42501"), caught.value
    assert "read-only" in str(caught.value) or "belong to the project" in str(caught.value)
    cursor.execute("SELECT count(*) FROM in_c_sales.orders")
    assert cursor.fetchone() == (1000,)


def test_cross_table_join(cursor):
    cursor.execute("SELECT c.country, count(*), sum(o.amount) FROM in_c_sales.orders o "
                   "JOIN in_c_sales.customers c ON o.customer_id = c.id GROUP BY c.country ORDER BY 1")
    rows = cursor.fetchall()
    assert [row[0] for row in rows] == ["AT", "CZ", "DE"]
    assert sum(row[1] for row in rows) == 1000


def test_cte_query(cursor):
    cursor.execute("WITH paid AS (SELECT * FROM in_c_sales.orders WHERE status = 'paid'), "
                   "RECURSIVE_free AS (SELECT count(*) AS n FROM paid) SELECT n FROM RECURSIVE_free")
    assert cursor.fetchone() == (334,)


def test_recursive_cte(cursor):
    cursor.execute("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t")
    assert int(cursor.fetchone()[0]) == 5050


def test_window_functions(cursor):
    cursor.execute("SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS rn, "
                   "sum(amount) OVER (ORDER BY id ROWS 2 PRECEDING) FROM in_c_sales.orders ORDER BY id LIMIT 3")
    assert [row[1] for row in cursor.fetchall()] == [1, 1, 1]


def test_column_qualified_by_schema(cursor):
    cursor.execute("SELECT in_c_sales.orders.id FROM in_c_sales.orders WHERE in_c_sales.orders.id = 5")
    assert cursor.fetchall() == [(5,)]


def test_origin_form_of_the_name(cursor):
    cursor.execute("SELECT count(*) FROM in_c_sales_orders.data")
    assert cursor.fetchone() == (1000,)


def test_several_statements_in_one_query_are_atomic(cursor):
    with pytest.raises(psycopg2.Error):
        cursor.execute("CREATE TABLE atomic_a (x INTEGER); INSERT INTO atomic_a VALUES (1); SELECT no_such_column")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        cursor.execute("SELECT * FROM atomic_a")


def test_transaction_rolls_back(workspace):
    connection = workspace.connect()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rolled (a INTEGER)")
        connection.commit()
        cursor.execute("INSERT INTO rolled VALUES (1)")
        connection.rollback()
        cursor.execute("SELECT count(*) FROM rolled")
        assert cursor.fetchone() == (0,)
        connection.commit()
        cursor.execute("DROP TABLE rolled")
        connection.commit()
    connection.close()


def test_failed_transaction_refuses_statements_until_rollback(workspace):
    connection = workspace.connect()
    with connection.cursor() as cursor:
        with pytest.raises(psycopg2.errors.UndefinedTable):
            cursor.execute("SELECT * FROM no_such_table")
        with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
            cursor.execute("SELECT 1")
        connection.rollback()
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize("statement, sqlstate", [
    ("SELEC 1", "42601"), ("SELECT * FROM nowhere", "42P01"), ("SELECT nothing FROM in_c_sales.orders", "42703"),
    ("SELECT no_function(1)", "42883"), ("SELECT 'x'::INTEGER", "22P02"), ("SELECT 1000::TINYINT", "22003"),
    ("SELECT * FROM in_c_sales.nowhere", "42P01"), ("SELECT '2024-13-01'::DATE", "22008"),
])
def test_errors_carry_their_sqlstate(cursor, statement, sqlstate):
    with pytest.raises(psycopg2.Error) as caught:
        cursor.execute(statement)
    assert caught.value.pgcode == sqlstate, caught.value


def test_parameters_of_every_common_type(cursor):
    values = (1, 2.5, decimal.Decimal("3.25"), "text with 'quotes'", None, True, datetime.date(2024, 2, 29),
              datetime.datetime(2024, 2, 29, 12, 30, 15), b"\x00\xff")
    cursor.execute("SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s", values)
    row = cursor.fetchone()
    assert bytes(row[8]) == b"\x00\xff"
    assert (row[0], float(row[1]), row[2], row[3], row[4], row[5], row[6], row[7]) == (
        1, 2.5, decimal.Decimal("3.25"), "text with 'quotes'", None, True, datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 12, 30, 15))


def test_multiple_connections_same_workspace(workspace):
    connections = [workspace.connect() for _ in range(5)]
    for number, connection in enumerate(connections):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", (number,))
            assert cursor.fetchone() == (number,)
    for connection in connections:
        connection.close()


def test_parallel_queries(workspace):
    results = {}

    def work(number):
        results[number] = workspace.query("SELECT count(*) FROM in_c_sales.orders WHERE customer_id = %s", (number,))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [(20,)] for number in range(1, 21)}


def test_a_short_query_is_not_held_up_by_long_ones(workspace):
    long_ones = [workspace.connect() for _ in range(4)]

    def run_long(connection):
        try:
            connection.cursor().execute("SELECT count(*) FROM range(4000000000) a(i) WHERE i % 7 = 3")
        except psycopg2.Error:
            pass

    threads = [threading.Thread(target=run_long, args=(connection,)) for connection in long_ones]
    for thread in threads:
        thread.start()
    try:
        assert workspace.query("SELECT 1") == [(1,)]
        assert workspace.query("SELECT count(*) FROM in_c_sales.customers") == [(50,)]
    finally:
        for connection in long_ones:
            connection.cancel()
        for thread in threads:
            thread.join()


def test_own_objects_persist_between_connections(workspace):
    workspace.query("CREATE OR REPLACE TABLE kept AS SELECT 42 AS answer")
    workspace.query("CREATE OR REPLACE VIEW kept_view AS SELECT count(*) AS n FROM in_c_sales.orders")
    assert workspace.query("SELECT answer FROM kept") == [(42,)]
    assert workspace.query("SELECT n FROM kept_view") == [(1000,)]


def test_show_and_set(cursor):
    cursor.execute("SHOW server_version")
    assert cursor.fetchone()[0][0].isdigit()
    cursor.execute("SET statement_timeout = '2s'")
    cursor.execute("SHOW statement_timeout")
    assert cursor.fetchone() == ("2s",)
    cursor.execute("RESET statement_timeout")
    cursor.execute("SET search_path TO in_c_sales")
    cursor.execute("SELECT count(*) FROM customers")
    assert cursor.fetchone() == (50,)
