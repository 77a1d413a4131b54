"""What a receiver may do to the client: limit it, hang up on it, be away. With a receiver that does what the test says.

Where else the acceptance list of error monitoring is tested: forms of Retry-After, unknown categories, refusals, throwing
hooks, sampling within its deviation in src/sentry and src/tracing; secrets on the wire in test_sentry.py and, for
statements by each door, test_statement_reports.py; the round trip with Python's SDK, crash, hanging receiver in
test_sentry.py; grouping and other items in test_receivers.py; the cost of a capture in `make bench-capture`; Prometheus
and Alertmanager in test_monitoring.py."""

import socket
import threading

import pytest
from sentry_sink import PATIENT, Sink
from smew_server import eventually

RATES = {"sentry_api_sample_rate": 1, "sentry_traces_sample_rate": 1, "sentry_health_sample_rate": 0,
         "sentry_check_ins": "false", **PATIENT}


@pytest.fixture
def sink():
    sink = Sink()
    yield sink
    sink.close()


def traced(sink, route):
    return [one for one in sink.of("transaction") if one["transaction"] == route]


def test_a_limit_told_with_a_200_holds_for_its_category_alone(start_server, sink):
    server = start_server("accept-limits", sentry_dsn=sink.dsn, sentry_statement_errors="all", **RATES)
    sink.reply = (200, {"X-Sentry-Rate-Limits": "600:transaction:key, 600:feedback:organization, 600:something_new:key"})
    server.admin.get("/projects")
    eventually(lambda: traced(sink, "GET /projects"), 60, "the transaction that is told of the limit")
    workspace = server.project("p").workspace()
    for number in range(5):
        with pytest.raises(Exception):
            workspace.query(f"SELECT * FROM nowhere_{number}")
    eventually(lambda: len(sink.of("event")) == 5, 60, "errors, which are not limited")
    server.stop()
    assert len(traced(sink, "GET /projects")) == 1 and not traced(sink, "POST /projects")
    lost = [entry for report in sink.of("client_report") for entry in report["discarded_events"]]
    limited = {category: sum(entry["quantity"] for entry in lost if (entry["reason"], entry["category"]) ==
                             ("ratelimit_backoff", category)) for category in ("transaction", "span", "error")}
    assert limited["transaction"] >= 2 and limited["span"] > limited["transaction"] and limited["error"] == 0


def test_a_429_is_not_sent_again_and_stops_everything(start_server, sink):
    server = start_server("accept-429", sentry_dsn=sink.dsn, **RATES)
    sink.reply = (429, {"Retry-After": "600"})
    server.admin.get("/projects")
    eventually(lambda: sink.requests, 60, "a first request")
    for _ in range(5):
        server.admin.get("/projects")
    server.stop()
    assert [one["transaction"] for one in sink.of("transaction")] == ["GET /projects"]
    assert not list((server.data_dir / "sentry").glob("*.envelope"))


def test_what_an_outage_kept_comes_in_its_own_time(start_server, sink):
    server = start_server("accept-outage", sentry_dsn=sink.dsn, **RATES)
    sink.go_offline()
    for _ in range(4):
        server.admin.get("/projects")
    spool = server.data_dir / "sentry"
    eventually(lambda: len(list(spool.glob("*.envelope"))) >= 4, 60, "four envelopes on disk")
    sink.come_back()
    eventually(lambda: len(traced(sink, "GET /projects")) >= 4, 60, "what was kept")
    eventually(lambda: not list(spool.glob("*.envelope")), 60, "an empty spool")
    server.stop()
    times = [time for time, _, _, body in sink.requests if b'"GET /projects"' in body]
    assert all(later - earlier >= 0.1 for earlier, later in zip(times, times[1:])), times


def test_a_receiver_that_hangs_up_is_asked_again(start_server, sink):
    """The connection is reset in the middle of the request: nobody knows whether it arrived, so it comes again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def hang_up():
            for _ in range(2):
                connection, _ = listener.accept()
                connection.recv(100)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
        rude = threading.Thread(target=hang_up)
        rude.start()
        port = listener.getsockname()[1]
        server = start_server("accept-reset", sentry_dsn=f"http://public@127.0.0.1:{port}/42", **RATES)
        server.admin.get("/projects")
        rude.join(60)
        assert not rude.is_alive()
    sink.go_offline()
    sink._start(port)
    eventually(lambda: traced(sink, "GET /projects"), 60, "what was sent twice in vain")
    server.stop()


def test_a_burst_of_errors_holds_up_nobody_and_is_bounded(start_server, sink):
    server = start_server("accept-burst", sentry_dsn=sink.dsn, sentry_statement_errors="all", sentry_queue_errors=50, **RATES)
    sink.hold.clear()
    workspace = server.project("p").workspace()
    connection = workspace.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        for _ in range(1000):
            with pytest.raises(Exception):
                cursor.execute("SELECT * FROM nowhere")
        cursor.execute("SELECT 1")
    connection.close()
    sink.hold.set()
    server.stop()
    told = sum(entry["quantity"] for report in sink.of("client_report") for entry in report["discarded_events"]
               if (entry["reason"], entry["category"]) == ("queue_overflow", "error"))
    assert 0 < len(sink.of("event")) < 1000
    assert len(sink.of("event")) + told == 1000
