"""Cursors as psycopg2, psycopg 3 and psql use them."""

import os
import subprocess

import psycopg
import psycopg2
import pytest


@pytest.fixture
def block(workspace):
    """A connection with its transactions left to psycopg2."""
    connection = workspace.connect()
    connection.autocommit = False
    yield connection
    connection.close()


def test_psycopg2_named_cursor_streams(block):
    with block.cursor("stream") as cursor:
        cursor.itersize = 1000
        cursor.execute("SELECT i, 'row ' || i FROM range(25000) t(i) WHERE i >= %s ORDER BY i", (5,))
        rows = list(cursor)
    assert len(rows) == 24995 and rows[0] == (5, "row 5") and rows[-1] == (24999, "row 24999")


def test_psycopg2_named_cursors_interleave_with_statements(block):
    with block.cursor("a") as a, block.cursor("b") as b, block.cursor() as plain:
        a.execute("SELECT i FROM range(10000) t(i) ORDER BY i")
        assert a.fetchmany(3) == [(0,), (1,), (2,)]
        b.execute("SELECT id FROM in_c_sales.orders ORDER BY id")
        assert b.fetchone() == (1,)
        plain.execute("SELECT 42")
        assert plain.fetchone() == (42,)
        assert a.fetchone() == (3,)
        a.scroll(10)
        assert a.fetchone() == (14,)
        assert len(a.fetchall()) == 10000 - 15
        assert len(b.fetchall()) == 999
    block.rollback()


def test_cursor_shows_what_was_there_when_it_was_declared(block):
    with block.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE TABLE seen (a INTEGER); INSERT INTO seen VALUES (1), (2)")
        block.commit()
        cursor.execute("DECLARE c CURSOR FOR SELECT a FROM seen ORDER BY a")
        cursor.execute("INSERT INTO seen VALUES (3)")
        cursor.execute("FETCH ALL FROM c")
        assert cursor.fetchall() == [(1,), (2,)]
        block.rollback()


def test_errors_have_postgresqls_codes(block):
    with block.cursor() as cursor:
        for sql, code in [("FETCH 1 FROM nowhere", "34000"), ("CLOSE nowhere", "34000"),
                          ("DECLARE c CURSOR FOR SELECT 1; DECLARE c CURSOR FOR SELECT 2", "42P03"),
                          ("DECLARE c CURSOR FOR SELECT 1; FETCH PRIOR FROM c", "55000")]:
            with pytest.raises(psycopg2.Error) as error:
                cursor.execute(sql)
            assert error.value.pgcode == code, sql
            block.rollback()


def test_declare_outside_a_block(cursor):
    with pytest.raises(psycopg2.Error) as error:
        cursor.execute("DECLARE c CURSOR FOR SELECT 1")
    assert error.value.pgcode == "25P01"


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg3_server_cursor_binds_parameters(workspace, binary):
    with psycopg.connect(**workspace.parameters()) as connection:
        with connection.cursor("server", binary=binary) as cursor:
            cursor.execute("SELECT i::INTEGER AS i, %s AS s FROM range(9000) t(i) WHERE i < %s ORDER BY i", ("x", 5000))
            assert cursor.description[0].name == "i"
            assert cursor.fetchmany(2) == [(0, "x"), (1, "x")]
            assert len(cursor.fetchall()) == 4998


def test_psql_fetch_count(workspace):
    parameters = workspace.parameters()
    uri = "postgresql://{user}@{host}:{port}/{dbname}".format(**parameters)
    done = subprocess.run(["psql", uri, "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", "FETCH_COUNT=100", "-c",
                           "SELECT i FROM range(1050) t(i) ORDER BY i"],
                          env={**os.environ, "PGPASSWORD": parameters["password"],
                               "PGSSLMODE": parameters.get("sslmode", "prefer")},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(i) for i in range(1050)]
