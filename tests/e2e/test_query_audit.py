"""Every statement through every protocol leaves a record. (Seed, Task 2)"""

import json
import os
import signal
import statistics
import time

import psycopg
import psycopg2
import pytest
import requests
from smew_server import eventually, whole_lines
from websocket_client import Socket

SEED_FIELDS = ["event", "timestamp", "workspace_id", "project_id", "session_id", "query_id", "username", "client_ip", "query",
               "query_hash", "duration_ms", "rows_returned", "bytes_returned", "status", "error"]


class Audit:
    """What a server has written of one workspace."""

    def __init__(self, server, workspace):
        self.server, self.workspace = server, workspace

    def all(self):
        files = sorted(self.files(), reverse=True)
        lines = [json.loads(line) for file in files for line in self.lines(file)]
        return [line for line in lines if line["workspace_id"] == self.workspace.id]

    def files(self):
        return list((self.server.data_dir / "log").glob("query-audit.jsonl*"))

    @staticmethod
    def lines(file):
        try:
            return whole_lines(file)
        except FileNotFoundError:  # the server has given it its next name meanwhile
            return []

    def find(self, query):
        return [line for line in self.all() if line["query"] == query]

    def wait(self, query, count=1):
        return eventually(lambda: (found := self.find(query)) and len(found) >= count and found, 60, f"record of {query!r}")


@pytest.fixture(scope="module")
def audited(start_server):
    return start_server("audit")


@pytest.fixture(scope="module")
def audit(audited):
    return Audit(audited, audited.project("audited").workspace())


def test_query_logged_on_success(audit):
    """Successful query is logged with all fields."""
    sql = "SELECT i, 'x' || i FROM range(1500) t(i)"
    assert len(audit.workspace.query(sql)) == 1500
    [record] = audit.wait(sql)
    assert list(record) == SEED_FIELDS
    assert record["event"] == "query_executed"
    assert record["project_id"] == "audited"
    assert record["username"] == audit.workspace.connection["username"]
    assert record["client_ip"] == "127.0.0.1"
    assert record["session_id"].startswith("sess_") and record["query_id"].startswith(record["session_id"] + "-")
    assert record["query_hash"].startswith("sha256:") and len(record["query_hash"]) == 71
    assert record["status"] == "success" and record["error"] is None
    assert record["rows_returned"] == 1500
    assert 1500 * 12 < record["bytes_returned"] < 1500 * 40
    assert 0 < record["duration_ms"] < 60_000


def test_query_logged_on_error(audit):
    """Failed query is logged with error details."""
    with pytest.raises(psycopg2.Error):
        audit.workspace.query("SELECT nothing FROM nowhere")
    [record] = audit.wait("SELECT nothing FROM nowhere")
    assert record["status"] == "error" and "nowhere" in record["error"] and record["rows_returned"] == 0
    for sql in ("SELEKT 1", "CREATE ROLE somebody", "SELECT * FROM read_csv('/etc/passwd')"):
        with pytest.raises(psycopg2.Error):
            audit.workspace.query(sql)
        assert audit.wait(sql)[0]["status"] == "error", sql


def test_cancelled_and_timed_out_queries_are_logged(audit):
    slow = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)"
    connection = audit.workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.QueryCanceled):
        cursor.execute("SET statement_timeout = 300")
        cursor.execute(slow)
    assert audit.wait(slow)[0]["status"] == "timeout"
    sessions = f"{audit.workspace.path}/sessions"
    rest = audit.workspace.project.rest
    with psycopg.connect(**psycopg3(audit.workspace), autocommit=True) as other:
        import threading
        ended = []

        def run():
            try:
                other.execute(slow + " -- cancelled")
            except psycopg.Error as error:
                ended.append(error.sqlstate)

        thread = threading.Thread(target=run)
        thread.start()
        [active] = eventually(lambda: [s for s in rest.get(sessions)["sessions"] if s["state"] == "active"], 60, "active")
        rest.post(f"{sessions}/{active['session_id']}/cancel")
        thread.join(30)
        assert ended == ["57014"]
    assert audit.wait(slow + " -- cancelled")[0]["status"] == "cancelled"


def psycopg3(workspace):
    return workspace.parameters()


def test_parts_of_a_message_copy_and_prepared_statements(audit):
    with psycopg.connect(**psycopg3(audit.workspace), autocommit=True) as connection:
        connection.execute("CREATE TABLE parts (a INT); INSERT INTO parts VALUES (1), (2); SELECT count(*) FROM parts")
        for part in ("CREATE TABLE parts (a INT)", "INSERT INTO parts VALUES (1), (2)", "SELECT count(*) FROM parts"):
            assert audit.wait(part)[0]["status"] == "success", part
        for number in (7, 8, 9):
            connection.execute("SELECT a, %s::int FROM parts", (number,), prepare=True).fetchall()
        records = audit.wait("SELECT a, $1::int FROM parts", 3)
        assert [record["rows_returned"] for record in records] == [2, 2, 2]
        assert len({record["bytes_returned"] for record in records}) == 1
        with connection.cursor().copy("COPY parts FROM STDIN") as copy:
            copy.write("3\n4\n5\n")
        assert audit.wait("COPY parts FROM STDIN")[0]["status"] == "success"
        with connection.cursor().copy("COPY parts TO STDOUT") as copy:
            rows = len(list(copy.rows()))
        assert audit.wait("COPY parts TO STDOUT")[0]["rows_returned"] == rows == 5
        connection.execute("SET application_name = 'x'")
        assert audit.wait("SET application_name = 'x'")


def test_every_door_is_logged(audit):
    """REST with a key and with the workspace's own password, and the WebSocket, which the console uses."""
    path, user = audit.workspace.path + "/query", audit.workspace.connection
    url = audit.server.url + path
    audit.workspace.project.rest.request("POST", path, 200, json={"sql": "SELECT 1 AS by_key"})
    assert requests.post(url, json={"sql": "SELECT 1 AS by_password"}, auth=(user["username"], user["password"]), timeout=60).status_code == 200
    with Socket(audit.server) as socket:
        socket.log_in(audit.workspace)
        socket.send("query", id="q", sql="SELECT 1 AS by_socket")
        socket.answer("q")
        for door in ("key", "password", "socket"):
            [record] = audit.wait(f"SELECT 1 AS by_{door}")
            assert record["status"] == "success" and record["rows_returned"] == 1 and record["session_id"].startswith("sess_")


def test_refused_statements_are_logged(audit):
    """By the gate, by the parser, in a failed transaction, and over a limit."""
    rest = audit.workspace.project.rest
    rest.patch(audit.workspace.path, {"limits": {"max_result_rows": 10}})
    refused = {"ATTACH '/etc/passwd' AS stolen": "42501", "SELEC 1 AS typo": "42601", "SELECT i AS too_many FROM range(11) t(i)": "54000"}
    connection = audit.workspace.connect()
    with connection.cursor() as cursor:
        eventually(lambda: cursor.execute("SHOW smew.max_result_rows") or cursor.fetchone() == ("10",), 60, "the limit in the worker")
        for sql, code in refused.items():
            with pytest.raises(psycopg2.Error) as error:
                cursor.execute(sql)
            assert error.value.pgcode == code, sql
            [record] = audit.wait(sql)
            assert record["status"] == "error" and record["error"], record
            with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
                cursor.execute(f"SELECT 'after {code}'")
            assert audit.wait(f"SELECT 'after {code}'")[0]["status"] == "error"
            connection.rollback()
    connection.close()
    rest.patch(audit.workspace.path, {"limits": {"max_result_rows": None}})


def test_the_log_is_json_with_ids(audit):
    """What ties lines together: the request's id, which the client gave or got, the session's and the statement's."""
    reply = audit.workspace.project.rest.request("GET", audit.workspace.path, 200, headers={"X-Request-ID": "of-the-client-1"})
    assert reply.headers["X-Request-ID"] == "of-the-client-1"
    [request] = eventually(lambda: [e for e in audit.server.events("http_request") if e["request_id"] == "of-the-client-1"], 60, "its line")
    assert request["status"] == 200 and request["route"].endswith("/workspaces/{workspace}")
    sql = "SELECT sum(sqrt(i)) AS slow FROM range(5000000) t(i)"
    threshold = audit.server.admin.get("/query-audit")["slow_query_threshold_ms"]
    audit.server.admin.patch("/query-audit", {"slow_query_threshold_ms": 1})
    audit.workspace.query(sql)
    audit.server.admin.patch("/query-audit", {"slow_query_threshold_ms": threshold})
    [record] = audit.wait(sql)
    [slow] = eventually(lambda: [e for e in audit.server.events("slow_query_detected") if e["query"] == sql], 60, "the slow statement's line")
    assert slow["query_id"] == record["query_id"] and slow["session_id"] == record["session_id"]
    assert record["session_id"] in [e["session_id"] for e in audit.server.events("connection_authenticated")]
    assert all(json.loads(line)["event"] for line in list(audit.server.log)), "every line is JSON"


def test_every_statement_is_logged_once(audit):
    """Also when there are many and the server ends at once behind them."""
    connection = audit.workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for number in range(2000):
            cursor.execute(f"SELECT {number} AS many")
    connection.close()
    texts = eventually(lambda: (found := [r["query"] for r in audit.all() if (r["query"] or "").endswith(" AS many")])
                       and len(found) >= 2000 and found, 60, "2000 records")
    assert texts == [f"SELECT {number} AS many" for number in range(2000)]
    assert audit.server.metric("smew_query_records_dropped_total") == 0


def test_a_killed_worker_loses_no_record(audited):
    """Not even those of its last millisecond: statements that were answered are in the audit."""
    audit = Audit(audited, audited.project("killed").workspace())
    before = set(audited.workers())
    connection = audit.workspace.connect()
    connection.autocommit = True
    [worker] = set(audited.workers()) - before
    with connection.cursor() as cursor:
        for number in range(500):
            cursor.execute("SELECT 'last words'" if number % 5 else f"SELECT {number} AS number")
        os.kill(worker, signal.SIGKILL)
    connection.close()
    # 400 that repeat each other, 100 that do not.
    audit.wait("SELECT 'last words'", 400)
    assert len({record["query_id"] for record in audit.find("SELECT 'last words'")}) == 400
    assert [len(audit.find(f"SELECT {number} AS number")) for number in range(0, 500, 5)] == [1] * 100


def test_repeated_statements_have_records_of_their_own(audit):
    """What they share is written once on the way, but each has its number, time, rows and bytes."""
    with audit.workspace.connect() as connection, connection.cursor() as cursor:
        for _ in range(60):
            cursor.execute("SELECT length('same')")
            cursor.execute("SELECT 1 AS between")
            cursor.execute("SELECT i FROM range((random() * 0)::int + 3) t(i)")
    records = audit.wait("SELECT length('same')", 60)
    numbers = [int(record["query_id"].rsplit("-", 1)[1]) for record in records]
    assert len(set(numbers)) == 60 and numbers == sorted(numbers)
    assert all(list(record) == SEED_FIELDS and record["rows_returned"] == 1 for record in records)
    assert [record["timestamp"] for record in records] == sorted(record["timestamp"] for record in records)
    assert len({(record["query_hash"], record["session_id"]) for record in records}) == 1
    assert all(record["rows_returned"] == 3 for record in audit.wait("SELECT i FROM range((random() * 0)::int + 3) t(i)", 60))


def test_query_sanitization_structure_mode(start_server):
    """In structure mode, VALUES are replaced with placeholders."""
    server = start_server("audit-structure", query_audit_mode="structure")
    audit = Audit(server, server.project("p").workspace())
    audit.workspace.query("CREATE TABLE x (a INT, b TEXT, c DOUBLE)")
    audit.workspace.query("INSERT INTO x VALUES (4711, 'planted-secret', 0.5)")
    audit.wait("INSERT INTO x VALUES (?, ?, ?)")
    for sql in ("SELECT 'planted-secret'::int", "SELECT 'it's planted-secret'", "SELECT * FROM x WHERE a = 'planted-secret'"):
        with pytest.raises(psycopg2.Error):
            audit.workspace.query(sql)
    audit.wait("SELECT ...")
    audit.wait("SELECT ?::int")
    [record] = audit.wait("SELECT * FROM x WHERE a = ?")
    assert record["error"] == "invalid_text_representation"
    assert "planted-secret" not in (server.data_dir / "log/query-audit.jsonl").read_text()
    assert "4711" not in "".join(str(r["query"]) for r in audit.all())


def test_query_truncation(start_server):
    """Long queries are truncated to max_length."""
    server = start_server("audit-truncation", query_audit_max_length=50)
    audit = Audit(server, server.project("p").workspace())
    sql = "SELECT '" + "é" * 200_000 + "'"
    audit.workspace.query(sql)
    [record] = audit.wait(sql[:len("SELECT '") + 21])
    assert len(record["query"].encode()) == 50
    assert record["bytes_returned"] > 400_000


def test_audit_disabled(start_server):
    """When disabled, queries are not logged; it can be turned on and off while the server runs."""
    server = start_server("audit-disabled", query_audit_enabled="false")
    audit = Audit(server, server.project("p").workspace())
    audit.workspace.query("SELECT 'while off'")
    state = server.admin.patch("/query-audit", {"query_audit_enabled": True, "query_audit_mode": "hash_only"})
    assert state["query_audit_enabled"] is True and state["query_audit_mode"] == "hash_only"
    audit.workspace.query("SELECT 'hidden'")
    eventually(lambda: [r for r in audit.all() if r["query"] is None], 60, "a record without a text")
    server.admin.patch("/query-audit", {"query_audit_mode": "full"})
    audit.workspace.query("SELECT 'while on'")
    audit.wait("SELECT 'while on'")
    server.admin.patch("/query-audit", {"query_audit_enabled": False})
    audit.workspace.query("SELECT 'off again'")
    assert server.stop() == 0
    assert [r["query"] for r in audit.all()] == [None, "SELECT 'while on'"]
    assert server.process.returncode == 0


def test_audit_costs_less_than_5_ms_a_query(start_server):
    """Turns with and without it, so that both meet the same machine. What it does cost: docs/benchmarks.md."""
    server = start_server("audit-cost")
    workspace = server.project("cost").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    times = {True: [], False: []}
    with connection.cursor() as cursor:
        for turn in range(10):
            enabled = turn % 2 == 0
            server.admin.patch("/query-audit", {"query_audit_enabled": enabled})
            for _ in range(50):
                begun = time.perf_counter()
                cursor.execute("SELECT 1")
                times[enabled].append((time.perf_counter() - begun) * 1000)
    connection.close()
    cost = statistics.median(times[True]) - statistics.median(times[False])
    print(f"audit: {cost * 1000:.0f} us a query (medians of {len(times[True])})")
    assert cost < 5


def test_files_rotate(start_server):
    server = start_server("audit-rotation", query_audit_file_max_bytes=20_000, query_audit_file_count=3)
    audit = Audit(server, server.project("p").workspace())
    with psycopg2.connect(**audit.workspace.parameters()) as connection, connection.cursor() as cursor:
        for batch in range(4):
            for number in range(50):
                cursor.execute(f"SELECT {batch * 50 + number} AS rotating")
            audit.wait(f"SELECT {batch * 50 + 49} AS rotating")
    connection.close()
    # A reader may come between two renames of the server: what counts is where it ends.
    eventually(lambda: len(audit.files()) == 3, 60, "three files of the audit")


def test_a_full_disk_costs_records_and_no_query(start_server):
    server = start_server("audit-full", query_audit_file="/dev/full")
    workspace = server.project("p").workspace()
    assert workspace.query("SELECT 1") == [(1,)]
    eventually(lambda: server.metric("smew_query_records_dropped_total") > 0, 60, "dropped records")
    assert workspace.query("SELECT 2") == [(2,)]
    eventually(lambda: server.events("query_audit_not_written"), what="its line in the log")
    assert len(server.events("query_audit_not_written")) == 1
