"""Statements as traces and errors, and workers' crashes as events: by every door, in Sentry and in OpenTelemetry."""

import ctypes
import json
import os
import signal

import psycopg2
import pytest
from sentry_sink import Sink
from smew_server import eventually
from test_otlp import spans_of
from test_sentry import monitoring_python, relay_errors  # noqa: F401
from websocket_client import logged_in

PLANTED = ("planted_literal", "planted_bind", "planted_value", "4111111111111111", "planted_comment")


def caller(number):
    """A trace of a caller that records it: (trace, span, traceparent)."""
    trace, span = f"{number:032x}", f"{number + 7:016x}"
    return trace, span, f"00-{trace}-{span}-01"


class Watched:
    def __init__(self, server, sentry, collector):
        self.server, self.sentry, self.collector = server, sentry, collector
        self.project = server.project("watched")
        self.workspace = self.project.workspace()

    def transaction(self, trace):
        """The statement's transaction in that trace."""
        def found():
            return [one for one in self.sentry.of("transaction")
                    if one["contexts"]["trace"]["trace_id"] == trace and one["contexts"]["trace"]["op"] == "db.server"]
        return eventually(found, 60, "transaction")[0]

    def error(self, sqlstate):
        def found():
            return [one for one in self.sentry.of("event") if one.get("tags", {}).get("sqlstate") == sqlstate]
        return eventually(found, 60, f"event of {sqlstate}")[0]


@pytest.fixture(scope="module")
def watched(start_server):
    sentry, collector = Sink(), Sink()
    server = start_server("statement-reports", sentry_dsn=sentry.dsn, otlp_endpoint=f"http://127.0.0.1:{collector.port}",
                          sentry_traces_sample_rate=0, sentry_api_sample_rate=0, sentry_websocket_sample_rate=0,
                          sentry_statement_errors="all", sentry_ignore_sqlstates="23505 3F", query_audit_enabled="false")
    yield Watched(server, sentry, collector)
    server.stop()
    sentry.close()
    collector.close()


def query_span(transaction):
    return next(span for span in transaction["spans"] if span["op"] == "db.query")


def test_a_statement_continues_the_trace_of_its_comment(watched, monitoring_python):  # noqa: F811
    trace, span, parent = caller(0x1001)
    watched.workspace.query(f"SELECT 'planted_literal', %s, 4111111111111111 /*app='x',traceparent='{parent}'*/",
                            ("planted_bind",))
    transaction = watched.transaction(trace)
    assert transaction["transaction"] == "pgwire SELECT"
    assert transaction["contexts"]["trace"]["parent_span_id"] == span
    assert transaction["tags"]["workspace"] == watched.workspace.id and transaction["tags"]["project"] == "watched"
    query = query_span(transaction)
    assert query["description"] == "SELECT ?, ?, ?"
    assert query["data"]["db.system"] == "postgresql" and query["data"]["db.operation"] == "SELECT"
    assert query["data"]["db.response.returned_rows"] == 1 and query["status"] == "ok"
    assert transaction["start_timestamp"] <= query["start_timestamp"] <= query["timestamp"] <= transaction["timestamp"]
    assert relay_errors(monitoring_python, [transaction]) == [[]]

    def in_collector():
        return [one for one in spans_of(monitoring_python, watched.collector) if one["trace"] == trace]
    spans = eventually(in_collector, 60, "spans at the collector")
    root = next(one for one in spans if one["parent"] == span)
    child = next(one for one in spans if one["attributes"]["sentry.op"] == "db.query")
    assert child["parent"] == root["id"] and child["attributes"]["db.query.text"] == "SELECT ?, ?, ?"
    assert child["attributes"]["db.system.name"] == "postgresql" and root["kind"] == 2 and child["kind"] == 3


def test_an_application_name_is_a_traceparent_too(watched):
    trace, span, parent = caller(0x2002)
    watched.workspace.query("SELECT count(*) FROM range(10)", application_name=parent)
    transaction = watched.transaction(trace)
    assert transaction["contexts"]["trace"]["parent_span_id"] == span
    assert any(one["op"] == "db.plan" for one in transaction["spans"])


def test_a_query_over_rest_is_below_its_request(watched):
    trace, _, parent = caller(0x3003)
    reply = watched.project.rest.request("POST", f"{watched.workspace.path}/query", 200,
                                         json={"sql": "SELECT $1, 'planted_literal'", "parameters": ["planted_value"]},
                                         headers={"traceparent": parent})
    assert b"planted_value" in reply.content
    transaction = watched.transaction(trace)
    assert transaction["transaction"] == "rest SELECT"
    assert transaction["contexts"]["trace"]["parent_span_id"] == reply.headers["traceparent"].split("-")[2]
    assert query_span(transaction)["description"] == "SELECT $1, ?"


def in_trace(watched, trace, count):
    """The transactions of that trace, when so many have come."""
    def found():
        all_of_it = [one for one in watched.sentry.of("transaction") if one["contexts"]["trace"]["trace_id"] == trace]
        return all_of_it if len(all_of_it) >= count else None
    transactions = eventually(found, 60, f"{count} transactions")
    assert len(transactions) == count
    return transactions


def split_by_op(transactions, op):
    return ([one for one in transactions if one["contexts"]["trace"]["op"] == op],
            [one for one in transactions if one["contexts"]["trace"]["op"] != op])


def test_a_message_over_a_websocket_is_a_transaction_with_its_statements_below(watched, monitoring_python):  # noqa: F811
    trace, span, parent = caller(0x6006)
    with logged_in(watched.server, watched.workspace) as socket:
        told = []
        for of, more in (("text", {}), ("bound", {"parameters": ["planted_bind"]})):
            socket.send("query", id=of, sql="SELECT 'planted_literal'" + (", $1::text" if more else ""), traceparent=parent, **more)
            told.append(socket.answer(of)[-1])
    assert {one["type"] for one in told} == {"complete"}
    messages, statements = split_by_op(in_trace(watched, trace, 4), "websocket.server")
    assert {one["transaction"] for one in messages} == {"websocket query"}
    assert {one["contexts"]["trace"]["parent_span_id"] for one in messages} == {span}
    assert {one["tags"]["workspace"] for one in messages} == {watched.workspace.id}
    spans = {one["contexts"]["trace"]["span_id"] for one in messages}
    assert {one["traceparent"] for one in told} == {f"00-{trace}-{each}-01" for each in spans}
    assert {one["transaction"] for one in statements} == {"websocket SELECT"}
    assert {one["contexts"]["trace"]["parent_span_id"] for one in statements} == spans
    assert {query_span(one)["description"] for one in statements} == {"SELECT ?", "SELECT ?, $1::text"}
    assert relay_errors(monitoring_python, messages) == [[], []]


def test_each_statement_of_a_text_is_below_its_message_and_errors_keep_their_place(watched):
    trace, _, parent = caller(0x7007)
    with logged_in(watched.server, watched.workspace) as socket:
        text = "SELECT 1; SELECT 2; SELECT no_such_column"
        socket.send("query", id="script", sql=text, traceparent=parent)
        error = socket.answer("script")[-1]
    assert error["type"] == "error" and error["position"] == text.index("no_such_column") + 1
    messages, statements = split_by_op(in_trace(watched, trace, 4), "websocket.server")
    message = messages[0]["contexts"]["trace"]
    assert message["status"] == "invalid_argument" and error["traceparent"].split("-")[2] == message["span_id"]
    assert [one["contexts"]["trace"]["parent_span_id"] for one in statements] == [message["span_id"]] * 3


def test_a_conversations_message_is_traced_by_sentrys_headers_too(watched):
    trace, span, _ = caller(0x8008)
    with logged_in(watched.server, watched.workspace) as socket:
        socket.send("message", id="sql", content="SELECT 5", sentry_trace=f"{trace}-{span}-1", baggage="other=1")
        reply = socket.answer("sql")[-1]
    assert reply["type"] == "reply" and reply["traceparent"].split("-")[1] == trace
    messages, statements = split_by_op(in_trace(watched, trace, 2), "websocket.server")
    assert messages[0]["transaction"] == "websocket message" and messages[0]["contexts"]["trace"]["parent_span_id"] == span
    assert statements[0]["contexts"]["trace"]["parent_span_id"] == reply["traceparent"].split("-")[2]


def test_messages_have_the_rate_of_websockets(start_server):
    sentry = Sink()
    server = start_server("websocket-rate", sentry_dsn=sentry.dsn, sentry_websocket_sample_rate=0.5, sentry_traces_sample_rate=0,
                          sentry_api_sample_rate=0, sentry_health_sample_rate=0, sentry_shutdown_timeout_seconds=60)
    workspace = server.project("half").workspace()
    count = 200
    with logged_in(server, workspace) as socket:
        for number in range(count):
            socket.send("query", id=number, sql="SELECT 1")
            told = socket.answer(number)[-1]
            assert told["traceparent"].startswith("00-")  # told whether it is recorded or not
    server.stop()
    messages, others = split_by_op(sentry.of("transaction"), "websocket.server")
    statements = [one for one in others if one["contexts"]["trace"]["op"] == "db.server"]
    assert {one["transaction"] for one in others} <= {"websocket SELECT", "websocket connect"}
    assert count / 2 - 40 < len(messages) < count / 2 + 40  # 5.6 standard deviations: one run in fifty million
    traces = {one["contexts"]["trace"]["trace_id"] for one in messages}
    assert {one["contexts"]["trace"]["trace_id"] for one in statements} == traces  # all of a trace, or nothing
    sentry.close()


def test_what_its_caller_does_not_record_is_not_recorded(watched):
    trace, _, parent = caller(0x4004)
    watched.workspace.query(f"SELECT 1 /*traceparent='{parent[:-2]}00'*/")
    watched.workspace.query("SELECT 2")  # begins here: the rate is 0
    last, _, last_parent = caller(0x4005)
    watched.workspace.query(f"SELECT 3 /*traceparent='{last_parent}'*/")
    watched.transaction(last)  # behind those, so they would be there
    statements = [one for one in watched.sentry.of("transaction") if one["contexts"]["trace"]["op"] == "db.server"]
    assert trace not in {one["contexts"]["trace"]["trace_id"] for one in statements}
    assert all("parent_span_id" in one["contexts"]["trace"] for one in statements)


def test_failed_statements_are_events_without_what_they_hold(watched, monitoring_python):  # noqa: F811
    trace, span, parent = caller(0x5005)
    with pytest.raises(psycopg2.Error) as division:
        watched.workspace.query(f"SELECT 1 / (SELECT 0) , 'planted_value'::int /* planted_comment */ /*traceparent='{parent}'*/")
    event = watched.error(division.value.pgcode)
    exception = event["exception"]["values"][0]
    assert exception["type"] == f"SQLSTATE {division.value.pgcode}" and exception["mechanism"]["type"] == "statement"
    assert event["contexts"]["postgres"]["query"].startswith("SELECT ? / (")
    assert event["contexts"]["trace"] == {**event["contexts"]["trace"], "trace_id": trace, "span_id": span}
    assert event["fingerprint"][1] == division.value.pgcode
    assert event["tags"]["workspace"] == watched.workspace.id and "username" not in event.get("user", {})
    assert relay_errors(monitoring_python, [event]) == [[]]


def test_sqlstates_and_classes_are_ignored(watched):
    watched.workspace.query("CREATE TABLE IF NOT EXISTS once (a INTEGER PRIMARY KEY)")
    watched.workspace.query("INSERT INTO once VALUES (1)")
    for statement, code in (("INSERT INTO once VALUES (1)", "23505"), ("CREATE TABLE none.t (a int)", "3F000"),
                            ("SELECT * FROM nowhere", "42P01")):
        with pytest.raises(psycopg2.Error) as failed:
            watched.workspace.query(statement)
        assert failed.value.pgcode == code, failed.value
    watched.error("42P01")
    assert not [one for one in watched.sentry.of("event") if one["tags"].get("sqlstate", "") in ("23505", "3F000")]


def test_a_workers_crash_is_an_event_with_its_stack(watched, monitoring_python):  # noqa: F811
    connection = watched.workspace.connect()
    worker = watched.server.workers()[0]
    assert ctypes.CDLL(None).tgkill(worker, worker, signal.SIGSEGV) == 0
    event = eventually(lambda: [one for one in watched.sentry.of("event") if one["level"] == "fatal"], 60, "the crash")[0]
    connection.close()
    exception = event["exception"]["values"][0]
    assert exception["type"] == "SIGSEGV" and exception["mechanism"]["handled"] is False
    assert event["tags"]["workspace"] == watched.workspace.id and event["tags"]["process"] == "worker"
    assert event["contexts"]["worker"]["end"].startswith("signal 11")
    functions = [frame.get("function", "") for frame in exception["stacktrace"]["frames"]]
    assert any("smew::worker::" in function for function in functions), functions
    assert relay_errors(monitoring_python, [event]) == [[]]
    assert watched.workspace.query("SELECT 1") == [(1,)]


def test_a_killed_worker_is_one_event(watched):
    watched.workspace.query("SELECT 1")
    connection = watched.workspace.connect()
    pid = watched.server.workers()[0]
    lost = len(watched.server.events("worker_lost"))
    os.kill(pid, signal.SIGKILL)

    def found():
        return [one for one in watched.sentry.of("event")
                if one.get("exception", {}).get("values", [{}])[0].get("type") == "WorkerLost"]
    event = eventually(found, 60, "the loss")[0]
    connection.close()
    assert event["exception"]["values"][0]["value"] == "signal 9 (Killed)"
    eventually(lambda: len(watched.server.events("worker_lost")) > lost, 60, "its line in the log")
    assert not [one for one in watched.sentry.of("event") if one.get("logentry", {}).get("formatted") == "worker_lost"]


def test_nothing_planted_has_left(watched):
    """Last: by now the others have planted everything."""
    assert watched.sentry.of("transaction") and watched.sentry.of("event")
    secrets = [*PLANTED, watched.project.key, watched.workspace.connection["password"]]
    for receiver in (watched.sentry, watched.collector):
        for secret in secrets:
            assert secret.encode() not in receiver.raw, secret
    assert json.dumps(watched.workspace.connection["username"]).encode() not in watched.sentry.raw
