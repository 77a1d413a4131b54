"""psqlODBC through pyodbc: types, parameters, DECLARE/FETCH, catalog functions."""

import datetime
import decimal
import pathlib

import pyodbc
import pytest

DRIVER = next(pathlib.Path("/usr/lib").rglob("psqlodbcw.so"), None)


def connect(target, options="", **changes):
    values = {"SERVER": target.host, "PORT": target.port, "DATABASE": target.database, "UID": target.user,
              "PWD": target.password, "SSLMODE": "disable", **changes}
    text = "".join(f"{key}={value};" for key, value in values.items())
    return pyodbc.connect(f"DRIVER={DRIVER};{text}{options}", timeout=20)


@pytest.fixture
def cursor(target):
    connection = connect(target)
    yield connection.cursor()
    connection.close()


def test_reads_types(cursor):
    row = cursor.execute("""
        SELECT CAST(1 AS smallint), CAST(2 AS integer), CAST(3 AS bigint), CAST(1.5 AS double precision), CAST('1.50' AS numeric(10,2)),
               CAST('žluť 🦆' AS text), DATE '2024-02-29', TIME '12:34:56', TIMESTAMP '2024-02-29 12:34:56.789',
               CAST('\\x00ff' AS bytea), CAST(NULL AS integer)""").fetchone()
    assert tuple(row) == (1, 2, 3, 1.5, decimal.Decimal("1.50"), "žluť 🦆", datetime.date(2024, 2, 29), datetime.time(12, 34, 56),
                          datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), b"\x00\xff", None)


def test_writes_types(cursor):
    cursor.execute("CREATE TABLE written (i integer, b bigint, f double precision, n numeric(10,2), t text, d date, "
                   "ts timestamp, y bytea, l boolean)")
    row = (2**31 - 1, -2**63, 0.1, decimal.Decimal("-12.34"), "it's 🦆", datetime.date(1, 1, 1),
           datetime.datetime(2024, 1, 2, 3, 4, 5, 6000), b"\x00\x01\xff", True)
    cursor.executemany("INSERT INTO written VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [row, (None,) * 9])
    cursor.commit()
    read = [tuple(each) for each in cursor.execute("SELECT * FROM written ORDER BY i").fetchall()]
    assert read == [(*row[:8], "1"), (None,) * 9]  # psqlODBC gives a boolean as a character, unless it is told otherwise


def test_tls_and_passwords(target):
    connection = connect(target, SSLMODE="require")
    assert connection.cursor().execute("SELECT 1").fetchval() == 1
    connection.close()
    with pytest.raises(pyodbc.Error, match="password authentication failed"):
        connect(target, PWD="wrong")


@pytest.mark.parametrize("options", ["UseDeclareFetch=1;Fetch=77;", "UseServerSidePrepare=0;", "Protocol=7.4-0;", "Protocol=7.4-1;",
                                     "ByteaAsLongVarBinary=1;LFConversion=0;"])
def test_settings_of_the_driver(target, options):
    connection = connect(target, options)
    rows = connection.cursor().execute("SELECT id, note FROM in_c_sales.orders WHERE id > ? ORDER BY id", 10).fetchall()
    assert [row.id for row in rows] == list(range(11, 1001))
    connection.close()


def test_transactions(target):
    connection = connect(target)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE moved (a integer)")
    connection.commit()
    cursor.execute("INSERT INTO moved VALUES (1)")
    connection.rollback()
    assert cursor.execute("SELECT count(*) FROM moved").fetchval() == 0
    cursor.execute("INSERT INTO moved VALUES (2)")
    connection.commit()
    connection.close()
    connection = connect(target)
    assert connection.cursor().execute("SELECT a FROM moved").fetchval() == 2
    connection.close()


def test_an_error_and_on(target):
    connection = connect(target)
    connection.autocommit = True
    cursor = connection.cursor()
    with pytest.raises(pyodbc.ProgrammingError) as failure:
        cursor.execute("SELECT * FROM nowhere")
    assert failure.value.args[0] == "42P01"
    assert cursor.execute("SELECT ?", "still here").fetchval() == "still here"
    connection.close()


def test_catalog_functions(cursor):
    cursor.execute("CREATE TABLE keyed (id integer PRIMARY KEY, name text NOT NULL)")
    cursor.commit()
    tables = {(row.table_schem, row.table_name, row.table_type) for row in cursor.tables(tableType="TABLE").fetchall()}
    assert {("in_c_sales", "orders", "TABLE"), ("public", "keyed", "TABLE")} <= tables
    columns = [(row.column_name, row.type_name, row.nullable) for row in cursor.columns(table="keyed").fetchall()]
    assert columns == [("id", "int4", 0), ("name", "text", 0)]
    assert [row.column_name for row in cursor.primaryKeys(table="keyed").fetchall()] == ["id"]
    assert [row.column_name for row in cursor.columns(table="customers", schema="in_c_sales").fetchall()] == ["id", "name", "country"]
    assert cursor.foreignKeys(table="keyed").fetchall() == []


def test_what_the_server_says_of_itself(target):
    connection = connect(target)
    assert connection.getinfo(pyodbc.SQL_DBMS_NAME) == "PostgreSQL"
    assert connection.getinfo(pyodbc.SQL_DBMS_VER).startswith("15.")
    assert connection.getinfo(pyodbc.SQL_DATABASE_NAME) == target.database
    connection.close()
