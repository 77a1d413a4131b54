"""psycopg 3, asyncpg and psql against the running server."""

import asyncio
import datetime
import decimal
import os
import subprocess
import uuid

import asyncpg
import psycopg
import pytest

EVERY_TYPE = """
    SELECT true AS b, 1::SMALLINT AS i2, 2::INTEGER AS i4, 3::BIGINT AS i8, 1.5::REAL AS f4, 2.25::DOUBLE AS f8,
           12.34::DECIMAL(10,2) AS n, 'text' AS t, '\\x00ff'::BYTEA AS y, DATE '2024-02-29' AS d, TIME '12:34:56.5' AS tm,
           TIMESTAMP '2024-02-29 12:34:56.789' AS ts, TIMESTAMPTZ '2024-02-29 12:34:56+00' AS tz,
           'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS u, INTERVAL 36 HOUR AS iv, [1, 2, NULL] AS l, ['a', 'b"c'] AS tl,
           {'k': 1} AS st, NULL::INTEGER AS nothing, 170141183460469231731687303715884105727::HUGEINT AS huge,
           18446744073709551615::UBIGINT AS ub
"""


def check_every_type(row):
    assert row["b"] is True
    assert (row["i2"], row["i4"], row["i8"]) == (1, 2, 3)
    assert (row["f4"], row["f8"], row["n"]) == (1.5, 2.25, decimal.Decimal("12.34"))
    assert row["t"] == "text" and bytes(row["y"]) == b"\x00\xff"
    assert row["d"] == datetime.date(2024, 2, 29) and row["tm"] == datetime.time(12, 34, 56, 500000)
    assert row["ts"] == datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)
    assert row["tz"] == datetime.datetime(2024, 2, 29, 12, 34, 56, tzinfo=datetime.timezone.utc)
    assert row["u"] == uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
    assert row["iv"] == datetime.timedelta(hours=36)
    assert list(row["l"]) == [1, 2, None] and list(row["tl"]) == ["a", 'b"c']
    assert row["st"] in ({"k": 1}, '{"k": 1}', '{"k":1}')
    assert row["nothing"] is None
    assert int(row["huge"]) == 2**127 - 1 and int(row["ub"]) == 2**64 - 1


def psycopg3(workspace, **changes):
    return psycopg.connect(**workspace.parameters(**changes), autocommit=True, row_factory=psycopg.rows.dict_row)


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg3_reads_every_type(workspace, binary):
    with psycopg3(workspace) as connection:
        check_every_type(connection.cursor(binary=binary).execute(EVERY_TYPE).fetchone())


def test_psycopg3_parameters_are_typed_and_prepared(workspace):
    with psycopg3(workspace) as connection:
        for number in range(10):  # from the sixth on, psycopg prepares on the server
            row = connection.execute("SELECT %s::INTEGER + 1 AS n, %s AS t, %s AS d", (number, "x'y", datetime.date(2024, 1, 2))).fetchone()
            assert row == {"n": number + 1, "t": "x'y", "d": datetime.date(2024, 1, 2)}


def test_psycopg3_pipeline_and_executemany(workspace):
    with psycopg3(workspace) as connection:
        connection.execute("CREATE OR REPLACE TABLE piped (a INTEGER, b VARCHAR)")
        with connection.pipeline():
            for number in range(50):
                connection.execute("INSERT INTO piped VALUES (%s, %s)", (number, str(number)))
        connection.cursor().executemany("INSERT INTO piped VALUES (%s, %s)", [(n, "many") for n in range(50)])
        assert connection.execute("SELECT count(*) AS n FROM piped").fetchone() == {"n": 100}


def test_psycopg3_transactions(workspace):
    with psycopg.connect(**workspace.parameters()) as connection:
        connection.execute("CREATE OR REPLACE TABLE moved (a INTEGER)")
        connection.commit()
        with pytest.raises(ZeroDivisionError):
            with connection.transaction():
                connection.execute("INSERT INTO moved VALUES (1)")
                raise ZeroDivisionError
        assert connection.execute("SELECT count(*) FROM moved").fetchone() == (0,)


def run_asyncpg(workspace, work):
    async def main():
        parameters = workspace.parameters()
        connection = await asyncpg.connect(host=parameters["host"], port=parameters["port"], user=parameters["user"],
                                           password=parameters["password"], database=parameters["dbname"], ssl=False)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


def test_asyncpg_prepared_statements_in_binary(workspace):
    async def work(connection):
        statement = await connection.prepare("SELECT $1::INTEGER + $2::BIGINT AS n, $3::VARCHAR AS t, $4::DATE AS d")
        return [dict(await statement.fetchrow(n, 10, f"t{n}", datetime.date(2024, 1, 1))) for n in range(5)]

    assert run_asyncpg(workspace, work) == [{"n": n + 10, "t": f"t{n}", "d": datetime.date(2024, 1, 1)} for n in range(5)]


def test_asyncpg_fetches_in_portions_through_a_portal(workspace):
    async def work(connection):
        async with connection.transaction():
            cursor = await connection.cursor("SELECT i FROM range(10000) t(i) ORDER BY i")
            seen = []
            while rows := await cursor.fetch(777):
                seen += [row["i"] for row in rows]
            return seen

    assert run_asyncpg(workspace, work) == list(range(10000))


def psql(workspace, *commands):
    parameters = workspace.parameters()
    arguments = [argument for command in commands for argument in ("-c", command)]
    return subprocess.run(["psql", "-X", "-A", "-t", "-h", parameters["host"], "-p", str(parameters["port"]), "-U", parameters["user"],
                           "-d", parameters["dbname"], *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PGPASSWORD": parameters["password"]})


def test_psql(workspace):
    result = psql(workspace, "SELECT 1 AS a, 'two' AS b", "SELECT count(*) FROM in_c_sales.orders", "\\conninfo")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[:2] == ["1|two", "1000"]
    assert "SSL connection" in result.stdout  # libpq prefers TLS, and it works out of the box


def test_psql_error_position(workspace):
    result = psql(workspace, "SELECT * FORM in_c_sales.orders")
    assert "^" in result.stderr and "LINE 1" in result.stderr
