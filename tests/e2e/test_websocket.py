"""The WebSocket door: login, queries, limits, the end of sessions. docs/websocket.md, docs/asyncapi.yaml"""

import base64
import os
import signal
import socket as sockets
import ssl
import threading
import time

import psycopg2
import pytest
import requests
from smew_server import ADMIN_KEY, eventually
from websocket_client import PATH, Socket, logged_in, url
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

LONG = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"


@pytest.fixture
def socket(server, workspace):
    with logged_in(server, workspace) as connection:
        yield connection


def closed(socket):
    """The close code and reason, once the server has closed."""
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            socket.raw.recv(30)
    return caught.value.rcvd.code, caught.value.rcvd.reason


# ---- login

def test_the_workspaces_user_logs_in_by_a_message(server, workspace):
    with Socket(server) as socket:
        ready = socket.log_in(workspace, application_name="notebook")
        assert ready["workspace_id"] == workspace.id
        assert ready["database"] == workspace.connection["database"]
        _, rows, _ = socket.query("SELECT current_user, current_database(), current_setting('application_name')")
        assert rows == [[workspace.connection["username"], workspace.connection["database"], "notebook"]]


def test_a_projects_key_logs_in(server, workspace):
    with Socket(server) as socket:
        socket.send("auth", key=workspace.project.key, workspace=workspace.id)
        ready = socket.receive()
        assert ready["type"] == "ready" and ready["user"].startswith("key_")
    with Socket(server) as socket:
        socket.send("auth", key=ADMIN_KEY, workspace=workspace.id, project=workspace.project.id)
        assert socket.receive()["user"] == "admin"


def test_a_key_that_only_reads_cannot_write(server, workspace):
    key = workspace.project.rest.post(f"{workspace.project.path}/api-keys", {"description": "reader", "scope": "project_read"}, expect=201)["api_key"]
    with Socket(server) as socket:
        socket.send("auth", key=key, workspace=workspace.id)
        assert socket.receive()["read_only"] is True
        assert socket.query("SELECT count(*) > 0 FROM in_c_sales.orders")[1] == [[True]]
        for attempt in ("SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                        "BEGIN READ WRITE; SET transaction_read_only = off"):
            socket.query(attempt)
            assert socket.query("CREATE TABLE never (i int)")[2]["sqlstate"] == "25006"
            socket.query("ROLLBACK")


def test_headers_log_in(server, workspace):
    credentials = f'{workspace.connection["username"]}:{workspace.connection["password"]}'
    basic = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    bearer = {"Authorization": f"Bearer {workspace.project.key}", "X-Smew-Workspace": workspace.id}
    for headers in (basic, bearer):
        with Socket(server, additional_headers=headers) as socket:
            assert socket.receive()["type"] == "ready"
            assert socket.query("SELECT 1")[1] == [[1]]


@pytest.mark.parametrize("headers, status", [({"Authorization": "Basic d3M6bm8="}, 401), ({"Authorization": "Bearer no"}, 400),
                                             ({"Authorization": "Bearer no", "X-Smew-Workspace": "x"}, 401),
                                             ({"Authorization": "Digest no"}, 401)])
def test_a_wrong_header_is_refused_before_the_upgrade(server, headers, status):
    with pytest.raises(InvalidStatus) as caught:
        Socket(server, additional_headers=headers)
    assert caught.value.response.status_code == status


def test_a_wrong_password_and_an_unknown_user_look_alike(server, workspace):
    errors = []
    for user in (workspace.connection["username"], "ws_nobody"):
        with Socket(server) as socket:
            socket.send("auth", user=user, password="wrong")
            error = socket.receive()
            errors.append((error["type"], error["sqlstate"], error["message"].replace(user, "USER")))
            assert closed(socket)[0] == 4401
    assert errors[0] == errors[1] == ("error", "28P01", 'password authentication failed for user "USER"')


def test_failed_logins_count_together_with_those_of_postgresql(start_server):
    server = start_server("websocket-throttle", auth_failure_limit=4, auth_ban_seconds=600)
    workspace = server.project("throttled").workspace()
    for _ in range(2):
        with pytest.raises(psycopg2.OperationalError):
            workspace.connect(password="wrong")
        with Socket(server) as socket:
            socket.send("auth", user=workspace.connection["username"], password="wrong")
            assert socket.receive()["sqlstate"] == "28P01"
    with Socket(server) as socket:
        socket.send("auth", user=workspace.connection["username"], password=workspace.connection["password"])
        assert "too many failed login attempts" in socket.receive()["message"]
    with pytest.raises(psycopg2.OperationalError, match="too many failed login attempts"):
        workspace.connect()
    assert server.metric('websocket_connections_total{outcome="auth_failed"}') >= 2


def test_credentials_in_the_url_are_refused(server, workspace):
    with pytest.raises(InvalidStatus) as caught:
        with connect(f"{url(server)}?token={workspace.project.key}"):
            pass
    assert caught.value.response.status_code == 400
    assert b"credentials in it would end up in logs" in caught.value.response.body


def test_who_does_not_log_in_is_closed(start_server):
    server = start_server("websocket-login-timeout", websocket_login_timeout_seconds=1)
    with Socket(server) as socket:
        assert closed(socket) == (4408, "no login in time (websocket_login_timeout_seconds)")
    eventually(lambda: server.metric('websocket_connections_total{outcome="timeout"}') == 1, what="it is counted")


def test_pages_of_other_origins_are_refused(server, start_server):
    own = server.url
    with Socket(server, origin=own) as socket:
        socket.send("ping")
    with pytest.raises(InvalidStatus) as caught:
        Socket(server, origin="https://evil.example")
    assert caught.value.response.status_code == 403
    open_to_one = start_server("websocket-origin", websocket_allowed_origins="https://app.example.com")
    with Socket(open_to_one, origin="https://app.example.com"):
        pass
    with pytest.raises(InvalidStatus):
        Socket(open_to_one, origin=open_to_one.url)


def test_tls(start_server):
    server = start_server("websocket-tls", http_tls="true")
    server.admin.session.verify = str(server.data_dir / "tls/server.crt")
    server.admin.session.trust_env = False  # or a CA bundle of the environment would win over the line above
    server.admin.url = server.url.replace("127.0.0.1", "localhost")
    key = server.admin.post("/projects", {"id": "tls", "name": "tls"}, expect=201)["api_key"]
    workspace = server.admin.post("/projects/tls/workspaces", {"name": "w"}, expect=201)
    context = ssl.create_default_context(cafile=str(server.data_dir / "tls/server.crt"))
    context.check_hostname = False
    with Socket(server, ssl=context) as socket:
        socket.send("auth", key=key, workspace=workspace["id"])
        assert socket.receive()["type"] == "ready"
        _, rows, _ = socket.query("SELECT i, repeat('x', 1000) FROM range(20000) t(i)")
        assert len(rows) == 20000


# ---- queries

def test_values_and_types(socket):
    columns, rows, _ = socket.query(
        "SELECT 1::smallint, 2, 9007199254740991::bigint, 9007199254740992::bigint, -1.50::numeric(9,2), 0.5::float8, "
        "'NaN'::float8, true, NULL::int, 'ä\"\\\n', DATE '2024-02-29', ARRAY[1,2]")
    assert [column["type"] for column in columns] == ["int2", "int4", "int8", "int8", "numeric", "float8", "float8", "bool",
                                                      "int4", "text", "date", "_int4"]
    assert rows == [[1, 2, 9007199254740991, "9007199254740992", "-1.50", 0.5, "NaN", True, None, 'ä"\\\n', "2024-02-29",
                     "{1,2}"]]


def test_parameters(socket):
    _, rows, last = socket.query("SELECT $1::int + $2::int, $3::text, $4::bool, $5::text", [1, "2", "x", True, None])
    assert rows == [[3, "x", True, None]]
    assert last["results"] == [{"tag": "SELECT 1", "rows": 1, "result": 0}]


def test_several_statements_are_several_results(socket):
    socket.send("query", id=7, sql="SELECT 1 AS a; SELECT 2 AS b WHERE false; CREATE TEMP TABLE several (i int)")
    messages = socket.answer(7)
    assert [(m["result"], [c["name"] for c in m["columns"]], m["rows"]) for m in messages[:-1]] == [(0, ["a"], [[1]]),
                                                                                                     (1, ["b"], [])]
    assert [result["tag"] for result in messages[-1]["results"]] == ["SELECT 1", "SELECT 0", "CREATE TABLE"]


def test_the_session_keeps_its_state(socket):
    socket.query("CREATE TEMP TABLE kept (i int)")
    assert socket.query("BEGIN")[2]["transaction"] == "in_transaction"
    socket.query("INSERT INTO kept VALUES (1)")
    assert socket.query("SELECT nonsense")[2]["type"] == "error"
    assert socket.query("SELECT 1")[2]["sqlstate"] == "25P02"
    assert socket.query("ROLLBACK")[2]["transaction"] == "idle"
    assert socket.query("SELECT count(*) FROM kept")[1] == [[0]]


def test_errors_have_state_hint_and_position(socket):
    error = socket.query("SELECT 1 +\n nonsense FROM in_c_sales.orders")[2]
    assert (error["sqlstate"], error["position"]) == ("42703", 13)
    assert socket.query("SELEC 1")[2]["sqlstate"] == "42601"
    assert socket.query("SELECT 1; SELECT 2", [])[2]["sqlstate"] == "42601"


def test_copy_is_refused_and_the_session_goes_on(socket):
    socket.query("CREATE TEMP TABLE copied (i int)")
    assert socket.query("COPY copied FROM STDIN")[2]["sqlstate"] == "0A000"
    assert socket.query("COPY copied FROM STDIN", [])[2]["sqlstate"] == "0A000"
    for number in range(30):  # its cancel hits nothing that follows
        socket.send("query", id=f"copy {number}", sql="COPY (SELECT 1) TO STDOUT")
        socket.send("query", id=number, sql="SELECT 1")
        assert socket.answer(f"copy {number}")[-1]["sqlstate"] == "0A000"
        assert socket.answer(number)[-1]["type"] == "complete"


def test_with_most_rows_each_statement_runs_by_itself(socket):
    script = "CREATE TEMP TABLE cut AS SELECT * FROM range(5); SELECT * FROM cut; SELECT 'ä'; SELECT nonsense"
    socket.send("query", id=1, max_rows=2, sql=script)
    *messages, last = socket.answer(1)
    assert [(m["result"], m["rows"]) for m in messages] == [(0, [[0], [1]]), (1, [["ä"]])]
    assert last["results"] == [{"tag": "SELECT 5", "rows": 0}, {"tag": "SELECT 2", "rows": 2, "result": 0, "more": True},
                               {"tag": "SELECT 1", "rows": 1, "result": 1}]
    assert (last["sqlstate"], last["position"], last["transaction"]) == ("42703", script.index("nonsense") + 1, "idle")
    assert socket.query("SELECT count(*) FROM cut")[1] == [[5]]  # what came before the mistake stays
    socket.send("query", id=2, max_rows=1, parameters=[3], sql="SELECT * FROM range($1::int)")
    assert socket.answer(2)[-1]["results"] == [{"tag": "SELECT 1", "rows": 1, "result": 0, "more": True}]


def test_an_error_tells_how_it_left_the_transaction(socket):
    assert socket.query("SELECT nonsense")[2]["transaction"] == "idle"
    socket.query("BEGIN")
    assert socket.query("SELECT nonsense")[2]["transaction"] == "failed"
    assert socket.query("SELECT 1")[2]["transaction"] == "failed"
    assert socket.query("ROLLBACK")[2]["transaction"] == "idle"


def test_a_cancel_ends_what_follows_too(socket):
    socket.send("query", id="script", max_rows=10, sql=f"CREATE TEMP TABLE never (i int); {LONG}; INSERT INTO never VALUES (1)")
    socket.send("cancel", id="script")
    last = socket.answer("script")[-1]
    assert last["sqlstate"] == "57014"
    if last["results"]:
        assert socket.query("SELECT count(*) FROM never")[1] == [[0]]


def test_the_round_trip_is_measured(server, socket):
    def told():
        socket.send("ping", id=1)
        return socket.receive().get("round_trip_ms")

    assert 0 < eventually(told, what="a round trip") < 60_000
    assert server.metric("websocket_round_trip_seconds_count") >= 1


def test_a_trace_is_passed_on(start_server):
    server = start_server("websocket-trace", slow_query_threshold_ms=1)
    workspace = server.project("traced").workspace()
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with logged_in(server, workspace) as socket:
        for of, more in (("plain", {}), ("cut", {"max_rows": 5}), ("bound", {"parameters": []})):
            socket.send("query", id=of, sql=f"SELECT count(*) AS {of} FROM range(30000000) t(i) WHERE i % 7 = 3", traceparent=parent, **more)
            assert socket.answer(of)[-1]["type"] == "complete"
        socket.raw.send('{"type":"query","id":"w","sql":"SELECT 1","traceparent":"nonsense"}')
        assert "traceparent" in socket.answer("w")[-1]["message"]
    slow = eventually(lambda: len(server.admin.get("/slow-queries")["slow_queries"]) == 3 and server.admin.get("/slow-queries")["slow_queries"],
                      60, "the records of the statements")
    assert [one["traceparent"] for one in slow] == [parent] * 3


def test_large_results_come_in_batches(socket):
    socket.send("query", id="large", sql="SELECT i, repeat('x', 100) FROM range(100000) t(i)")
    messages = socket.answer("large")
    batches = [m for m in messages if m["type"] == "rows"]
    assert len(batches) > 50
    assert [row[0] for batch in batches for row in batch["rows"]] == list(range(100000))
    assert messages[-1]["results"] == [{"tag": "SELECT 100000", "rows": 100000, "result": 0}]


def test_requests_queue_and_answers_keep_their_ids(socket):
    for i in range(20):
        socket.send("query", id=i, sql=f"SELECT {i}")
    socket.send("ping", id="p")
    seen = {}
    while len(seen) < 20:
        message = socket.receive()
        if message["type"] == "rows":
            seen[message["id"]] = message["rows"]
    assert seen == {i: [[i]] for i in range(20)}


def test_cancel(socket):
    socket.send("query", id="long", sql=LONG)
    socket.send("query", id="waiting", sql="SELECT 2")
    socket.send("cancel", id="waiting")
    assert (lambda m: (m["id"], m["sqlstate"]))(socket.receive()) == ("waiting", "57014")
    socket.send("ping", id=1)
    assert socket.receive()["type"] == "pong"
    socket.send("cancel", id="long")
    assert (lambda m: (m["id"], m["sqlstate"]))(socket.receive()) == ("long", "57014")
    assert socket.query("SELECT 1")[1] == [[1]]


def test_notices_and_notifications(server, workspace, socket):
    socket.query("LISTEN news")
    socket.send("query", id="n", sql="COMMIT")
    assert [m["type"] for m in socket.answer("n")] == ["notice", "complete"]
    with logged_in(server, workspace) as other:
        other.query("NOTIFY news, 'hello'")
    message = socket.receive()
    assert (message["type"], message["channel"], message["payload"]) == ("notification", "news", "hello")


# ---- messages that are none

@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}", '{"type":1}', '{"type":"nonsense"}', '{"type":"query"}',
                                  '{"type":"query","id":1}', '{"type":"query","id":[],"sql":"SELECT 1"}',
                                  '{"type":"query","id":1,"sql":5}', '{"type":"query","id":1,"sql":"SELECT 1","x":2}',
                                  '{"type":"query","id":1,"sql":"SELECT 1","parameters":{}}', "[" * 10000,
                                  '{"type":"ping","id":' + "9" * 400 + "}", '{"type":"ping","id":1e999}',
                                  '{"type":"ping","id":"' + "x" * 200 + '"}', '{"type":"query","id":1,"sql":"a\\u0000b"}'])
def test_a_malformed_message_is_an_error_and_no_end(socket, text):
    socket.raw.send(text)
    assert socket.receive()["type"] == "error"
    assert socket.query("SELECT 1")[1] == [[1]]


def frame(payload, opcode=1, fin=True, masked=True, length=None):
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    mask = b"\x01\x02\x03\x04"
    flag = 0x80 if masked else 0
    head += bytes([flag | size]) if size < 126 else bytes([flag | 126]) + size.to_bytes(2, "big") if size < 65536 else \
        bytes([flag | 127]) + size.to_bytes(8, "big")
    return head + (mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload)


def raw_upgrade(server):
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    raw = sockets.create_connection((host, int(port)), timeout=60)
    raw.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(4096)
    assert b"101 Switching Protocols" in answer and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    return raw


@pytest.mark.parametrize("bytes_sent, code", [
    (frame(b"{}", masked=False), 1002), (frame(b"{}", opcode=3), 1002), (frame(b"\xff\xfe"), 1007),
    (frame(b"\xce\xba\xe1\xbd", fin=False) + frame(b"\xf8", opcode=0), 1007), (frame(b"x", opcode=9, fin=False), 1002),
    (frame(b"x" * 126, opcode=9), 1002), (frame(b"x", opcode=0), 1002), (frame(b"", length=1 << 40), 1009),
    (frame(b"a", fin=False) + frame(b"b"), 1002), (frame(b"{}", opcode=2), 4401)])
def test_hostile_frames_are_answered_with_a_close(server, bytes_sent, code):
    with raw_upgrade(server) as raw:
        raw.sendall(bytes_sent)
        answer = b""
        while more := raw.recv(4096):
            answer += more
    assert b"\x88" + bytes([len(answer.split(b"\x88", 1)[1]) - 1]) in answer
    assert int.from_bytes(answer.split(b"\x88", 1)[1][1:3], "big") == code
    assert requests.get(server.url + "/health/live", timeout=60).status_code == 200


def test_fragments_and_control_frames_between_them_make_one_message(server):
    with raw_upgrade(server) as raw:
        raw.sendall(frame(b'{"type"', fin=False) + frame(b"hi", opcode=9) + frame(b':"ping"}', opcode=0))
        answer = b""
        while b"auth" not in answer:
            answer += raw.recv(4096)
        assert answer.startswith(b"\x8a\x02hi")


def test_binary_messages_close(socket):
    socket.raw.send(b'{"type":"ping"}')
    assert closed(socket) == (1003, "messages are JSON texts, not binary")


def test_too_large_a_message_closes(start_server):
    server = start_server("websocket-size", websocket_max_message_bytes="4KiB")
    workspace = server.project("size").workspace()
    with logged_in(server, workspace) as socket:
        socket.query("SELECT '" + "x" * 3500 + "'")
        socket.send("query", id=1, sql="x" * 5000)
        assert closed(socket)[0] == 1009


# ---- sessions

def test_sessions_are_listed_and_disconnected(server, workspace):
    with Socket(server) as socket:
        session_id = socket.log_in(workspace)["session_id"]
        [mine] = [one for one in workspace.project.rest.get(f"{workspace.path}/sessions")["sessions"] if one["session_id"] == session_id]
        assert mine["door"] == "websocket" and mine["client_ip"] == "127.0.0.1"
        socket.send("query", id="running", sql=LONG)
        workspace.project.rest.delete(f"{workspace.path}/sessions/{session_id}", expect=200)
        messages = [socket.receive(), socket.receive()]
        assert [m["type"] for m in messages] == ["error", "session"]
        assert messages[1]["event"] == "disconnected" and messages[1]["sqlstate"] == "57P01"
        assert closed(socket) == (4403, "terminating connection due to administrator command")


def test_a_client_that_leaves_ends_its_statement(server, workspace):
    with logged_in(server, workspace) as socket:
        socket.send("query", id="running", sql=LONG)
    eventually(lambda: not any(session["door"] == "websocket"
                               for session in workspace.project.rest.get(f"{workspace.path}/sessions")["sessions"]), 60)
    eventually(lambda: server.metric("websocket_connections_active") == 0, 60)


def test_reset_credentials_delete_and_expiry_end_sessions(server, shop):
    workspace = shop.workspace(name="ending")
    with logged_in(server, workspace) as socket:
        shop.rest.post(f"{workspace.path}/credentials/reset")
        assert socket.receive()["event"] == "credentials_reset"
        assert closed(socket)[0] == 4401
    other = shop.workspace(name="deleted")
    with logged_in(server, other) as socket:
        shop.rest.delete(other.path)
        assert socket.receive()["event"] == "expired"
        assert closed(socket)[0] == 4410


def test_the_end_of_a_workspace_is_told_beforehand(start_server):
    server = start_server("websocket-expiry", websocket_expiry_notice_seconds=86400)
    workspace = server.project("expiry").workspace(ttl_hours=1)
    with logged_in(server, workspace) as socket:
        assert socket.receive()["event"] == "expiring"
        assert socket.query("SELECT 1")[1] == [[1]]


def test_sessions_have_places_of_their_own(start_server):
    server = start_server("websocket-places", pgwire_max_connections_per_workspace=1, websocket_max_sessions_per_workspace=2,
                          websocket_max_connections_total=3)
    workspace = server.project("places").workspace()
    with logged_in(server, workspace), logged_in(server, workspace):
        with Socket(server) as third:
            third.send("auth", user=workspace.connection["username"], password=workspace.connection["password"])
            refusal = third.receive()
            assert refusal["sqlstate"] == "53300" and "websocket_max_sessions_per_workspace" in refusal["hint"]
            assert closed(third)[0] == 1013
        workspace.connect().close()
        eventually(lambda: server.metric("websocket_connections_active") == 2)
        with Socket(server), pytest.raises(InvalidStatus) as caught:
            Socket(server)
        assert caught.value.response.status_code == 503


def test_who_does_not_read_is_dropped_and_memory_stays_bounded(start_server):
    server = start_server("websocket-slow", websocket_slow_consumer_timeout_seconds=1, websocket_send_queue_bytes="256KiB")
    workspace = server.project("slow").workspace()
    with logged_in(server, workspace, max_queue=1) as socket, logged_in(server, workspace) as other:
        socket.send("query", id="much", sql="SELECT i, repeat('x', 1000) FROM range(10000000) t(i)")
        most = [0]
        threading.Thread(target=lambda: [most.append(server.metric("websocket_send_queue_bytes")) or time.sleep(0.02)
                                         for _ in range(20)], daemon=True).start()
        eventually(lambda: server.metric('websocket_closed_total{reason="slow_consumer"}') == 1, 60)
        assert max(most) < 2 * 256 * 1024
        assert other.query("SELECT 1")[1] == [[1]]
        assert eventually(lambda: server.events("websocket_closed"))[0]["code"] == 1008


def test_shutdown_is_told(start_server):
    server = start_server("websocket-shutdown")
    workspace = server.project("shutdown").workspace()
    with logged_in(server, workspace) as socket:
        stopped = threading.Thread(target=server.stop)
        stopped.start()
        assert socket.receive()["event"] == "shutdown"
        assert closed(socket)[0] == 1001
        stopped.join()
    assert server.process.returncode == 0


def test_a_lost_worker_is_told_and_the_next_connection_gets_a_new_one(start_server):
    server = start_server("websocket-lost")
    workspace = server.project("lost").workspace()
    with logged_in(server, workspace) as socket:
        os.kill(server.workers()[0], signal.SIGKILL)
        assert socket.receive()["event"] == "lost"
        assert closed(socket)[0] == 1012
    with logged_in(server, workspace) as socket:
        assert socket.query("SELECT 1")[1] == [[1]]
