"""psycopg 3's asynchronous connections: many at once, cancel, timeouts, a COPY and a pipeline."""

import asyncio

import psycopg
import pytest

SLOW = "SELECT count(*) FROM generate_series(1, 1000000) a(i), generate_series(1, 100000) b(i)"


def run(target, work, **changes):
    async def main():
        async with await psycopg.AsyncConnection.connect(**target.parameters(**changes), autocommit=True) as connection:
            return await work(connection)

    return asyncio.run(main())


def test_queries(target):
    async def work(connection):
        cursor = await connection.execute("SELECT id FROM in_c_sales.orders WHERE id <= %s ORDER BY id", (5,))
        return [row[0] async for row in cursor]

    assert run(target, work) == [1, 2, 3, 4, 5]


def test_many_connections_at_once(target):
    async def one(number):
        async with await psycopg.AsyncConnection.connect(**target.parameters()) as connection:
            return (await (await connection.execute("SELECT %s::integer", (number,))).fetchone())[0]

    async def main():
        return await asyncio.gather(*(one(number) for number in range(10)))

    assert asyncio.run(main()) == list(range(10))


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_cancel(target, mode):
    async def work(connection):
        task = asyncio.create_task(connection.execute(SLOW))
        while not task.done():  # a request that comes before the statement is ignored, by PostgreSQL as well
            await connection.cancel_safe(timeout=60)
            await asyncio.wait([task], timeout=0.05)
        with pytest.raises(psycopg.errors.QueryCanceled, match="user request"):
            await task
        return (await (await connection.execute("SELECT 1")).fetchone())[0]

    assert run(target, work, sslmode=mode) == 1


def test_a_cancelled_task_cancels_its_statement(target):
    async def work(connection):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await connection.execute(SLOW)
        return (await (await connection.execute("SELECT 1")).fetchone())[0]

    assert run(target, work) == 1


def test_statement_timeout(target):
    async def work(connection):
        with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
            await connection.execute(SLOW)
        return (await (await connection.execute("SHOW statement_timeout")).fetchone())[0]

    assert run(target, work, options="-c statement_timeout=1000") == "1s"


def test_pipeline_and_copy(target):
    async def work(connection):
        await connection.execute("CREATE TABLE a_copied (a integer, b text)")
        async with connection.cursor().copy("COPY a_copied FROM STDIN") as copy:
            for number in range(100):
                await copy.write_row((number, str(number)))
        async with connection.pipeline():
            sums = [await connection.execute("SELECT sum(a) FROM a_copied WHERE a < %s", (n,)) for n in (10, 100)]
            return [(await cursor.fetchone())[0] for cursor in sums]

    assert run(target, work) == [45, 4950]
