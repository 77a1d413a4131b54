"""psycopg 3's transactions and what it reads from the catalog: types, notifications, connection information."""

import psycopg
import pytest
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo


@pytest.fixture
def connection(target):
    with psycopg.connect(**target.parameters(), autocommit=True) as connection:
        yield connection


def test_commit_and_rollback(connection):
    connection.execute("CREATE TABLE moved (a integer)")
    with connection.transaction():
        connection.execute("INSERT INTO moved VALUES (1)")
    with pytest.raises(ZeroDivisionError), connection.transaction():
        connection.execute("INSERT INTO moved VALUES (2)")
        raise ZeroDivisionError
    with connection.transaction(force_rollback=True):
        connection.execute("INSERT INTO moved VALUES (3)")
    assert connection.execute("SELECT a FROM moved").fetchall() == [(1,)]


def test_nested_blocks_that_only_read(connection):
    with connection.transaction(), connection.transaction():
        with connection.transaction():
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_nested_blocks_that_succeed(connection):
    connection.execute("CREATE TABLE nested (a integer)")
    with connection.transaction():
        connection.execute("INSERT INTO nested VALUES (1)")
        with connection.transaction():
            connection.execute("INSERT INTO nested VALUES (2)")
    assert connection.execute("SELECT a FROM nested ORDER BY a").fetchall() == [(1,), (2,)]


def test_an_error_in_a_nested_block_that_reads(connection):
    with connection.transaction():
        with pytest.raises(psycopg.errors.UndefinedTable), connection.transaction():
            connection.execute("SELECT * FROM nowhere")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_settings_of_a_transaction(connection):
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connection.transaction():
        connection.execute("CREATE TABLE unwritable (a integer)")


def test_status(connection):
    status = psycopg.pq.TransactionStatus
    assert connection.info.transaction_status == status.IDLE
    connection.execute("BEGIN")
    assert connection.info.transaction_status == status.INTRANS
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT * FROM nowhere")
    assert connection.info.transaction_status == status.INERROR
    connection.execute("ROLLBACK")
    assert connection.info.transaction_status == status.IDLE
    assert connection.info.parameter_status("standard_conforming_strings") == "on"
    assert connection.info.encoding == "utf-8" and connection.info.server_version >= 150000


@pytest.mark.parametrize("name, oid, array_oid", [("integer", 23, 1007), ("text", 25, 1009), ("numeric", 1700, 1231),
                                                  ("uuid", 2950, 2951), ("timestamptz", 1184, 1185), ("json", 114, 199)])
def test_type_information(connection, name, oid, array_oid):
    info = TypeInfo.fetch(connection, name)
    assert (info.oid, info.array_oid) == (oid, array_oid)


def test_unknown_type(connection):
    assert TypeInfo.fetch(connection, "hstore") is None


def test_enumerations(connection):
    connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')")
    info = EnumInfo.fetch(connection, "mood")
    assert list(info.labels) == ["sad", "ok", "happy"]
    assert connection.execute("SELECT CAST('ok' AS mood)").fetchone() == ("ok",)


def test_notifications(connection):
    connection.execute("LISTEN news")
    connection.execute("NOTIFY news, 'hello'")
    received = list(connection.notifies(timeout=60, stop_after=1))
    assert [(each.channel, each.payload) for each in received] == [("news", "hello")]


def test_notices(connection):
    received = []
    connection.add_notice_handler(lambda notice: received.append((notice.severity, notice.message_primary)))
    connection.execute("ROLLBACK")
    assert received == [("WARNING", "there is no transaction in progress")]
