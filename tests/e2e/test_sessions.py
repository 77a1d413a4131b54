"""What sessions are doing, seen from outside and from one another, and how they are ended. (Seed, Task 1)"""

import datetime
import os
import socket
import statistics
import struct
import threading
import time

import psycopg2
import pytest
import requests
from smew_server import eventually, farewell

LONG = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)"


class Running:
    """A connection that runs a statement which would take minutes; `error` is what ended it."""

    def __init__(self, workspace, sql=LONG):
        self.error = None
        self.connection = workspace.connect()
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        self.thread = threading.Thread(target=self._run, args=(sql,))
        self.thread.start()

    def _run(self, sql):
        try:
            self.connection.cursor().execute(sql)
        except psycopg2.Error as error:
            self.error = error

    def wait(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.error


def sessions_of(workspace):
    return workspace.project.rest.get(f"{workspace.path}/sessions")["sessions"]


def session_of(workspace, pid, state=None):
    def look():
        return next((s for s in sessions_of(workspace) if s["backend_pid"] == pid and state in (None, s["state"])), None)
    return eventually(look, 60, f"session of {pid} in state {state}")


def test_sessions_tell_what_they_do(shop, workspace):
    with workspace.connect(application_name="report") as connection, connection.cursor() as cursor:
        idle = session_of(workspace, connection.info.backend_pid, "idle")
        assert idle["application_name"] == "report" and idle["client_ip"] == "127.0.0.1" and idle["door"] == "pgwire"
        assert idle["username"] == workspace.connection["username"] and idle["current_query"] is None
        cursor.execute("SELECT 42 AS answer")
        waiting = session_of(workspace, connection.info.backend_pid, "idle in transaction")
        assert waiting["last_query"] == "SELECT 42 AS answer" and waiting["since"] >= idle["since"]
        assert waiting["bytes_sent"] > idle["bytes_sent"] and waiting["statements"] > idle["statements"]
        with pytest.raises(psycopg2.Error):
            cursor.execute("SELECT nothing")
        session_of(workspace, connection.info.backend_pid, "idle in transaction (aborted)")
    connection.close()
    running = Running(workspace)
    active = session_of(workspace, running.pid, "active")
    assert active["current_query"] == LONG
    shop.rest.post(f"{workspace.path}/sessions/{active['session_id']}/cancel")
    assert running.wait().pgcode == "57014"
    assert running.connection.closed == 0
    running.connection.close()


def test_cancel_needs_an_existing_session_and_an_admin_key(shop, workspace):
    shop.rest.post(f"{workspace.path}/sessions/sess_none/cancel", expect=404)
    key = shop.rest.post(f"{shop.path}/api-keys", {"description": "r", "scope": "project_read"}, expect=201)["api_key"]
    path = shop.server.url + f"{workspace.path}/sessions/sess_none/cancel"
    assert requests.post(path, headers={"Authorization": f"Bearer {key}"}, timeout=20).status_code == 403
    assert requests.post(path, timeout=20).status_code == 401


def test_disconnects_are_counted_and_logged(start_server):
    server = start_server("disconnects")  # where nobody else comes or goes
    workspace = server.project("p").workspace()
    connections = [workspace.connect() for _ in range(3)]
    eventually(lambda: server.metric("pgwire_connections_active") == 3, what="three connections")
    ids = {s["session_id"] for s in sessions_of(workspace)}
    assert workspace.project.rest.post(f"{workspace.path}/disconnect-all") == {"message": "All sessions disconnected", "count": 3}
    for connection in connections:
        assert farewell(connection)[0] == "57P01"
    eventually(lambda: server.metric("pgwire_connections_active") == 0, what="the end of them")
    eventually(lambda: ids == {event["session_id"] for event in server.events("session_disconnected")}, what="their lines in the log")


@pytest.mark.parametrize("how, code", [("reset", "57P01"), ("delete", "57P01")])
def test_credential_reset_and_deletion_end_live_sessions(shop, how, code):
    workspace = shop.workspace(f"ended-by-{how}")
    running, idle = Running(workspace), workspace.connect()
    session_of(workspace, running.pid, "active")
    if how == "reset":
        shop.rest.post(f"{workspace.path}/credentials/reset")
    else:
        shop.rest.delete(workspace.path)
    assert farewell(idle)[0] == code
    assert running.wait() is not None
    assert running.connection.closed or running.wait().pgcode in ("57014", "57P01")


def test_pg_stat_activity_shows_the_workspaces_sessions(shop, workspace):
    stranger = shop.workspace("stranger").connect(application_name="stranger")
    running = Running(workspace)
    session_of(workspace, running.pid, "active")
    with workspace.connect(application_name="looking") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pid, usename::text, application_name, state, query, datname::text, backend_type, "
                       "query_start IS NOT NULL, client_addr::text FROM pg_stat_activity ORDER BY backend_start")
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
        user, database = workspace.connection["username"], workspace.connection["database"]
        assert rows[running.pid] == (user, "", "active", LONG, database, "client backend", True, "127.0.0.1")
        own = rows[connection.info.backend_pid]
        assert own[1:3] == ("looking", "active") and own[3].startswith("SELECT pid, usename")
        assert all(row[1] != "stranger" for row in rows.values())
        cursor.execute("SELECT pg_cancel_backend(%s)", (running.pid,))
        assert cursor.fetchone() == (True,)
    assert running.wait().pgcode == "57014"
    connection.close()
    running.connection.close()
    stranger.close()


def test_pg_terminate_backend_ends_a_session_of_the_workspace_only(shop, workspace):
    stranger, victim = shop.workspace("stranger2").connect(), workspace.connect()
    with workspace.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (victim.info.backend_pid,))
        assert cursor.fetchone() == (True,)
        assert farewell(victim)[0] == "57P01"
        # PostgreSQL warns and says false, too.
        cursor.execute("SELECT pg_terminate_backend(%s), pg_cancel_backend(-1)", (stranger.info.backend_pid,))
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT pg_cancel_backend(NULL)")
        assert cursor.fetchone() == (None,)
    connection.close()
    with stranger.cursor() as cursor:
        cursor.execute("SELECT 1")
    stranger.close()


def test_a_disconnected_client_hears_of_it_in_time(shop, workspace, record_property):
    """From the request to FATAL 57P01 and the close, of a statement that runs. The target is 100 ms; what is measured is kept
    with the test's result, and what is asserted holds on a machine that does much else."""
    delays = []
    for _ in range(5):
        connection = workspace.connect()
        with socket.socket(fileno=os.dup(connection.info.socket)) as raw:
            raw.setblocking(True)
            raw.settimeout(60)
            text = LONG.encode() + b"\0"
            raw.sendall(b"Q" + struct.pack(">I", len(text) + 4) + text)
            session = session_of(workspace, connection.info.backend_pid, "active")
            begun = time.perf_counter()
            reply = shop.rest.delete(f"{workspace.path}/sessions/{session['session_id']}", expect=200)
            assert reply == {"message": "Session disconnected", "session_id": session["session_id"]}
            code, message = farewell(connection)
            delays.append((time.perf_counter() - begun) * 1000)
            assert code == "57P01" and message == "terminating connection due to administrator command"
        connection.close()
    record_property("disconnect_ms", [round(delay, 1) for delay in delays])
    print(f"disconnect of a running statement: {statistics.median(delays):.1f} ms (median of 5), {max(delays):.1f} ms at most")
    assert statistics.median(delays) < 5000


def test_expiry_ends_live_sessions(shop):
    workspace = shop.workspace("expiring")
    running, idle = Running(workspace), workspace.connect()
    session_of(workspace, running.pid, "active")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
    shop.rest.patch(workspace.path, {"expires_at": soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})
    code, text = farewell(idle, 60)
    assert code == "57P01" and "expired" in text
    assert running.wait() is not None and running.connection.closed
    with pytest.raises(psycopg2.OperationalError):
        workspace.connect()


# ---------------------------------------------------------------- the mode of the audit


@pytest.fixture(scope="module")
def masked(start_server):
    server = start_server("masked")
    return server, server.project("masked").workspace()


SECRET = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i) WHERE 'zq' <> 'secret'"
SHAPE = "SELECT sum(a.i * b.i) FROM range(?) a(i), range(?) b(i) WHERE ? <> ?"


@pytest.mark.parametrize("mode, shown", [("full", SECRET), ("structure", SHAPE), ("hash_only", None)])
def test_what_others_run_is_shown_as_the_audit_mode_says(masked, mode, shown):
    server, workspace = masked
    server.admin.patch("/query-audit", {"query_audit_mode": mode})
    running = Running(workspace, SECRET)
    session = session_of(workspace, running.pid, "active")
    eventually(lambda: session_of(workspace, running.pid)["current_query"] == shown, 60, f"text in mode {mode}")
    with workspace.connect() as connection, connection.cursor() as cursor:
        def seen():
            cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (running.pid,))
            return cursor.fetchone()[0] == (shown or "")
        eventually(seen, 60, f"pg_stat_activity in mode {mode}")
        # One's own text is one's own.
        cursor.execute("SELECT query, 'mine' FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        assert "'mine'" in cursor.fetchone()[0]
        cursor.execute("SET app.token = secretword")
        last = session_of(workspace, connection.info.backend_pid, "idle in transaction")["last_query"]
        assert last == {"full": "SET app.token = secretword", "structure": "SET app.token = ?", "hash_only": None}[mode]
        # Where the engine could not read it, nobody knows where the literals are.
        with pytest.raises(psycopg2.Error):
            cursor.execute("SELECT 1 secret two 'x'")
        last = session_of(workspace, connection.info.backend_pid, "idle in transaction (aborted)")["last_query"]
        assert last == {"full": "SELECT 1 secret two 'x'", "structure": "SELECT ...", "hash_only": None}[mode]
    connection.close()
    running.connection.cancel()
    running.wait()
    running.connection.close()
    server.admin.patch("/query-audit", {"query_audit_mode": "full"})
