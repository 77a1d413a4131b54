"""Errors and traces leave for Sentry as its own ingestion wants them, and nothing that must stay does."""

import contextlib
import ctypes
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
from sentry_sink import PATIENT, Sink
from smew_server import ADMIN_KEY, PROGRAM, eventually
from websocket_client import Socket, logged_in
from websockets.exceptions import InvalidStatus

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERYTHING = {"sentry_api_sample_rate": 1, "sentry_traces_sample_rate": 1, "sentry_health_sample_rate": 1, **PATIENT}
BRIEF = {**EVERYTHING, "sentry_shutdown_timeout_seconds": 2}


@pytest.fixture(scope="session")
def monitoring_python():
    made = subprocess.run([ROOT / "scripts/monitoring-venv"], capture_output=True, text=True, timeout=600)
    assert made.returncode == 0, made.stderr
    return pathlib.Path(made.stdout.strip()) / "bin/python"


@pytest.fixture
def sink():
    sink = Sink()
    yield sink
    sink.hold.set()
    sink.close()


def relay_errors(python, payloads):
    run = subprocess.run([python, ROOT / "tests/monitoring/relay_errors.py"], input=json.dumps(payloads), text=True,
                         capture_output=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def break_uploads(server):
    """Where uploads go is a file now: the next one fails inside smew."""
    staging = next(pathlib.Path(server.data_dir).glob("**/staging"))
    shutil.rmtree(staging)
    staging.write_text("")


def test_a_failure_inside_is_reported_with_its_stack(start_server, sink, monitoring_python):
    server = start_server("sentry-errors", sentry_dsn=sink.dsn, environment="staging", sentry_release_name="pam-backend",
                          **EVERYTHING)
    project = server.project("broken")
    project.bucket("in.c-x")
    break_uploads(server)
    reply = project.rest.request("POST", f"{project.path}/buckets/in_c_x/tables/t/import", params={"format": "csv"},
                                 data=b"a\n1\n")
    assert reply.status_code == 500
    event = eventually(lambda: sink.of("event"), 60, "event")[0]
    exception = event["exception"]["values"][-1]
    assert exception["type"] == "smew::http::ProblemException"
    assert exception["mechanism"]["handled"] is True
    frames = exception["stacktrace"]["frames"]
    ours = [frame for frame in frames if frame["in_app"]]
    assert "Dispatcher::open_upload" in ours[-1]["function"] or "open_upload" in json.dumps(ours[-4:])
    assert any(frame["filename"].startswith("src/http/") and frame["lineno"] > 0 for frame in ours if "filename" in frame)
    assert event["transaction"] == "POST /projects/{project}/buckets/{bucket}/tables/{table}/import"
    assert event["release"].startswith("pam-backend@") and event["environment"] == "staging"
    assert event["tags"]["project"] == "broken" and event["tags"]["request_id"] == reply.headers["X-Request-ID"]
    assert event["contexts"]["trace"]["trace_id"] == reply.headers["sentry-trace"].split("-")[0]
    image = event["debug_meta"]["images"][0]
    assert image["type"] == "elf" and len(image["code_id"]) == 40 and image["code_file"].endswith("/smew")
    server.stop()
    payloads = sink.of("event") + sink.of("transaction")
    assert len(sink.of("transaction")) >= 3
    assert relay_errors(monitoring_python, payloads) == [[] for _ in payloads]


def test_requests_are_traced_and_sampled_as_the_seed_says(start_server, sink, monitoring_python):
    server = start_server("sentry-traces", sentry_dsn=sink.dsn, sentry_health_sample_rate=0, sentry_api_sample_rate=1, **PATIENT)
    for _ in range(20):
        server.admin.get("/health")
    reply = server.admin.request("GET", "/projects", 200)
    server.stop()
    transactions = sink.of("transaction")
    assert [transaction["transaction"] for transaction in transactions] == ["GET /projects"]
    trace = transactions[0]["contexts"]["trace"]
    assert trace["op"] == "http.server" and trace["status"] == "ok"
    assert reply.headers["traceparent"] == f"00-{trace['trace_id']}-{trace['span_id']}-01"
    spans = transactions[0]["spans"]
    assert {span["op"] for span in spans} == {"http.server.admit", "http.server.handle", "db"}
    parts = {span["span_id"]: span["op"] for span in spans if span["op"] != "db"}
    assert all(span["parent_span_id"] == trace["span_id"] for span in spans if span["op"] != "db")
    stored = [span for span in spans if span["op"] == "db"]
    assert {parts[span["parent_span_id"]] for span in stored} == {"http.server.handle"}  # the admin's key is in no table
    assert all(span["data"]["db.system"] == "sqlite" and span["description"].startswith("SELECT ") for span in stored)
    assert all(spans[0]["start_timestamp"] <= span["start_timestamp"] <= span["timestamp"] for span in stored)
    discarded = [entry for report in sink.of("client_report") for entry in report["discarded_events"]]
    assert sum(entry["quantity"] for entry in discarded
               if (entry["reason"], entry["category"]) == ("sample_rate", "transaction")) >= 20
    assert sink.of("sessions")[0]["attrs"]["environment"] == "production"
    assert sum(entry.get("exited", 0) for report in sink.of("sessions") for entry in report["aggregates"]) >= 21


def test_a_trace_goes_through_from_the_python_sdk_and_back(start_server, sink, monitoring_python):
    server = start_server("sentry-propagation", sentry_dsn=sink.dsn, sentry_api_sample_rate=0)
    script = """
import json, sys, sentry_sdk, urllib.request
sentry_sdk.init(dsn="http://public@127.0.0.1:9/42", traces_sample_rate=1.0, release="caller@1", environment="production",
                default_integrations=False)
with sentry_sdk.start_transaction(name="client", op="test") as transaction:
    headers = {"sentry-trace": sentry_sdk.get_traceparent(), "baggage": sentry_sdk.get_baggage() + ",other=1"}
    request = urllib.request.Request(sys.argv[1], headers={**headers, "Authorization": sys.argv[2]})
    reply = urllib.request.urlopen(request)
    answer = {name.lower(): value for name, value in reply.getheaders()}
    again = sentry_sdk.continue_trace(answer, name="next", op="test")
    print(json.dumps({"sent": headers, "answer": answer, "trace": transaction.trace_id, "next": again.trace_id,
                      "parent": again.parent_span_id, "sampled": again.parent_sampled}))
"""
    run = subprocess.run([monitoring_python, "-c", script, server.url + "/projects", f"Bearer {ADMIN_KEY}"],
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    transaction = eventually(lambda: sink.of("transaction"), 60, "transaction")[0]
    trace = transaction["contexts"]["trace"]
    assert trace["trace_id"] == told["trace"] == told["next"]
    assert trace["parent_span_id"] == told["sent"]["sentry-trace"].split("-")[1]
    assert told["parent"] == trace["span_id"] and told["sampled"] is True
    assert "other=1" in told["answer"]["baggage"]
    envelope = next(item["envelope"] for item, _ in sink.items if item["type"] == "transaction")
    assert envelope["trace"]["trace_id"] == told["trace"] and envelope["trace"]["release"] == "caller@1"


def test_what_is_planted_never_leaves(start_server, sink):
    server = start_server("sentry-privacy", sentry_dsn=sink.dsn, **EVERYTHING)
    project = server.project("p")
    project.bucket("in.c-x")
    workspace = project.workspace()
    workspace.query("SELECT 'planted_literal', 4111111111111111")
    with pytest.raises(Exception):
        workspace.query("SELECT 'planted_text'::int")
    with pytest.raises(Exception):
        workspace.connect(password="planted_password")
    server.admin.request("GET", "/projects?planted_name=planted_value")
    server.admin.request("GET", "/projects", headers={"Authorization": "Bearer planted_token"})
    break_uploads(server)
    project.rest.request("POST", f"{project.path}/buckets/in_c_x/tables/t/import", params={"format": "csv"},
                         data=b"planted_column\nplanted_row\n", headers={"X-Api-Key": "planted_header"})
    eventually(lambda: sink.of("event"), 60, "event")
    server.stop()
    assert len(sink.of("transaction")) >= 5
    for secret in ("planted_literal", "planted_text", "planted_password", "planted_value", "planted_token", "planted_row",
                   "planted_header", "4111111111111111", project.key, workspace.connection["password"], ADMIN_KEY):
        assert secret.encode() not in sink.raw, secret
    assert b"127.0.0.1" not in b"".join(json.dumps(event.get("user", {})).encode() for event in sink.of("event"))


def test_an_outage_and_a_restart_lose_nothing(start_server, sink):
    server = start_server("sentry-outage", sentry_dsn=sink.dsn, **BRIEF)
    sink.go_offline()
    server.admin.get("/projects")
    eventually(lambda: server.events("sentry_unreachable"), 60, "unreachable")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 50  # two seconds are sentry's, the rest is the machine's
    spooled = list((server.data_dir / "sentry").glob("*.envelope"))
    assert spooled and all(b"sent_at" not in path.read_bytes() for path in spooled)
    sink.come_back()
    server.start()
    eventually(lambda: any(t["transaction"] == "GET /projects" for t in sink.of("transaction")), 60, "what was spooled")
    eventually(lambda: not list((server.data_dir / "sentry").glob("*.envelope")), 60, "an empty spool")


def test_a_hanging_receiver_holds_up_nobody(start_server, sink):
    server = start_server("sentry-hang", sentry_dsn=sink.dsn, **BRIEF)
    sink.hold.clear()
    for _ in range(50):
        server.admin.get("/projects")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 50  # two seconds are sentry's, the rest is the machine's


def test_a_wrong_dsn_is_told_at_the_start(data_root):
    run = subprocess.run([PROGRAM, "serve", f"--data-dir={data_root}/sentry-wrong", "--sentry-dsn=https://hiddenkey@host"],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and "sentry_dsn names no project" in run.stderr and "hiddenkey" not in run.stderr


def test_a_crash_is_reported_at_the_next_start(start_server, sink, monitoring_python):
    server = start_server("sentry-crash", sentry_dsn=sink.dsn, **EVERYTHING)
    # To the main thread: one that is just being made would have nothing of smew on its stack.
    pid = server.process.pid
    assert ctypes.CDLL(None).tgkill(pid, pid, signal.SIGSEGV) == 0
    assert server.process.wait(60) == -signal.SIGSEGV
    server.start()
    event = eventually(lambda: sink.of("event"), 60, "the crash")[0]
    exception = event["exception"]["values"][0]
    assert event["level"] == "fatal" and exception["type"] == "SIGSEGV"
    assert exception["mechanism"]["handled"] is False and exception["mechanism"]["synthetic"] is True
    frames = exception["stacktrace"]["frames"]
    assert any(frame.get("package", "").endswith("/smew") for frame in frames), frames
    server.stop()
    aggregates = [entry for report in sink.of("sessions") for entry in report["aggregates"]]
    assert sum(entry.get("crashed", 0) for entry in aggregates) == 1
    assert relay_errors(monitoring_python, [event]) == [[]]
    server.start()
    server.stop()
    assert len(sink.of("event")) == 1  # told once


def test_an_error_that_is_logged_where_it_was_caught_has_its_stack(start_server, sink):
    server = start_server("sentry-logged", sentry_dsn=sink.dsn)
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data_dir / "metadata.sqlite")) as store, store:
        store.execute("DROP TABLE idempotency")
    server.start()

    def failures():
        return [one for one in sink.of("event") if one.get("tags", {}).get("log_event") == "maintenance_failed"]
    event = eventually(failures, 60, "the duty that fails")[0]
    exception = event["exception"]["values"][-1]
    assert event["contexts"]["log"]["duty"] == "forget idempotency keys"
    assert exception["type"] == "smew::ErrorException" and exception["value"].startswith("the metadata store failed")
    assert any("smew::catalog" in frame.get("function", "") for frame in exception["stacktrace"]["frames"])
    server.stop()


def test_a_load_is_a_part_of_its_request(start_server, sink):
    server = start_server("sentry-load", sentry_dsn=sink.dsn, **EVERYTHING)
    project = server.project("loads")
    project.bucket("in.c-x")
    project.import_csv("in_c_x", "t", "a\n1\n2\n")
    server.stop()
    request = next(one for one in sink.of("transaction") if one["transaction"].endswith("/import"))
    load = next(span for span in request["spans"] if span["op"] == "loader.run")
    assert (load["description"], load["status"], load["data"]["rows"]) == ("import", "ok", 2)
    assert {"http.server.receive", "db"} <= {span["op"] for span in request["spans"]}


def test_a_connection_over_websocket_has_the_rate_of_websockets(start_server, sink):
    server = start_server("sentry-upgrade", sentry_dsn=sink.dsn, sentry_websocket_sample_rate=1, sentry_api_sample_rate=0, **PATIENT)
    with logged_in(server, server.project("p").workspace()):
        pass
    with pytest.raises(InvalidStatus):
        Socket(server, additional_headers={"Authorization": "Bearer no", "X-Smew-Workspace": "x"})
    server.stop()
    connects = [one for one in sink.of("transaction") if one["transaction"] == "websocket connect"]
    assert [one["contexts"]["trace"]["data"]["http.response.status_code"] for one in connects] == [101, 401]


def test_duties_check_in(start_server, sink):
    server = start_server("sentry-monitors", sentry_dsn=sink.dsn)
    done = eventually(lambda: [c for c in sink.of("check_in") if c["monitor_slug"] == "smew-collect-versions"], 60, "check-in")
    assert done[0]["status"] == "ok" and len(done[0]["check_in_id"]) == 32
    assert done[0]["monitor_config"]["schedule"] == {"type": "interval", "value": 1, "unit": "minute"}
    server.stop()
