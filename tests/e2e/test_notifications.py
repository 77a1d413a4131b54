"""LISTEN and NOTIFY between the sessions of a workspace, as psycopg uses them."""

import select

import psycopg2
import pytest


@pytest.fixture
def connect():
    """Opens connections that are closed at the end of the test."""
    opened = []

    def connect(workspace, autocommit=True):
        opened.append(workspace.connect())
        opened[-1].autocommit = autocommit
        return opened[-1]
    yield connect
    for connection in opened:
        connection.close()


def listener_on(connect, workspace, *channels):
    listener = connect(workspace)
    listener.cursor().execute("; ".join(f"LISTEN {channel}" for channel in channels))
    return listener


def heard(listener):
    """What it is told next, while it idles."""
    readable, _, _ = select.select([listener], [], [], 60)
    assert readable, "an idle session was not told"
    listener.poll()
    told = list(listener.notifies)
    listener.notifies.clear()
    return told


def test_idle_listener_is_told_at_once(connect, workspace):
    listener, sender = listener_on(connect, workspace, "jobs"), connect(workspace)
    sender.cursor().execute("NOTIFY jobs, 'one'")
    assert [(n.channel, n.payload, n.pid) for n in heard(listener)] == [("jobs", "one", sender.info.backend_pid)]
    sender.cursor().execute("NOTIFY other; NOTIFY jobs, 'two'")
    assert [n.payload for n in heard(listener)] == ["two"]
    listener.cursor().execute("SELECT 1")


def test_notifications_follow_the_transaction(connect, workspace):
    listener, sender = listener_on(connect, workspace, "c"), connect(workspace, autocommit=False)
    with sender.cursor() as block:
        block.execute("NOTIFY c, 'dropped'")
        sender.rollback()
        block.execute("NOTIFY c, 'a'")
        block.execute("NOTIFY c, 'a'")
        block.execute("SAVEPOINT s")
        block.execute("NOTIFY c, 'b'")
        block.execute("ROLLBACK TO s")
        sender.commit()
    assert [n.payload for n in heard(listener)] == ["a"]


def test_other_workspaces_hear_nothing(connect, shop):
    listener, sender = listener_on(connect, shop.workspace(), "c"), connect(shop.workspace())
    sender.cursor().execute("LISTEN c; NOTIFY c, 'x'")
    sender.poll()
    assert [n.payload for n in sender.notifies] == ["x"]
    listener.cursor().execute("SELECT 1")
    assert listener.notifies == []


def test_listener_that_stops_or_goes(connect, workspace):
    listener, sender = listener_on(connect, workspace, "c", "d"), connect(workspace)
    listener.cursor().execute("UNLISTEN c")
    sender.cursor().execute("NOTIFY c; NOTIFY d")
    assert [n.channel for n in heard(listener)] == ["d"]
    listener.close()
    sender.cursor().execute("NOTIFY d")


def test_pg_notify_sends_what_a_query_makes(connect, workspace):
    listener, sender = listener_on(connect, workspace, "c"), connect(workspace, autocommit=False)
    listener.cursor().execute("SELECT pg_notify('c', 'row ' || i) FROM generate_series(1, 3) AS i")
    assert sorted(n.payload for n in listener.notifies) == ["row 1", "row 2", "row 3"]
    listener.notifies.clear()
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
    assert [n.payload for n in heard(listener)] == ["kept"]
