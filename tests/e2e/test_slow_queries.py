"""Slow queries are found, with the plan of the run that was slow. (Seed, Task 3)"""

import http.server
import json
import threading

import psycopg2
import pytest
from smew_server import eventually

SLOW = "SELECT sum(sqrt(i) * sin(i)) FROM range(20000000) t(i)"


@pytest.fixture(scope="module")
def receiver():
    bodies = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server, bodies
    server.shutdown()


@pytest.fixture(scope="module")
def slow_server(start_server, receiver):
    return start_server("slow", slow_query_threshold_ms=50,
                        alert_webhook_url=f"http://127.0.0.1:{receiver[0].server_port}/")


@pytest.fixture(scope="module")
def slow_workspace(slow_server):
    return slow_server.project("slow").workspace()


def find(workspace, query):
    def look():
        listed = workspace.project.rest.get(f"{workspace.project.path}/slow-queries")
        return next((entry for entry in listed["slow_queries"] if entry["query"] == query), None)
    return eventually(look, 60, f"slow query {query!r}")


def operators(node):
    yield node
    for child in node.get("children", []):
        yield from operators(child)


def test_slow_query_detected(slow_server, slow_workspace, receiver):
    """Query over threshold triggers slow query log."""
    slow_workspace.query(SLOW)
    entry = find(slow_workspace, SLOW)
    assert entry["duration_ms"] > 50 and entry["status"] == "success" and entry["rows_returned"] == 1
    [event] = eventually(lambda: [e for e in slow_server.events("slow_query_detected") if e["query"] == SLOW], what="its line in the log")
    assert event["level"] == "warning" and event["duration_ms"] > 50 and event["query_hash"] == entry["query_hash"]
    assert slow_server.admin.get("/slow-queries")["slow_queries"][-1]["query_id"] == entry["query_id"]
    alert = eventually(lambda: next((b for b in receiver[1] if b["alert"] == "PGWireSlowQuery"), None), 60, "alert")
    assert alert["context"] == {**alert["context"], "project_id": "slow", "workspace_id": slow_workspace.id,
                                "session_id": entry["session_id"], "query_hash": entry["query_hash"]}
    assert alert["severity"] == "warning" and alert["value"] > 0.05


def test_slow_query_explain_captured(slow_workspace):
    """EXPLAIN ANALYZE is captured for slow queries: of the run itself, so also of writes, which run once."""
    plan = find_or_run(slow_workspace, SLOW)["plan"]
    by_name = {node.get("operator_name", "").strip(): node for node in operators(plan)}
    assert by_name["RANGE"]["operator_cardinality"] == 20_000_000
    assert sum(node.get("operator_timing", 0) for node in operators(plan)) > 0.02
    write = "CREATE TABLE written AS SELECT i, sin(i) AS s FROM range(5000000) t(i)"
    slow_workspace.query(write)
    entry = find(slow_workspace, write)
    assert entry["plan"] is not None and entry["peak_memory_bytes"] > 0
    insert = "INSERT INTO written SELECT i, cos(i) FROM range(5000000) t(i)"
    slow_workspace.query(insert)
    assert find(slow_workspace, insert)["rows_affected"] == 5_000_000
    assert slow_workspace.query("SELECT count(*) FROM written") == [(10_000_000,)]


def find_or_run(workspace, query):
    workspace.query(query)
    return find(workspace, query)


def test_slow_queries_that_fail_have_their_plan_too(slow_workspace):
    with slow_workspace.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 500")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.execute("SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)")
    entry = find(slow_workspace, "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)")
    assert entry["status"] == "timeout" and entry["sqlstate"] == "57014" and entry["plan"] is not None


def test_an_expensive_expression_over_few_values_has_its_plan_too(slow_workspace):
    """Nothing said that it would be slow, so the first run tells its plan without times, and later ones with them."""
    slow_workspace.query("CREATE TABLE few AS SELECT i, 'some text ' || i AS t FROM range(10) r(i)")
    dear = "SELECT sum(length(replace(repeat(t, 3000000 + i::int), 't', 'tt'))) FROM few WHERE i >= 0"
    with slow_workspace.connect() as connection, connection.cursor() as cursor:
        cursor.execute(dear)
        expected = cursor.fetchall()
        first = find(slow_workspace, dear)["plan"]
        assert first["untimed"] is True and "without times" in first["note"]
        nodes = list(operators(first))
        names = [node.get("operator_name", "").strip() for node in nodes]
        assert "SEQ_SCAN" in names and "UNGROUPED_AGGREGATE" in names, names
        assert not any("operator_timing" in node for node in nodes)
        scan = nodes[names.index("SEQ_SCAN")]
        assert "few" in scan["extra_info"]["Table"] and int(scan["extra_info"]["Estimated Cardinality"]) <= 10
        # The second run may get a plan that it shares with others, of which nothing is known yet.
        for _ in range(3):
            cursor.execute(dear)
            assert cursor.fetchall() == expected

    def plans():
        listed = slow_workspace.project.rest.get(f"{slow_workspace.project.path}/slow-queries")["slow_queries"]
        found = [entry["plan"] for entry in listed if entry["query"] == dear]  # the newest first
        return len(found) == 4 and found
    last = eventually(plans, 30, "the later runs")[0]
    assert "untimed" not in last and sum(node.get("operator_timing", 0) for node in operators(last)) > 0.02


def test_fast_query_no_explain(slow_server, slow_workspace):
    """Fast queries don't trigger EXPLAIN overhead."""
    slow_server.admin.patch("/query-audit", {"slow_query_threshold_ms": 60_000})  # what is fast on any machine
    before = slow_server.metric("pgwire_slow_queries_total")
    slow_workspace.query("SELECT 'fast'")
    slow_workspace.query(SLOW + " -- not so slow")
    slow_server.admin.patch("/query-audit", {"slow_query_threshold_ms": 50})
    find_or_run(slow_workspace, SLOW + " -- later")
    listed = {entry["query"] for entry in slow_workspace.project.rest.get(f"{slow_workspace.project.path}/slow-queries")["slow_queries"]}
    assert not listed & {"SELECT 'fast'", SLOW + " -- not so slow"}
    assert slow_server.metric("pgwire_slow_queries_total") == before + 1


def test_slow_query_metric_incremented(slow_server, slow_workspace):
    """Prometheus counter incremented for slow queries."""
    before = slow_server.metric("pgwire_slow_queries_total")
    slow_workspace.query(SLOW)
    eventually(lambda: slow_server.metric("pgwire_slow_queries_total") == before + 1, 60, "one more slow query")
    bounds = ["0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "+Inf"]
    for bound in bounds:
        assert f'pgwire_query_duration_seconds_bucket{{le="{bound}"}}' in slow_server.metrics()


def test_threshold_plan_and_text_can_be_changed_at_run_time(slow_server, slow_workspace):
    slow_server.admin.patch("/query-audit", {"slow_query_explain": False, "slow_query_log_full": False})
    slow_workspace.query(SLOW + " -- bare")
    [entry] = eventually(lambda: [e for e in slow_server.admin.get("/slow-queries")["slow_queries"] if e["query"] is None],
                         60, "an entry without a text")
    assert entry["plan"] is None and entry["query_hash"].startswith("sha256:")
    slow_server.admin.patch("/query-audit", {"slow_query_threshold_ms": 0})
    before = slow_server.metric("pgwire_slow_queries_total")
    slow_workspace.query(SLOW)
    slow_server.admin.patch("/query-audit", {"slow_query_threshold_ms": 50, "slow_query_explain": True,
                                             "slow_query_log_full": True})
    find_or_run(slow_workspace, SLOW + " -- again")
    assert slow_server.metric("pgwire_slow_queries_total") == before + 1


def test_projects_see_their_own_only(slow_server, slow_workspace):
    other = slow_server.project("other")
    assert other.rest.get("/projects/other/slow-queries")["slow_queries"] == []
    other.rest.get("/projects/slow/slow-queries", expect=403)
    other.rest.get("/slow-queries", expect=403)


def test_explain_analyze_is_text_unless_another_format_is_asked_for(workspace):
    with workspace.connect() as connection, connection.cursor() as cursor:
        for statement in ("EXPLAIN ANALYZE SELECT 42", "EXPLAIN (ANALYZE) SELECT 42", "EXPLAIN (ANALYZE, FORMAT TEXT) SELECT 42"):
            cursor.execute(statement)
            lines = "\n".join(line for line, in cursor.fetchall())
            assert "Total Time" in lines and "PROJECTION" in lines and "{" not in lines, lines
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) SELECT 42")
        assert cursor.fetchone()[0]["children"]
