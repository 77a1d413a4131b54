"""Alerts reach a real receiver: payload, signature, rate limit, retries, the end of a condition. (Seed, Task 4)"""

import hashlib
import hmac
import http.server
import json
import resource
import threading

import psycopg2
import pytest
from smew_server import eventually

SECRET = "webhook-secret"


class Receiver:
    """An HTTP server that keeps what it is sent; `failures` requests are answered 503 first."""

    def __init__(self, failures=0):
        self.received, self.failures = [], failures
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append((self.path, dict(self.headers), body))
                outer.failures -= 1
                self.send_response(503 if outer.failures >= 0 else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self, alert=None):
        bodies = [json.loads(body) for _, _, body in list(self.received)]
        return [body for body in bodies if alert in (None, body.get("alert"))]

    def wait_for(self, alert, status="firing", seconds=60):
        return eventually(lambda: next((body for body in self.bodies(alert) if body["status"] == status), None), seconds,
                          f"{alert} {status}")


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


def test_brute_force_is_told_with_signature_and_context(start_server, receiver):
    server = start_server("alerts-logins", alert_webhook_url=receiver.url + "/hook", alert_auth_failures=3,
                          alert_webhook_secret=SECRET, alert_webhook_headers='{"X-Team": "data"}', alert_instance="duckdb-api-1",
                          alert_window_seconds=10)
    workspace = server.project("guessed").workspace()
    for _ in range(3):
        with pytest.raises(psycopg2.OperationalError):
            workspace.connect(password="guess")
    body = receiver.wait_for("PGWireAuthFailures")
    assert body["severity"] == "critical"
    assert body["labels"] == {"service": "pgwire", "instance": "duckdb-api-1"}
    assert body["context"] == {"project_id": "guessed", "project_name": "guessed", "client_ip": "127.0.0.1",
                               "username": workspace.connection["username"]}
    path, headers, raw = receiver.received[0]
    assert path == "/hook" and headers["X-Team"] == "data" and headers["Content-Type"] == "application/json"
    expected = hmac.new(SECRET.encode(), headers["X-Smew-Timestamp"].encode() + b"." + raw, hashlib.sha256).hexdigest()
    assert headers["X-Smew-Signature"] == "sha256=" + expected
    receiver.wait_for("PGWireAuthFailures", "resolved")  # the window passes


def test_error_rate_of_a_workspace(start_server, receiver):
    server = start_server("alerts-errors", alert_webhook_url=receiver.url, alert_error_rate_min_queries=10)
    workspace = server.project("broken").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for _ in range(20):
            with pytest.raises(psycopg2.Error):
                cursor.execute("SELECT * FROM no_such_table")
    body = receiver.wait_for("PGWireHighErrorRate")
    assert body["summary"] == "PG Wire error rate > 5%"
    assert body["value"] > 0.9
    assert body["context"]["workspace_id"] == workspace.id and body["context"]["project_name"] == "broken"
    connection.close()


def test_test_alert_history_and_retries(start_server, receiver):
    receiver.failures = 1
    server = start_server("alerts-test", alert_webhook_url=receiver.url)
    sent = server.admin.post("/alerts/test", expect=202)
    assert sent["message"] == "Test alert sent" and sent["webhooks"] == 1
    alert = eventually(lambda: (lambda a: a if a["deliveries"][0]["status"] != "waiting" else None)(
        server.admin.get(f"/alerts/{sent['id']}")), 60, "delivery")
    assert alert["deliveries"] == [{"webhook": receiver.url, "status": "delivered", "attempts": 2, "error": None}]
    assert server.admin.get("/alerts")["alerts"][0] == alert
    assert server.project("p").rest.request("GET", "/alerts").status_code == 403
    assert server.admin.request("GET", "/alerts/999").status_code == 404


def test_a_front_that_does_not_answer_is_told(start_server, receiver):
    """Without a free descriptor nobody can connect; those who are connected stay."""
    server = start_server("alerts-down", alert_webhook_url=receiver.url, alert_instance="duckdb-api-1")
    workspace = server.project("p").workspace()
    connection = workspace.connect()
    known = server.admin.get("/alerts?limit=1")  # over a connection that is kept
    limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        alert = eventually(lambda: server.admin.get("/alerts?limit=1")["alerts"], 60, "the alert")[0]
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
    assert known["alerts"] == [] and alert["alert"] == "PGWireServerDown" and alert["severity"] == "critical"
    assert alert["context"] == {} and "open files" in alert["description"]
    receiver.wait_for("PGWireServerDown", "resolved")
    assert receiver.bodies("PGWireServerDown")[0]["labels"]["instance"] == "duckdb-api-1"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()
    assert workspace.query("SELECT 1") == [(1,)]


def test_without_a_webhook_alerts_are_kept_and_logged(start_server):
    server = start_server("alerts-kept")
    sent = server.admin.post("/alerts/test", expect=202)
    assert sent["webhooks"] == 0
    assert server.admin.get("/alerts")["alerts"][0]["alert"] == "SmewTestAlert"
    assert eventually(lambda: server.events("alert"))[0]["alert"] == "SmewTestAlert"


def test_statements_that_have_become_slow(start_server, receiver):
    server = start_server("alerts-latency", alert_webhook_url=receiver.url, alert_error_rate_min_queries=10,
                          alert_latency_p95_ms=1)
    workspace = server.project("slow").workspace()
    connection = workspace.connect()
    with connection.cursor() as cursor:
        for number in range(12):
            cursor.execute(f"SELECT sum(sqrt(i)) FROM range({2_000_000 + number}) t(i)")  # some milliseconds
    body = receiver.wait_for("PGWireHighLatency")
    assert body["severity"] == "warning" and body["context"]["workspace_id"] == workspace.id
    assert "the limit is 0.001 s" in body["description"] and body["value"] > 0.001
    connection.close()
