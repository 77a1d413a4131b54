"""psycopg2: text results, parameters in the statement's text, named cursors, COPY."""

import io

import psycopg2
import psycopg2.extras
import pytest
from type_cases import NULLS, pass_all, read_all, read_nulls, values


@pytest.fixture
def connection(target):
    connection = psycopg2.connect(**target.parameters())
    connection.autocommit = True
    yield connection
    connection.close()


def fetch_value(connection):
    psycopg2.extras.register_uuid(conn_or_curs=connection)

    def fetch(sql, *arguments):
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments or None)
            return cursor.fetchone()[0]

    return fetch


def test_reads_every_type(connection):
    assert read_all(fetch_value(connection)) == values()
    assert read_nulls(fetch_value(connection)) == NULLS


def test_writes_every_type(connection):
    assert pass_all(fetch_value(connection), "%s") == values()


def test_tls_with_a_checked_certificate(target):
    connection = psycopg2.connect(**target.parameters(sslmode="verify-full", sslrootcert=target.ca_file))
    assert connection.info.ssl_in_use
    connection.close()


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_wrong_password(target, mode):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(**target.parameters(password="wrong", sslmode=mode))


def test_batches(connection):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE batched (a integer, b text)")
        cursor.executemany("INSERT INTO batched VALUES (%s, %s)", [(n, "many") for n in range(10)])
        psycopg2.extras.execute_values(cursor, "INSERT INTO batched VALUES %s", [(n, "values") for n in range(1000)])
        psycopg2.extras.execute_batch(cursor, "INSERT INTO batched VALUES (%s, %s)", [(n, "batch") for n in range(100)])
        cursor.execute("SELECT b, count(*), sum(a) FROM batched GROUP BY b ORDER BY b")
        assert cursor.fetchall() == [("batch", 100, 4950), ("many", 10, 45), ("values", 1000, 499500)]


def test_execute_values_returns_rows(connection):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE returned (a integer, b text)")
        rows = psycopg2.extras.execute_values(cursor, "INSERT INTO returned VALUES %s RETURNING a * 2, b", [(1, "x"), (2, "y")], fetch=True)
        assert rows == [(2, "x"), (4, "y")]


def test_named_cursor_reads_in_portions(target):
    with psycopg2.connect(**target.parameters()) as connection, connection.cursor("portions") as cursor:
        cursor.itersize = 77
        cursor.execute("SELECT id FROM in_c_sales.orders ORDER BY id")
        assert [row[0] for row in cursor] == list(range(1, 1001))
    connection.close()


def test_copy(connection):
    rows = "1\tone\n2\t\\N\n3\ttab\\there\n"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (a integer, b text)")
        cursor.copy_from(io.StringIO(rows), "copied", columns=("a", "b"))
        assert cursor.rowcount == 3
        out = io.StringIO()
        cursor.copy_to(out, "copied")
        assert out.getvalue() == rows
        out = io.StringIO()
        cursor.copy_expert("COPY (SELECT * FROM copied WHERE a < 3 ORDER BY a) TO STDOUT (FORMAT csv, HEADER)", out)
        assert out.getvalue() == "a,b\n1,one\n2,\n"


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_transactions(target, level):
    connection = psycopg2.connect(**target.parameters())
    connection.set_session(isolation_level=level)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE moved (a integer)")
        connection.rollback()
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'moved'")
        assert cursor.fetchone() == (0,)
        with pytest.raises(psycopg2.errors.UndefinedTable):
            cursor.execute("SELECT * FROM nowhere")
        with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
            cursor.execute("SELECT 1")
        connection.rollback()
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    connection.close()


def test_read_only_session(target):
    connection = psycopg2.connect(**target.parameters())
    connection.set_session(readonly=True)
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("CREATE TABLE unwritable (a integer)")
    connection.close()


def test_error_fields(connection):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE keyed (id integer PRIMARY KEY, name text NOT NULL)")
        cursor.execute("INSERT INTO keyed VALUES (1, 'x')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute("INSERT INTO keyed VALUES (1, 'y')")
        with pytest.raises(psycopg2.errors.NotNullViolation):
            cursor.execute("INSERT INTO keyed VALUES (2, NULL)")
        with pytest.raises(psycopg2.errors.SyntaxError) as failure:
            cursor.execute("SELECT 1 FORM x")
        assert failure.value.diag.severity == "ERROR" and failure.value.diag.statement_position
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            cursor.execute("SELECT CAST('x' AS integer)")
        with pytest.raises(psycopg2.errors.NumericValueOutOfRange):
            cursor.execute("SELECT CAST(100000 AS smallint)")
