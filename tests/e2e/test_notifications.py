"""LISTEN and NOTIFY between the sessions of a workspace, as psycopg uses them."""

import select

import psycopg2
import pytest


def test_idle_listener_is_told_at_once(workspace):
    listener = workspace.connect()
    listener.autocommit = True
    listener.cursor().execute("LISTEN jobs")
    sender = workspace.connect()
    sender.autocommit = True
    sender.cursor().execute("NOTIFY jobs, 'one'")
    readable, _, _ = select.select([listener], [], [], 10)
    assert readable, "an idle session was not told"
    listener.poll()
    assert [(n.channel, n.payload, n.pid) for n in listener.notifies] == [("jobs", "one", sender.info.backend_pid)]
    listener.notifies.clear()
    sender.cursor().execute("NOTIFY other; NOTIFY jobs, 'two'")
    select.select([listener], [], [], 10)
    listener.poll()
    assert [n.payload for n in listener.notifies] == ["two"]
    listener.cursor().execute("SELECT 1")
    sender.close()
    listener.close()


def test_notifications_follow_the_transaction(workspace):
    listener = workspace.connect()
    listener.autocommit = True
    cursor = listener.cursor()
    cursor.execute("LISTEN c")
    sender = workspace.connect()
    sender.autocommit = False
    with sender.cursor() as block:
        block.execute("NOTIFY c, 'dropped'")
        sender.rollback()
        block.execute("NOTIFY c, 'a'")
        block.execute("NOTIFY c, 'a'")
        block.execute("SAVEPOINT s")
        block.execute("NOTIFY c, 'b'")
        block.execute("ROLLBACK TO s")
        sender.commit()
    select.select([listener], [], [], 10)
    listener.poll()
    assert [n.payload for n in listener.notifies] == ["a"]
    sender.close()
    listener.close()


def test_other_workspaces_hear_nothing(shop):
    one, other = shop.workspace(), shop.workspace()
    listener = other.connect()
    listener.autocommit = True
    listener.cursor().execute("LISTEN c")
    sender = one.connect()
    sender.autocommit = True
    sender.cursor().execute("LISTEN c; NOTIFY c, 'x'")
    sender.poll()
    assert [n.payload for n in sender.notifies] == ["x"]
    listener.cursor().execute("SELECT 1")
    assert listener.notifies == []
    for connection in (sender, listener):
        connection.close()


def test_listener_that_stops_or_goes(workspace):
    listener = workspace.connect()
    listener.autocommit = True
    listener.cursor().execute("LISTEN c; LISTEN d; UNLISTEN c")
    sender = workspace.connect()
    sender.autocommit = True
    sender.cursor().execute("NOTIFY c; NOTIFY d")
    select.select([listener], [], [], 10)
    listener.poll()
    assert [n.channel for n in listener.notifies] == ["d"]
    listener.close()
    sender.cursor().execute("NOTIFY d")
    sender.close()


def test_pg_notify_sends_what_a_query_makes(workspace):
    listener = workspace.connect()
    listener.autocommit = True
    cursor = listener.cursor()
    cursor.execute("LISTEN c")
    cursor.execute("SELECT pg_notify('c', 'row ' || i) FROM generate_series(1, 3) AS i")
    assert sorted(n.payload for n in listener.notifies) == ["row 1", "row 2", "row 3"]
    listener.notifies.clear()
    sender = workspace.connect()
    sender.autocommit = False
    with sender.cursor() as block:
        block.execute("SELECT pg_notify('c', 'rolled back')")
        sender.rollback()
        block.execute("SELECT pg_notify('c', 'kept')")
        block.execute("SAVEPOINT s")
        block.execute("SELECT pg_notify('c', 'undone')")
        block.execute("ROLLBACK TO s")
        sender.commit()
        with pytest.raises(psycopg2.errors.InvalidParameterValue, match="channel name cannot be empty"):
            block.execute("SELECT pg_notify('c', 'failed'), pg_notify('', 'x')")
        sender.rollback()
    select.select([listener], [], [], 10)
    listener.poll()
    assert [n.payload for n in listener.notifies] == ["kept"]
    sender.close()
    listener.close()
