"""The query log over REST and, for the admin, over the PostgreSQL protocol; and what docs/query-audit.md shows."""

import os
import subprocess
import time

import psycopg2
import pytest
from smew_server import ADMIN_KEY, eventually
from test_docs import blocks

PAGE = "docs/query-audit.md"


@pytest.fixture(scope="module")
def logged(start_server):
    return start_server("query-log", query_log_enabled="true", query_log_flush_seconds=1, slow_query_threshold_ms=50)


@pytest.fixture(scope="module")
def workspace(logged):
    workspace = logged.project("logged").workspace()
    for number in range(25):
        workspace.query(f"SELECT {number} AS numbered")
    with pytest.raises(psycopg2.Error):
        workspace.query("SELECT nothing FROM nowhere")
    workspace.query("SELECT 'tab\t, newline\n, back\\slash and ''quote''' AS odd")
    workspace.query("SELECT sum(sqrt(i) * sin(i)) FROM range(20000000) t(i)")
    return workspace


def search(rest, path, **filters):
    return rest.get(path, params=filters)


def wait(rest, path, count, **filters):
    return eventually(lambda: (page := search(rest, path, **filters))["count"] >= count and page, 60, f"{count} records")


def test_filters_and_pages(logged, workspace):
    admin = logged.admin
    page = wait(admin, "/query-log", 25, contains="AS NUMBERED", workspace=workspace.id)
    assert [q["query"] for q in page["queries"]] == [f"SELECT {n} AS numbered" for n in range(24, -1, -1)]
    assert {q["query_hash"] for q in page["queries"]} == {page["queries"][0]["query_hash"]}
    assert search(admin, "/query-log", query_hash=page["queries"][0]["query_hash"])["count"] == 25
    seen, before = [], {}
    while True:
        part = search(admin, "/query-log", contains="AS numbered", workspace=workspace.id, limit=10, **before)
        seen += [q["query"] for q in part["queries"]]
        if part["next_before"] is None:
            break
        before = {"before": part["next_before"]}
    assert seen == [f"SELECT {n} AS numbered" for n in range(24, -1, -1)]
    [failed] = wait(admin, "/query-log", 1, status="error")["queries"]
    assert failed["sqlstate"] == "42P01" and "nowhere" in failed["error"] and failed["project_id"] == "logged"
    assert wait(admin, "/query-log", 1, contains="tab\t, newline")["queries"][0]["query"].endswith("''quote''' AS odd")
    [slow] = wait(admin, "/query-log", 1, slow="true", contains="sum(sqrt")["queries"]
    assert slow["plan"]["children"] and slow["duration_ms"] > 50
    assert search(admin, "/query-log", min_duration_ms=50)["count"] >= 1
    assert search(admin, "/query-log", until=slow["started_at"], contains="sum(sqrt")["count"] == 0
    assert search(admin, "/query-log", since=slow["started_at"], contains="sum(sqrt")["count"] == 1
    assert search(admin, "/query-log", user="nobody'; DROP TABLE query_log; --")["count"] == 0
    assert search(admin, "/query-log", session=slow["session_id"])["count"] >= 1


def test_a_project_sees_its_own_only(logged, workspace):
    other = logged.project("quiet")
    wait(workspace.project.rest, "/projects/logged/query-log", 25)
    assert search(other.rest, "/projects/quiet/query-log")["count"] == 0
    other.rest.get("/projects/logged/query-log", expect=403)
    other.rest.get("/query-log", expect=403)


def connect_admin(server, **changes):
    return psycopg2.connect(**{"host": server.pg_host, "port": server.pg_port, "dbname": "smew_admin", "user": "smew_admin",
                               "password": ADMIN_KEY, "sslmode": "disable", "connect_timeout": 20, **changes})


def test_the_admin_reads_it_in_sql_and_changes_nothing(logged, workspace):
    wait(logged.admin, "/query-log", 25, contains="AS numbered")
    connection = connect_admin(logged)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()::text, count(*) FROM query_log WHERE query LIKE '% AS numbered'")
        assert cursor.fetchone() == ("smew_admin", 25)
        def slow():
            cursor.execute("SELECT count(*) FROM slow_queries")
            return cursor.fetchone()[0]
        assert eventually(slow, 60, "a slow query") >= 1
        cursor.execute("SELECT value FROM settings WHERE name = 'query_log_enabled'")
        assert cursor.fetchone() == ("true",)
        cursor.execute("SELECT value FROM settings WHERE name = 'admin_key'")
        assert cursor.fetchone() == ("***",)
        with workspace.connect(application_name="seen") as client:
            def listed():
                cursor.execute("SELECT workspace_id FROM sessions WHERE application_name = 'seen' AND state = 'idle'")
                return cursor.fetchall()
            assert eventually(listed, 60, "the session in sessions") == [(workspace.id,)]
        client.close()
        cursor.execute("SELECT running FROM workspaces WHERE workspace_id = %s", (workspace.id,))
        assert cursor.fetchone() == (True,)
        for change in ("DELETE FROM query_log", "DROP TABLE query_log", "CREATE TABLE x (a INT)",
                       "INSERT INTO settings VALUES ('a', 'b', 'c', 'd')", "BEGIN READ WRITE; DELETE FROM query_log",
                       "SET default_transaction_read_only = off; DELETE FROM query_log"):
            with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                cursor.execute(change)
            cursor.execute("ROLLBACK")
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect_admin(logged, password="wrong")


def test_the_log_survives_a_restart(logged, workspace):
    wait(logged.admin, "/query-log", 25, contains="AS numbered")
    assert logged.stop() == 0
    logged.start()
    assert search(logged.admin, "/query-log", contains="AS numbered", workspace=workspace.id)["count"] == 25


def log_file(server):
    return next(path for path in server.data_dir.rglob("*.duckdb") if "query_log" in tables_of(path))


def tables_of(path):
    import duckdb
    with duckdb.connect(str(path), read_only=True) as database:
        return {name for [name] in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_old_records_go(start_server):
    import duckdb
    server = start_server("retention", query_log_enabled="true", query_log_flush_seconds=1, query_log_retention_days=3)
    workspace = server.project("old").workspace()
    for number in range(3):
        workspace.query(f"SELECT {number} AS aged")
    wait(server.admin, "/query-log", 3, contains="AS aged")
    assert server.stop() == 0
    with duckdb.connect(str(log_file(server))) as database:
        database.execute("UPDATE query_log SET started_at = started_at - INTERVAL 80 HOUR WHERE query LIKE 'SELECT 1%'")
        database.execute("UPDATE query_log SET started_at = started_at - INTERVAL 60 HOUR WHERE query LIKE 'SELECT 2%'")
    server.start()
    workspace.query("SELECT 'wakes it'")

    def left():
        return [q["query"] for q in search(server.admin, "/query-log", contains="AS aged")["queries"]]
    eventually(lambda: len(left()) == 2, 60, "the oldest is gone")
    assert sorted(left()) == ["SELECT 0 AS aged", "SELECT 2 AS aged"]


def test_a_log_that_is_too_large_loses_its_oldest(start_server):
    import random
    server = start_server("pruning", query_log_enabled="true", query_log_flush_seconds=1, query_log_max_bytes="10MB")
    workspace = server.project("large").workspace()
    letters, generator = "abcdefghijklmnopqrstuvwxyz0123456789", random.Random(1)
    connection = workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for number in range(3000):
            cursor.execute(f"SELECT {number} -- " + "".join(generator.choices(letters, k=9000)))
    connection.close()
    assert eventually(lambda: server.events("query_log_shortened"), 120, "the log is shortened")[0]["done"], server.events("query_log_shortened")[0]["error"]
    eventually(lambda: search(server.admin, "/query-log", workspace=workspace.id, limit=1)["queries"][0]["query"].startswith("SELECT 2999 "),
               what="the newest statement")
    assert search(server.admin, "/query-log", contains="SELECT 0 -- ")["count"] == 0
    assert server.metric("smew_query_records_dropped_total") == 0


def test_without_the_log_it_says_how_to_turn_it_on(server):
    reply = server.admin.request("GET", "/query-log")
    assert reply.status_code == 409 and "--query-log-enabled=true" in reply.text
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect_admin(server)


@pytest.mark.parametrize("number", range(len(blocks(PAGE, "bash"))))
def test_shell_of_the_page(logged, workspace, number):
    script = blocks(PAGE, "bash")[number].replace("http://localhost:8000", logged.url).replace("curl -sS", "curl -sSf")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env={**os.environ, "ADMIN_KEY": ADMIN_KEY},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("{"), done.stderr
    logged.admin.patch("/query-audit", {"query_audit_mode": "full"})


def test_sql_of_the_page(logged, workspace):
    connection = connect_admin(logged)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in blocks(PAGE, "sql")[0].split(";"):
            if statement.strip():
                cursor.execute(statement)
                cursor.fetchall()
    connection.close()
