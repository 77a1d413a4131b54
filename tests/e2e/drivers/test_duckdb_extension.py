"""DuckDB's own postgres extension, in a client's process, attached to the server."""

import importlib.util
import pathlib

import duckdb
import pytest

PACKAGE = pathlib.Path(importlib.util.find_spec("duckdb_extension_postgres_scanner").origin).parent
EXTENSION = PACKAGE / f"extensions/v{duckdb.__version__}/postgres_scanner.duckdb_extension"


@pytest.fixture(scope="module")
def client(target):
    client = duckdb.connect()
    client.execute(f"LOAD '{EXTENSION}'")
    client.execute(f"ATTACH '{target.dsn()}' AS db (TYPE postgres)")
    yield client
    client.close()


def test_lists_tables_of_all_schemas(client):
    listed = client.execute("SELECT schema, name, column_names FROM (SHOW ALL TABLES) WHERE database = 'db'").fetchall()
    assert ("in_c_sales", "customers", ["id", "name", "country"]) in listed
    columns = client.execute("DESCRIBE db.in_c_sales.orders").fetchall()
    assert [row[:2] for row in columns] == [("id", "BIGINT"), ("customer_id", "BIGINT"), ("order_date", "DATE"), ("status", "VARCHAR"),
                                            ("amount", "DOUBLE"), ("note", "VARCHAR")]


def test_reads_with_filters_and_joins(client):
    assert client.execute("SELECT count(*), sum(id) FROM db.in_c_sales.orders WHERE id BETWEEN 10 AND 20 AND status = 'new'").fetchone() == (3, 45)
    joined = client.execute("""SELECT country, count(*) FROM db.in_c_sales.orders o JOIN db.in_c_sales.customers c ON c.id = o.customer_id
                               GROUP BY country ORDER BY country""").fetchall()
    assert joined == [("AT", 340), ("CZ", 320), ("DE", 340)]


def test_writes_every_kind_of_column(client):
    client.execute("""CREATE OR REPLACE TABLE db.made AS SELECT i::INTEGER AS a, i::BIGINT AS b, i::DECIMAL(10,2) AS n, 'x' || i AS t, DATE '2024-01-01' AS d,
                      TIMESTAMP '2024-01-01 10:00:00.5' AS ts, [i, NULL]::INTEGER[] AS l, i % 2 = 0 AS f, '\\xFF'::BLOB AS y, i / 2 AS g
                      FROM range(5000) t(i)""")
    read = client.execute("SELECT count(*), sum(a), sum(b), sum(n), max(t), min(d), max(ts), max(l), count(f), min(y), max(g) FROM db.made").fetchone()
    assert read[:5] == (5000, 12497500, 12497500, 12497500, "x999")
    assert (str(read[5]), str(read[6]), *read[7:]) == ("2024-01-01", "2024-01-01 10:00:00.500000", [4999, None], 5000, b"\xff", 2499.5)


def test_changes_rows(client):
    client.execute("CREATE TABLE db.kept (a INTEGER PRIMARY KEY, b VARCHAR)")
    client.execute("INSERT INTO db.kept VALUES (1, 'one'), (2, 'two'), (3, NULL)")
    client.execute("UPDATE db.kept SET b = 'three' WHERE a = 3")
    client.execute("DELETE FROM db.kept WHERE a = 2")
    assert client.execute("SELECT * FROM db.kept ORDER BY a").fetchall() == [(1, "one"), (3, "three")]


def test_transactions(client):
    client.execute("CREATE TABLE db.moved (a INTEGER)")
    client.execute("BEGIN; INSERT INTO db.moved VALUES (1); ROLLBACK")
    assert client.execute("SELECT count(*) FROM db.moved").fetchone() == (0,)
    client.execute("BEGIN; INSERT INTO db.moved VALUES (2); COMMIT")
    assert client.execute("SELECT a FROM db.moved").fetchall() == [(2,)]


def test_defines_and_drops(client):
    client.execute("CREATE SCHEMA db.own; CREATE TABLE db.own.t (a INTEGER); INSERT INTO db.own.t VALUES (1)")
    client.execute("ALTER TABLE db.own.t ADD COLUMN b VARCHAR; ALTER TABLE db.own.t RENAME COLUMN a TO c")
    client.execute("CREATE INDEX own_index ON db.own.t (c); CREATE VIEW db.own.v AS SELECT 1 AS one")
    assert [row[0] for row in client.execute("DESCRIBE db.own.t").fetchall()] == ["c", "b"]
    client.execute("DROP VIEW db.own.v; DROP TABLE db.own.t; DROP SCHEMA db.own")


def test_statements_passed_through(client):
    client.execute("CALL postgres_execute('db', 'CREATE TABLE direct (a integer)')")
    client.execute("CALL postgres_execute('db', 'INSERT INTO direct SELECT generate_series(1, 10)')")
    assert client.execute("SELECT * FROM postgres_query('db', 'SELECT sum(a)::bigint AS s FROM direct')").fetchone() == (55,)


def test_copies_a_table_into_a_local_database(client):
    client.execute("CREATE TABLE local AS FROM db.in_c_sales.customers")
    assert client.execute("SELECT count(*), count(DISTINCT country) FROM local").fetchone() == (50, 3)
