"""COPY as psycopg2, psycopg 3 and psql use it."""

import io
import os
import socket
import subprocess

import psycopg
import psycopg2
import pytest

AWKWARD = [(1, None), (2, ""), (3, 'quo"te'), (4, "back\\slash \\N \\."), (5, "tab\there"), (6, "new\nline\r\n"),
           (7, "žluťoučký €😀"), (8, "a,b;c|d"), (9, "NULL"), (10, "\\."), (11, "'")]


@pytest.fixture
def table(cursor):
    cursor.execute("CREATE OR REPLACE TABLE copied (id INTEGER PRIMARY KEY, t VARCHAR)")
    return cursor


def rows_of(cursor):
    cursor.execute("SELECT id, t FROM copied ORDER BY id")
    return cursor.fetchall()


@pytest.mark.parametrize("options", ["", "(FORMAT csv)", "(FORMAT csv, HEADER, QUOTE '''', ESCAPE '\\', NULL 'nil')",
                                     "WITH CSV HEADER DELIMITER ';'", "(FORMAT csv, FORCE_QUOTE *)",
                                     "WITH DELIMITER AS '|' NULL AS ''"])
def test_round_trip(table, options):
    awkward = [row for row in AWKWARD if "NULL AS ''" not in options or row[1] != ""]
    table.executemany("INSERT INTO copied VALUES (%s, %s)", awkward)
    out = io.StringIO()
    table.copy_expert(f"COPY copied TO STDOUT {options}", out)
    assert table.rowcount == len(awkward)
    table.execute("DELETE FROM copied")
    table.copy_expert(f"COPY copied (id, t) FROM STDIN {options.replace('FORCE_QUOTE *', 'HEADER off')}", io.StringIO(out.getvalue()))
    assert table.rowcount == len(awkward)
    assert rows_of(table) == awkward


def test_text_is_postgresqls(table):
    table.executemany("INSERT INTO copied VALUES (%s, %s)", AWKWARD[:6])
    out = io.StringIO()
    table.copy_expert("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT", out)
    assert out.getvalue() == ('1\t\\N\n2\t\n3\tquo"te\n4\tback\\\\slash \\\\N \\\\.\n5\ttab\\there\n'
                              '6\tnew\\nline\\r\\n\n')


def test_hundred_thousand_rows(table):
    data = "".join(f"{i}\trow {i} ě\n" for i in range(100_000))
    table.copy_expert("COPY copied FROM STDIN", io.StringIO(data), size=7777)
    assert table.rowcount == 100_000
    table.execute("SELECT count(*), sum(id), count(DISTINCT t) FROM copied")
    assert table.fetchone() == (100_000, 4_999_950_000, 100_000)
    out = io.StringIO()
    table.copy_expert("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT", out)
    assert out.getvalue() == data


def test_types(cursor):
    cursor.execute("CREATE OR REPLACE TABLE typed (b BOOLEAN, n DECIMAL(10,2), d DATE, z TIMESTAMPTZ, y BYTEA, l INTEGER[], f DOUBLE)")
    line = "t\t12.50\t2024-02-29\t2024-02-29 12:00:00+00\t\\\\x00ff\t{1,NULL,3}\t1.5\n"
    nulls = "\\N\t" * 6 + "\\N\n"
    cursor.copy_expert("COPY typed FROM STDIN", io.StringIO(line + nulls))
    out = io.StringIO()
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.copy_expert("COPY typed TO STDOUT", out)
    assert out.getvalue() == line + nulls


def failed(cursor, sql, data=""):
    with pytest.raises(psycopg2.Error) as error:
        cursor.copy_expert(sql, io.StringIO(data))
    return error.value


def test_errors_name_line_and_column_and_leave_nothing(table):
    good = "".join(f"{i}\tx\n" for i in range(1, 1201))
    for data, code, text in [(good + "bad\tx\n" + good, "22P02", 'line 1201, column id: "bad"'),
                             ("1\tx\nbad\tx\n" + good, "22P02", 'line 2, column id: "bad"'),
                             ("1\tx\n2\n", "22P04", "line 2"), ("1\tx\n1\ty\n", "23", "line 2"),
                             (good + good, "23505", "line 1201"), ("1\tx\t2\n", "22P04", "line 1"),
                             ("\\N\tx\n", "23502", "line 1")]:
        error = failed(table, "COPY copied FROM STDIN", data)
        assert error.pgcode.startswith(code) and text in str(error), str(error)
        assert rows_of(table) == []


def test_refusals(table):
    assert failed(table, "COPY copied TO '/tmp/x'").pgcode == "42501"
    assert failed(table, "COPY copied FROM PROGRAM 'ls'").pgcode == "42501"
    assert failed(table, "COPY in_c_sales.orders FROM STDIN", "1\n").pgcode == "25006"
    assert failed(table, "COPY nowhere FROM STDIN", "1\n").pgcode == "42P01"
    assert failed(table, "COPY copied (nothing) TO STDOUT").pgcode == "42703"
    assert rows_of(table) == []


def test_rolled_back_with_its_block(workspace):
    connection = workspace.connect()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE inner_block (a INTEGER)")
        cursor.copy_expert("COPY inner_block FROM STDIN", io.StringIO("1\n2\n"))
        cursor.execute("SELECT sum(a) FROM inner_block")
        assert cursor.fetchone() == (3,)
        connection.rollback()
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'inner_block'")
        assert cursor.fetchone() == (0,)
    connection.close()


def test_project_tables_are_unloaded(cursor):
    out = io.StringIO()
    cursor.copy_expert("COPY in_c_sales.orders TO STDOUT (FORMAT csv, HEADER)", out)
    assert len(out.getvalue().splitlines()) == 1001


def test_psycopg3_copies_through_the_extended_protocol(workspace):
    with psycopg.connect(**workspace.parameters()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE TABLE three (id INTEGER, t VARCHAR)")
        with cursor.copy("COPY three FROM STDIN") as copy:
            for row in AWKWARD:
                copy.write_row(row)
        with cursor.copy("COPY (SELECT * FROM three ORDER BY id) TO STDOUT") as copy:
            assert [(int(i), t) for i, t in copy.rows()] == AWKWARD
        with pytest.raises(ValueError):
            with cursor.copy("COPY three FROM STDIN") as copy:
                copy.write_row(AWKWARD[0])
                raise ValueError("client gives up")
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
    with psycopg.connect(**workspace.parameters()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_psql_copy(workspace, table, tmp_path):
    parameters = workspace.parameters()
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('id,t\n1,"a,b"\n2,\n3,""\n4,"two\nlines"\n', encoding="utf-8")
    done = subprocess.run(
        ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", parameters["host"], "-p", str(parameters["port"]), "-U",
         parameters["user"], "-d", parameters["dbname"], "-c", f"\\copy copied from '{source}' with (format csv, header match)",
         "-c", f"\\copy (select * from copied order by id) to '{target}' csv header"],
        env={**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable"}, capture_output=True, text=True,
        timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["COPY 4", "COPY 4"]
    assert target.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")


def test_rows_that_cannot_be_read_are_skipped_on_demand(workspace, table):
    connection = workspace.connect()
    with connection.cursor() as cursor:
        data = "".join(f"{'bad' if i % 1000 == 0 else i}\tx\n" for i in range(1, 10_001))
        cursor.copy_expert("COPY copied FROM STDIN (ON_ERROR ignore)", io.StringIO(data))
        assert cursor.rowcount == 9_990
        cursor.execute("SELECT 1")  # psycopg2 takes notices with the next statement
        assert connection.notices == ["NOTICE:  10 rows were skipped due to data type incompatibility\n"]
        connection.rollback()
        error = failed(cursor, "COPY copied FROM STDIN (ON_ERROR ignore, REJECT_LIMIT 3)", data)
        assert error.pgcode == "22P02" and error.diag.context == 'COPY copied, line 4000, column id: "bad"'
    connection.close()


def test_defaults_and_conditions(cursor):
    cursor.execute("CREATE OR REPLACE TABLE with_defaults (a INTEGER, b TEXT DEFAULT 'none', c INTEGER DEFAULT 7)")
    cursor.copy_expert("COPY with_defaults FROM STDIN (DEFAULT '\\D') WHERE a <> 3", io.StringIO("1\tx\t\\D\n2\t\\D\t\\D\n3\ty\t1\n"))
    assert cursor.rowcount == 2
    cursor.execute("SELECT * FROM with_defaults ORDER BY a")
    assert cursor.fetchall() == [(1, "x", 7), (2, "none", 7)]
    assert failed(cursor, "COPY with_defaults FROM STDIN WHERE a IN (SELECT 1)").pgcode == "0A000"


class Flood:
    """Rows for longer than a COPY may take; does something once some have been read. psycopg2 looks for an error only behind
    the last row."""

    def __init__(self, then):
        self.rows, self.then = 0, then

    def read(self, size):
        self.rows += size // 16
        if self.rows > 4_000_000:
            return ""
        if self.rows > 100_000 and self.then:
            self.then, then = None, self.then
            then()
        return "1234567\tabcdefg\n" * (size // 16)


@pytest.mark.parametrize("how", ["cancel", "timeout"])
def test_it_ends_in_the_middle(workspace, how):
    connection = workspace.connect()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE cut_short (id INTEGER, t VARCHAR)")
        if how == "timeout":
            cursor.execute("SET statement_timeout = '200ms'")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.copy_expert("COPY cut_short FROM STDIN", Flood(connection.cancel if how == "cancel" else None))
        connection.rollback()
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    connection.close()


def test_a_client_that_goes_leaves_nothing(workspace, table):
    gone = psycopg.connect(**workspace.parameters(), autocommit=True)
    assert gone.pgconn.exec_(b"COPY copied FROM STDIN").status == psycopg.pq.ExecStatus.COPY_IN
    gone.pgconn.put_copy_data("".join(f"{i}\tx\n" for i in range(100_000)).encode())
    gone.pgconn.flush()
    with socket.socket(fileno=os.dup(gone.pgconn.socket)) as raw:
        raw.shutdown(socket.SHUT_RDWR)
    gone.close()
    assert rows_of(table) == []


def test_memory_stays_bounded(workspace, table):
    """300 MB of rows through a workspace that is allowed less at once."""
    table.execute("CREATE OR REPLACE TABLE wide (id BIGINT, t VARCHAR)")

    class Rows:
        sent = 0

        def read(self, size):
            if self.sent > 300_000_000:
                return ""
            self.sent += size
            return f"{self.sent}\t{'x' * 200}\n" * (size // 220)

    table.copy_expert("COPY wide FROM STDIN", Rows(), size=1 << 20)
    assert table.rowcount > 1_000_000
