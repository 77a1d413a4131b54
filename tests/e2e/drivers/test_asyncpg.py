"""asyncpg: everything in binary, every statement prepared, types learned from the catalog."""

import asyncio
import datetime
import io
import ssl

import asyncpg
import pytest
from type_cases import CASES, NULLS, SCALARS, TYPES, plain, values

SLOW = "SELECT count(*) FROM generate_series(1, 1000000) a(i), generate_series(1, 100000) b(i)"


def connect(target, **changes):
    options = {"host": target.host, "port": target.port, "user": target.user, "password": target.password,
               "database": target.database, "ssl": False, "timeout": 60}
    return asyncpg.connect(**{**options, **changes})


@pytest.fixture
def run(target):
    """run(work, **changes): the result of work(connection)."""

    def run(work, **changes):
        async def main():
            connection = await connect(target, **changes)
            try:
                return await work(connection)
            finally:
                await connection.close(timeout=60)

        return asyncio.run(main())

    return run


async def attempt(type_name, fetch):
    try:
        return plain(await fetch, type_name)
    except Exception as error:  # shown beside the value that was expected, with all others
        return f"{type(error).__name__}: {error}"


def test_reads_every_type(run):
    async def work(connection):
        read = {each.id: await attempt(each.type, connection.fetchval(f"SELECT {each.expression}")) for each in CASES}
        nulls = {name: await attempt(name, connection.fetchval(f"SELECT CAST(NULL AS {name})")) for name in TYPES}
        return read, nulls

    assert run(work) == (values(), NULLS)


def test_writes_every_type(run):
    async def work(connection):
        return {each.id: await attempt(each.type, connection.fetchval(f"SELECT CAST($1 AS {each.type})", each.value))
                for each in CASES}

    assert run(work) == values()


def test_tls_with_a_checked_certificate(target, run):
    async def work(connection):
        return await connection.fetchval("SELECT 1")

    assert run(work, ssl=ssl.create_default_context(cafile=target.ca_file)) == 1


@pytest.mark.parametrize("encrypted", ["disable", "require"])
def test_wrong_password(run, encrypted):
    with pytest.raises(asyncpg.InvalidPasswordError):
        run(None, password="wrong", ssl=encrypted)


def test_a_prepared_statement(run):
    async def work(connection):
        statement = await connection.prepare("SELECT id, order_date FROM in_c_sales.orders WHERE id = $1")
        assert [parameter.name for parameter in statement.get_parameters()] == ["int8"]
        assert [(column.name, column.type.name) for column in statement.get_attributes()] == [("id", "int8"), ("order_date", "date")]
        return [(await statement.fetchrow(number))["id"] for number in (1, 500, 1000)]

    assert run(work) == [1, 500, 1000]


def test_executemany_and_fetchmany(run):
    async def work(connection):
        await connection.execute("CREATE TABLE batched (a integer, b text)")
        await connection.executemany("INSERT INTO batched VALUES ($1, $2)", [(n, f"b{n}") for n in range(500)])
        returned = await connection.fetchmany("INSERT INTO batched VALUES ($1, NULL) RETURNING a", [(n,) for n in range(3)])
        return [row["a"] for row in returned], await connection.fetchrow("SELECT count(*), count(b), sum(a) FROM batched")

    assert run(work) == ([0, 1, 2], (503, 500, 124753))


def test_a_cursor_fetches_in_portions(run):
    async def work(connection):
        async with connection.transaction():
            seen = [row["id"] async for row in connection.cursor("SELECT id FROM in_c_sales.orders ORDER BY id", prefetch=77)]
            cursor = await connection.cursor("SELECT id FROM in_c_sales.orders WHERE id > $1 ORDER BY id", 10)
            await cursor.forward(5)
            return seen, [row["id"] for row in await cursor.fetch(3)]

    assert run(work) == (list(range(1, 1001)), [16, 17, 18])


def test_copy_of_every_type(run):
    async def work(connection):
        await connection.execute("CREATE TABLE wide (" + ", ".join(f"c{n} {each.type}" for n, each in enumerate(SCALARS)) + ")")
        rows = [[each.value for each in SCALARS], [None] * len(SCALARS)]
        status = await connection.copy_records_to_table("wide", records=rows)
        read = [tuple(map(plain, row, (each.type for each in SCALARS))) for row in await connection.fetch("SELECT * FROM wide")]
        return status, read

    expected = [tuple(plain(each.value, each.type) for each in SCALARS), (None,) * len(SCALARS)]
    assert run(work) == ("COPY 2", expected)


def test_copy_out_and_in(run):
    async def work(connection):
        await connection.execute("CREATE TABLE copied (a bigint, b text)")
        out = io.BytesIO()
        await connection.copy_from_query("SELECT id, note FROM in_c_sales.orders WHERE id <= $1 ORDER BY id", 100, output=out, format="binary")
        out.seek(0)
        status = await connection.copy_to_table("copied", source=out, format="binary")
        text = io.BytesIO()
        await connection.copy_from_table("copied", columns=["a"], output=text, format="csv", header=True)
        return status, text.getvalue()

    status, text = run(work)
    assert status == "COPY 100"
    assert text.decode() == "a\n" + "".join(f"{n}\n" for n in range(1, 101))


def test_transactions(run):
    async def work(connection):
        await connection.execute("CREATE TABLE moved (a integer)")
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await connection.execute("INSERT INTO moved VALUES (1)")
                raise ZeroDivisionError
        async with connection.transaction(isolation="repeatable_read"):
            await connection.execute("INSERT INTO moved VALUES (2)")
            async with connection.transaction():
                assert await connection.fetchval("SELECT sum(a) FROM moved") == 2
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with connection.transaction(readonly=True):
                await connection.execute("INSERT INTO moved VALUES (3)")
        return [row["a"] for row in await connection.fetch("SELECT a FROM moved")]

    assert run(work) == [2]


def test_timeout_cancels(run):
    async def work(connection):
        with pytest.raises(TimeoutError):
            await connection.fetchval(SLOW, timeout=1)
        return await connection.fetchval("SELECT 1")

    assert run(work) == 1


def test_statement_timeout(run):
    async def work(connection):
        with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
            await connection.fetchval(SLOW)
        return await connection.fetchval("SHOW application_name")

    assert run(work, server_settings={"statement_timeout": "1000", "application_name": "matrix"}) == "matrix"


def test_a_pool_resets_its_connections(target):
    async def main():
        async with asyncpg.create_pool(target.uri(sslmode="disable"), min_size=1, max_size=2) as pool:
            async with pool.acquire() as connection:
                await connection.execute("SET application_name = 'changed'")
            names = [await pool.fetchval("SHOW application_name") for _ in range(4)]
            return set(names)

    assert asyncio.run(main()) == {""}


def test_types_of_the_users_own(run):
    async def work(connection):
        await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
        await connection.execute("CREATE TABLE people (name text, feels mood)")
        await connection.execute("INSERT INTO people VALUES ($1, $2)", "Ann", "ok")
        return await connection.fetchrow("SELECT name, feels FROM people WHERE feels = $1", "ok")

    assert run(work) == ("Ann", "ok")


def test_json_codec(run):
    async def work(connection):
        await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=lambda text: ("decoded", text))
        return await connection.fetchval("SELECT CAST($1 AS json)", '{"a": 1}')

    assert run(work) == ("decoded", '{"a": 1}')


def test_notifications(run):
    async def work(connection):
        heard = asyncio.Queue()
        await connection.add_listener("news", lambda *arguments: heard.put_nowait(arguments[2:]))
        await connection.execute("NOTIFY news, 'hello'")
        return await asyncio.wait_for(heard.get(), 10)

    assert run(work) == ("news", "hello")


def test_moments_keep_their_zone(run):
    async def work(connection):
        await connection.execute("SET timezone = 'Europe/Prague'")
        return await connection.fetchval("SELECT CAST('2024-07-01 12:00' AS timestamp with time zone)")

    assert run(work) == datetime.datetime(2024, 7, 1, 10, tzinfo=datetime.timezone.utc)
