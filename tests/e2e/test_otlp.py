"""The same traces reach an OpenTelemetry collector, alone and beside Sentry."""

import base64
import json
import subprocess
import time

from sentry_sink import PATIENT, Sink
from smew_server import eventually
from test_sentry import ROOT, monitoring_python, sink  # noqa: F401

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def spans_of(python, sink):
    bodies = [base64.b64encode(body).decode() for _, path, _, body in sink.requests if path.endswith("/v1/traces")]
    run = subprocess.run([python, ROOT / "tests/monitoring/read_otlp.py"], input=json.dumps(bodies), text=True,
                         capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_collector_gets_the_callers_trace(start_server, sink, monitoring_python):  # noqa: F811
    server = start_server("otlp", otlp_endpoint=f"http://127.0.0.1:{sink.port}/", otlp_headers="x-team=data,x-a=b",
                          sentry_api_sample_rate=0, environment="staging", **PATIENT)
    before = time.time_ns()
    reply = server.admin.request("GET", "/projects/none", headers={"traceparent": PARENT})
    assert reply.status_code == 404 and reply.headers["traceparent"].split("-")[1] == PARENT.split("-")[1]
    server.stop()
    spans = spans_of(monitoring_python, sink)
    root = next(span for span in spans if span["parent"] == "00f067aa0ba902b7")
    assert root["trace"] == PARENT.split("-")[1] and root["kind"] == 2
    assert root["name"] == "GET /projects/{project}"
    assert before <= root["start"] <= root["end"] <= time.time_ns()
    assert root["attributes"]["http.response.status_code"] == 404
    assert root["attributes"]["http.route"] == "/projects/{project}"
    assert root["resource"]["service.name"] == "smew" and root["resource"]["deployment.environment.name"] == "staging"
    inner = [span for span in spans if span["parent"] == root["id"]]
    assert {span["attributes"]["sentry.op"] for span in inner} == {"http.server.admit", "http.server.handle"}
    headers = sink.requests[0][2]
    assert headers["X-Team"] if "X-Team" in headers else headers["x-team"] == "data"
    assert headers["Content-Type"] == "application/x-protobuf"


def test_both_get_the_same_spans_and_a_busy_collector_is_asked_again(start_server, sink, monitoring_python):  # noqa: F811
    collector = Sink()
    collector.reply = (503, {})
    server = start_server("otlp-both", otlp_endpoint=f"http://127.0.0.1:{collector.port}", sentry_dsn=sink.dsn,
                          sentry_api_sample_rate=1, **PATIENT)
    server.admin.get("/projects")
    eventually(lambda: collector.requests, 60, "a first attempt")
    collector.reply = (200, {})
    eventually(lambda: len(collector.requests) >= 2, 60, "another attempt")
    eventually(lambda: sink.of("transaction"), 60, "the transaction")
    server.stop()
    transaction = sink.of("transaction")[0]
    ids = {transaction["contexts"]["trace"]["span_id"]} | {span["span_id"] for span in transaction["spans"]}
    assert ids <= {span["id"] for span in spans_of(monitoring_python, collector)}
    collector.close()


def test_without_a_collector_the_server_goes_on_and_ends_in_time(start_server, sink):  # noqa: F811
    sink.go_offline()
    server = start_server("otlp-none", otlp_endpoint=f"http://127.0.0.1:{sink.port}", sentry_api_sample_rate=1)
    server.admin.get("/projects")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 50  # two seconds are for what is left to send
    assert server.events("otlp_export_failed")
    sink.come_back()
