"""Timeouts, cancel, disconnect, bounded memory. (Seed, Task 5: TestPGWireTimeouts; Task 1)"""

import threading
import time

import psycopg2
import psycopg2.extensions
import pytest
from smew_server import eventually, farewell

LONG = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"


def sessions(workspace):
    return workspace.project.rest.get(f"{workspace.path}/sessions")["sessions"]


def test_query_timeout(start_server):
    server = start_server("query-timeout", pgwire_query_timeout_seconds=1)
    workspace = server.project("slow").workspace()
    with pytest.raises(psycopg2.errors.QueryCanceled) as caught:
        workspace.query(LONG)
    assert "statement timeout" in str(caught.value)
    assert workspace.query("SELECT 1") == [(1,)]


def test_a_session_may_lower_its_timeout_and_not_raise_it_over_the_servers(workspace):
    connection = workspace.connect(options="-c statement_timeout=1000")
    connection.autocommit = True
    with connection.cursor() as cursor:
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.execute(LONG)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1s",)
        cursor.execute("SET statement_timeout = '10h'")
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5min",)
    connection.close()


def test_idle_timeout(start_server):
    server = start_server("idle-timeout", pgwire_idle_timeout_seconds=1)
    connection = server.project("idle").workspace().connect()

    assert farewell(connection)[0] == "57P05"


def test_idle_in_transaction_timeout(start_server):
    server = start_server("idle-in-transaction", pgwire_idle_in_transaction_timeout_seconds=1)
    connection = server.project("idle").workspace().connect()
    cursor = connection.cursor()
    cursor.execute("SELECT 1")
    assert farewell(connection)[0] == "25P03"


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_cancel_within_100_ms(workspace, sslmode):
    connection = workspace.connect(sslmode=sslmode)
    times = {}

    def run():
        try:
            connection.cursor().execute(LONG)
        except psycopg2.errors.QueryCanceled:
            times["ended"] = time.monotonic()

    thread = threading.Thread(target=run)
    thread.start()
    pid = connection.info.backend_pid
    eventually(lambda: (pid, "active") in [(one["backend_pid"], one["state"]) for one in sessions(workspace)], what="the statement")
    times["sent"] = time.monotonic()
    connection.cancel()
    thread.join(60)
    print(f"cancelled after {(times['ended'] - times['sent']) * 1000:.1f} ms")  # 100 are the target; the benchmark measures it
    assert times["ended"] - times["sent"] < 10
    connection.rollback()
    connection.cursor().execute("SELECT 1")
    connection.close()


def test_cancel_with_a_wrong_key_does_nothing(server, workspace):
    import socket
    import struct
    connection = workspace.connect()
    pid = connection.info.backend_pid
    result = {}

    def run():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM range(300000000) t(i) WHERE i % 7 = 3")
            result["rows"] = cursor.fetchall()

    thread = threading.Thread(target=run)
    thread.start()
    for guess in range(20):
        with socket.create_connection((server.pg_host, server.pg_port)) as peer:
            peer.sendall(struct.pack("!iiii", 16, 80877102, pid, guess))
            assert peer.recv(10) == b""
    thread.join()
    assert result["rows"] == [(42857143,)]
    connection.close()


def test_a_statement_that_ignores_interrupts_ends_with_its_worker(start_server):
    server = start_server("uninterruptible", pgwire_query_timeout_seconds=1, worker_kill_grace_seconds=1)
    project = server.project("stuck")
    stuck, neighbour = project.workspace("stuck"), project.workspace("neighbour")
    calm = neighbour.connect()
    beside = stuck.connect()
    with pytest.raises(psycopg2.Error) as caught:
        stuck.query("SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))")
    assert caught.value.pgcode in ("57014", "57P01", "57P02") or "terminat" in str(caught.value), caught.value
    assert farewell(beside)[0] == "57P02"
    calm.cursor().execute("SELECT 1")  # no other workspace notices
    calm.close()
    assert stuck.query("SELECT 1") == [(1,)]
    eventually(lambda: server.metric("smew_worker_lost_total") >= 1, what="the loss is counted")


def test_admin_disconnect_single_session(shop, workspace):
    stays, goes = workspace.connect(), workspace.connect()
    sessions = shop.rest.get(f"{workspace.path}/sessions")
    assert sessions["count"] == len(sessions["sessions"]) >= 2
    port = goes.info.socket and __import__("socket").socket(fileno=__import__("os").dup(goes.info.socket)).getsockname()[1]
    listed = [s for s in sessions["sessions"] if s.get("client_port") == port]
    assert len(listed) == 1
    session_id = listed[0]["session_id"]
    reply = shop.rest.delete(f"{workspace.path}/sessions/{session_id}", expect=200)
    assert reply == {"message": "Session disconnected", "session_id": session_id}
    assert farewell(goes) == ("57P01", "terminating connection due to administrator command")
    stays.cursor().execute("SELECT 1")
    stays.close()


def test_admin_disconnect_all_sessions(shop):
    workspace = shop.workspace("crowded")
    connections = [workspace.connect() for _ in range(3)]
    reply = shop.rest.post(f"{workspace.path}/disconnect-all")
    assert reply == {"message": "All sessions disconnected", "count": 3}
    assert {farewell(connection)[0] for connection in connections} == {"57P01"}


def test_disconnect_nonexistent_session(shop, workspace):
    shop.rest.delete(f"{workspace.path}/sessions/sess_0000000000000000", expect=404)


def test_disconnect_requires_auth(server, shop, workspace):
    import requests
    path = f"{server.url}{workspace.path}/sessions/sess_0000000000000000"
    assert requests.delete(path, timeout=60).status_code == 401
    read_key = shop.rest.post(f"{shop.path}/api-keys", {"description": "r", "scope": "project_read"}, expect=201)["api_key"]
    everybody = f"{server.url}{workspace.path}/disconnect-all"
    assert requests.post(everybody, timeout=60).status_code == 401
    session = workspace.connect()
    [listed] = [one for one in sessions(workspace) if one["backend_pid"] == session.info.backend_pid]
    for key in (read_key, server.project("nosy").key):
        headers = {"Authorization": f"Bearer {key}"}
        assert requests.delete(path.replace("sess_0000000000000000", listed["session_id"]), headers=headers, timeout=60).status_code == 403
        assert requests.post(everybody, headers=headers, timeout=60).status_code == 403
    # Nor is a session found under another workspace of the project.
    shop.rest.delete(f"{shop.workspace('elsewhere').path}/sessions/{listed['session_id']}", expect=404)
    session.cursor().execute("SELECT 1")
    session.close()


def _rss(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_ten_million_rows_to_a_slow_client_stay_out_of_memory(start_server):
    server = start_server("streaming", workspace_max_result_rows=0, workspace_max_result_bytes=0)
    workspace = server.project("stream").workspace()
    connection = workspace.connect()
    connection.cursor().execute("SELECT 1")
    worker = eventually(server.workers, what="the worker runs")[0]
    before = _rss(worker), _rss(server.process.pid)
    import socket
    raw = socket.socket(fileno=__import__("os").dup(connection.info.socket))
    sql = b"SELECT i, 'a text of some length ' || i, i * 2.5 FROM range(10000000) t(i)\0"
    raw.setblocking(True)
    raw.settimeout(60)
    raw.sendall(b"Q" + (len(sql) + 4).to_bytes(4, "big") + sql)
    peak, received, tail = 0, 0, b""
    started = time.monotonic()
    while received < 600_000_000:
        chunk = raw.recv(1 << 20 if received >= 20_000_000 else 1 << 18)
        received += len(chunk)
        if received < 20_000_000:
            time.sleep(0.05)  # a slow reader at first: the server must wait, not buffer
        peak = max(peak, _rss(worker) - before[0])
        tail = (tail + chunk)[-6:]
        if tail[:5] == b"Z\x00\x00\x00\x05":
            break
        assert time.monotonic() - started < 600
    assert received > 500_000_000
    assert peak < 64 * 1024, f"the worker grew by {peak} KiB"
    assert _rss(server.process.pid) - before[1] < 16 * 1024


def test_client_that_vanishes_ends_its_statement(server, workspace):
    connection = workspace.connect()
    raw_fd = connection.info.socket
    import socket
    sql = LONG.encode() + b"\0"
    raw = socket.socket(fileno=__import__("os").dup(raw_fd))
    raw.setblocking(True)
    raw.sendall(b"Q" + (len(sql) + 4).to_bytes(4, "big") + sql)
    raw.shutdown(socket.SHUT_RDWR)
    raw.close()
    port_sessions = lambda: workspace.project.rest.get(f"{workspace.path}/sessions")["count"]
    connection.close()
    eventually(lambda: port_sessions() == 0, 60, "the session is gone")
