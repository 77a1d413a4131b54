"""COPY in the binary format, and out as Parquet and JSON, as drivers and tools use them."""

import asyncio
import datetime
import decimal
import io
import json
import os
import subprocess
import uuid

import asyncpg
import duckdb
import psycopg
import psycopg2
import pytest

COLUMNS = ("b boolean, s smallint, i integer, l bigint, f real, d double precision, n numeric(20,4), t text, y bytea, "
           "day date, tod time, ts timestamp, tz timestamptz, iv interval, u uuid, j json, ia integer[], ta text[]")
UTC = datetime.timezone.utc
FULL = (True, -32768, 2147483647, -2**63, 1.5, -1e300, decimal.Decimal("-1234567890123456.7891"), "žluťoučký 😀", b"\0\xff",
        datetime.date(2024, 2, 29), datetime.time(23, 59, 59, 999999), datetime.datetime(1999, 12, 31, 23, 59, 59, 1),
        datetime.datetime(2024, 2, 29, 12, tzinfo=UTC), datetime.timedelta(days=40, seconds=5, microseconds=7),
        uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), '{"a": [1, null]}', [1, None, -3], ["a,b", '"', None])


@pytest.fixture
def table(cursor):
    cursor.execute(f"CREATE OR REPLACE TABLE every_type ({COLUMNS})")
    cursor.execute("SET TimeZone = 'UTC'")
    return cursor


def asyncpg_run(workspace, work):
    parameters = workspace.parameters()

    async def run():
        connection = await asyncpg.connect(host=parameters["host"], port=parameters["port"], user=parameters["user"],
                                           password=parameters["password"], database=parameters["dbname"], ssl=False)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_binary_there_and_back(table):
    out = io.BytesIO()
    table.execute("INSERT INTO every_type SELECT i % 2 = 0, i, i, i * 1000000007, i / 7, i / 3, i / 16, 'row ' || i, "
                  "encode('b' || i), DATE '2000-01-01' + i::INTEGER, TIME '00:00:00' + INTERVAL (i) SECOND, "
                  "TIMESTAMP '2000-01-01' + INTERVAL (i) HOUR, TIMESTAMPTZ '2000-01-01 00:00:00+00' + INTERVAL (i) MINUTE, "
                  "INTERVAL (i) DAY, uuid(), '{\"i\": 1}', [i, NULL], ['x' || i] FROM range(5000) r(i)")
    table.execute("INSERT INTO every_type (b) VALUES (NULL)")
    table.copy_expert("COPY every_type TO STDOUT (FORMAT binary)", out)
    table.execute("CREATE OR REPLACE TABLE before_copy AS SELECT * FROM every_type")
    table.execute("DELETE FROM every_type")
    out.seek(0)
    table.copy_expert("COPY every_type FROM STDIN (FORMAT binary)", out, size=1000)
    assert table.rowcount == 5001
    table.execute("SELECT count(*) FROM (SELECT * FROM every_type EXCEPT ALL SELECT * FROM before_copy)")
    assert table.fetchone() == (0,)


def test_psycopg3_binary(workspace, table):
    types = ["bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "bytea", "date", "time", "timestamp",
             "timestamptz", "interval", "uuid", "json", "int4[]", "text[]"]
    row = (*FULL[:15], psycopg.types.json.Json(json.loads(FULL[15])), *FULL[16:])
    with psycopg.connect(**workspace.parameters(), autocommit=True) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY every_type FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            copy.write_row(row)
            copy.write_row([None] * len(row))
        assert cursor.rowcount == 2
        cursor.execute("SET TimeZone = 'UTC'")
        with cursor.copy("COPY (SELECT * FROM every_type ORDER BY b) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(types)
            rows = list(copy.rows())
        assert sorted(rows, key=lambda got: got[0] is None)[0] == (*FULL[:15], json.loads(FULL[15]), *FULL[16:])
        with cursor.copy("COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)") as copy:
            assert list(copy.rows()) == []


def test_asyncpg_copies(workspace, table):
    async def work(connection):
        names = [column.split()[0] for column in COLUMNS.split(", ")][:-2]
        status = await connection.copy_records_to_table("every_type", records=[FULL[:-2]] * 1000, columns=names)
        assert status == "COPY 1000"
        assert tuple(await connection.fetchrow(f"SELECT {', '.join(names)} FROM every_type LIMIT 1")) == FULL[:-2]
        out = io.BytesIO()
        assert await connection.copy_from_query("SELECT i, 'x' FROM range(3) r(i)", output=out, format="csv") == "COPY 3"
        assert out.getvalue() == b"0,x\n1,x\n2,x\n"
        out = io.BytesIO()
        await connection.copy_from_table("every_type", columns=["i", "t"], output=out, format="binary")
        assert out.getvalue().startswith(b"PGCOPY\n\xff\r\n\0")
        source = io.BytesIO(b"5,y\n")
        assert await connection.copy_to_table("every_type", source=source, columns=["i", "t"], format="csv") == "COPY 1"

    asyncpg_run(workspace, work)


def test_binary_errors(table):
    def failed(data):
        with pytest.raises(psycopg2.Error) as error:
            table.copy_expert("COPY every_type (i, t) FROM STDIN (FORMAT binary)", io.BytesIO(data))
        return error.value.pgcode, error.value.diag.message_primary, error.value.diag.context

    header = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
    tuple_of = lambda *fields: len(fields).to_bytes(2, "big") + b"".join(len(f).to_bytes(4, "big") + f for f in fields)
    assert failed(header + tuple_of(b"\0\0\0\1", b"x") + tuple_of(b"\0\1", b"x")) == (
        "22P03", "incorrect binary data format", "COPY every_type, line 2, column i")
    assert failed(header + tuple_of(b"\0\0\0\1", b"\xff"))[0] == "22021"
    assert failed(header + tuple_of(b"x")) == ("22P04", "row field count is 1, expected 2", "COPY every_type, line 1")
    table.execute("SELECT count(*) FROM every_type")
    assert table.fetchone() == (0,)


# ---------------------------------------------------------------- files


def test_psql_writes_a_parquet_file(workspace, table, tmp_path):
    parameters = workspace.parameters()
    target = tmp_path / "orders.parquet"
    done = subprocess.run(
        ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", parameters["host"], "-p", str(parameters["port"]), "-U", parameters["user"],
         "-d", parameters["dbname"], "-c",
         f"\\copy (select * from in_c_sales.orders order by id) to '{target}' (format parquet, compression zstd)"],
        env={**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable"}, capture_output=True, text=True,
        timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "COPY 1000"), done.stderr
    table.execute("SELECT * FROM in_c_sales.orders ORDER BY id")
    assert duckdb.sql(f"SELECT * FROM '{target}' ORDER BY id").fetchall() == table.fetchall()
    assert duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{target}')").fetchall() == [("ZSTD",)]


def test_json_lines_and_array(cursor):
    out = io.StringIO()
    cursor.copy_expert("COPY (SELECT i, ['x', NULL] AS l FROM range(3) r(i)) TO STDOUT (FORMAT json)", out)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [{"i": i, "l": ["x", None]} for i in range(3)]
    assert cursor.rowcount == 3
    out = io.StringIO()
    cursor.copy_expert("COPY (SELECT i FROM range(3) r(i)) TO STDOUT (FORMAT json, ARRAY)", out)
    assert json.loads(out.getvalue()) == [{"i": 0}, {"i": 1}, {"i": 2}]


def test_files_are_refused_and_errors_told(cursor):
    for sql, code in [("COPY (SELECT nothing) TO STDOUT (FORMAT parquet)", "42703"),
                      ("COPY (SELECT 1) TO STDOUT (FORMAT parquet, NONSENSE 1)", "42601"),
                      ("COPY (SELECT * FROM read_text('/etc/hostname')) TO STDOUT (FORMAT parquet)", "42501"),
                      ("COPY (SELECT error('late') FROM range(100000)) TO STDOUT (FORMAT json)", None),
                      ("COPY (SELECT 1) TO '/tmp/x.parquet' (FORMAT parquet)", "42501")]:
        with pytest.raises(psycopg2.Error) as error:
            cursor.copy_expert(sql, io.BytesIO())
        assert code is None or error.value.pgcode == code, sql
    with pytest.raises(psycopg2.Error) as error:
        cursor.copy_expert("COPY in_c_sales.orders FROM STDIN (FORMAT parquet)", io.BytesIO())
    assert error.value.pgcode == "0A000" and "REST" in error.value.diag.message_hint


def test_a_large_file_streams_and_can_be_cancelled(workspace):
    class Sink:
        bytes = 0

        def write(self, data):
            self.bytes += len(data)
            if self.bytes > 20_000_000:
                raise InterruptedError

    connection = workspace.connect()
    with connection.cursor() as cursor, pytest.raises(InterruptedError):
        cursor.copy_expert("COPY (SELECT i, repeat('x', 100) || hash(i) AS s FROM range(100000000) r(i)) TO STDOUT (FORMAT parquet)",
                           Sink())
    connection.close()
    with workspace.connect() as other, other.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
        cursor.execute("SET statement_timeout = '500ms'")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.copy_expert("COPY (SELECT count(*) FROM range(100000000000) r(i)) TO STDOUT (FORMAT parquet)", io.BytesIO())
    other.close()
