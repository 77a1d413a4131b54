"""psycopg 3: parameters on the server, text and binary, prepared statements, pipelines, server-side cursors."""

import datetime

import psycopg
import pytest
from psycopg.rows import scalar_row
from type_cases import CASES, NULLS, pass_all, read_all, read_nulls, texts, values


@pytest.fixture
def connection(target):
    with psycopg.connect(**target.parameters(), autocommit=True) as connection:
        yield connection


def fetch_value(connection, **options):
    def fetch(sql, *arguments):
        cursor = connection.cursor(row_factory=scalar_row, binary=options.get("binary", False))
        return cursor.execute(sql, arguments or None, prepare=options.get("prepare")).fetchone()

    return fetch


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_reads_every_type(connection, binary):
    assert read_all(fetch_value(connection, binary=binary)) == values()
    assert read_nulls(fetch_value(connection, binary=binary)) == NULLS


@pytest.mark.parametrize("prepare", [False, True], ids=["unprepared", "prepared"])
@pytest.mark.parametrize("placeholder", ["%t", "%b"])
def test_writes_every_type(connection, placeholder, prepare):
    cases = CASES if placeholder == "%t" else [each for each in CASES if each.value != []]  # psycopg dumps [] as text only
    assert pass_all(fetch_value(connection, prepare=prepare), placeholder, cases) == values(cases)


def test_the_text_of_every_type_is_postgresqls(connection):
    def fetch(sql):
        return connection.execute(sql).pgresult.get_value(0, 0).decode()

    assert read_all(fetch) == texts()


def test_tls_with_a_checked_certificate(target):
    with psycopg.connect(**target.parameters(sslmode="verify-full", sslrootcert=target.ca_file)) as connection:
        assert connection.pgconn.ssl_in_use


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_wrong_password(target, mode):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**target.parameters(password="wrong", sslmode=mode))


def test_prepares_after_some_executions(connection):
    for number in range(10):
        row = connection.execute("SELECT %s::integer + 1, %s::text, %s::date", (number, "x'y", datetime.date(2024, 1, 2))).fetchone()
        assert row == (number + 1, "x'y", datetime.date(2024, 1, 2))
    prepared = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert any("$1::integer + 1" in statement for (statement,) in prepared)


def test_executemany(connection):
    connection.execute("CREATE TABLE batched (a integer, b text)")
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO batched VALUES (%s, %s)", [(n, f"b{n}") for n in range(200)])
    assert cursor.rowcount == 200
    cursor.executemany("INSERT INTO batched VALUES (%s, %s) RETURNING a", [(n, None) for n in range(3)], returning=True)
    returned = [cursor.fetchone()]
    while cursor.nextset():
        returned.append(cursor.fetchone())
    assert returned == [(0,), (1,), (2,)]
    assert connection.execute("SELECT count(*), count(b), sum(a) FROM batched").fetchone() == (203, 200, 19903)


def test_pipeline(connection):
    connection.execute("CREATE TABLE piped (a integer)")
    with connection.pipeline() as pipeline:
        cursors = [connection.execute("INSERT INTO piped VALUES (%s) RETURNING a", (number,)) for number in range(100)]
        pipeline.sync()
        assert [cursor.fetchone()[0] for cursor in cursors] == list(range(100))


def test_an_error_in_a_pipeline_aborts_up_to_the_sync(connection):
    connection.execute("CREATE TABLE half_piped (a integer PRIMARY KEY)")
    with pytest.raises(psycopg.errors.DivisionByZero), connection.pipeline() as pipeline:
        connection.execute("INSERT INTO half_piped VALUES (1)")
        pipeline.sync()
        connection.execute("INSERT INTO half_piped VALUES (2)")
        connection.execute("SELECT 1 / 0")
        after = connection.execute("INSERT INTO half_piped VALUES (3)")
        with pytest.raises(psycopg.errors.PipelineAborted):
            after.fetchall()
    assert connection.execute("SELECT a FROM half_piped ORDER BY a").fetchall() == [(1,)]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_server_side_cursor(target, binary):
    with psycopg.connect(**target.parameters()) as connection:
        with connection.cursor("portions", binary=binary) as cursor:
            cursor.itersize = 77
            cursor.execute("SELECT id FROM in_c_sales.orders WHERE id > %s ORDER BY id", (100,))
            assert [cursor.fetchone()[0], *(row[0] for row in cursor.fetchmany(9))] == list(range(101, 111))
            assert [row[0] for row in cursor] == list(range(111, 1001))


def test_server_side_cursor_after_its_transaction(connection):
    with connection.cursor("kept", withhold=True) as cursor:
        cursor.execute("SELECT id FROM in_c_sales.orders ORDER BY id")
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(2) == [(2,), (3,)]


def test_streaming_row_by_row(connection):
    stream = connection.cursor().stream("SELECT id FROM in_c_sales.orders ORDER BY id")
    assert [row[0] for row in stream] == list(range(1, 1001))


def test_client_side_binding(target):
    with psycopg.connect(**target.parameters(), cursor_factory=psycopg.ClientCursor) as connection:
        row = connection.execute("SELECT %s, %s, %s", (1, "x'y", datetime.date(2024, 1, 2))).fetchone()
        assert row == (1, "x'y", datetime.date(2024, 1, 2))


def test_statements_of_several_results(connection):
    cursor = connection.execute("SELECT 1; SELECT 2, 'x'")
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset()
    assert cursor.fetchall() == [(2, "x")]
    assert not cursor.nextset()
