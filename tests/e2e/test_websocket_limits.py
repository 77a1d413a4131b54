"""What the WebSocket door bounds, and the ends it tells. docs/websocket.md"""

import json
import socket as sockets
import threading

import pytest
from smew_server import eventually
from websocket_client import PATH, Socket, logged_in
from websockets.exceptions import ConnectionClosed

LONG = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"


def close_code(socket):
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            socket.raw.recv(60)
    return caught.value.rcvd.code


@pytest.fixture(scope="module")
def narrow(start_server):
    """A server of narrow limits, and a workspace on it."""
    server = start_server("websocket-narrow", websocket_max_pending=2, websocket_ping_interval_seconds=2, websocket_login_timeout_seconds=60,
                          websocket_max_messages_per_second=5)
    workspace = server.project("narrow").workspace()
    with workspace.connect():  # its worker runs, so that a login does not have to wait for it
        yield server, workspace


def test_an_idle_session_is_told_its_end(server, workspace):
    with logged_in(server, workspace) as socket:
        assert socket.query("SET idle_session_timeout = 300")[2]["type"] == "complete"
        event = socket.receive()
        assert (event["type"], event["event"], event["sqlstate"]) == ("session", "idle", "57P05")
        assert close_code(socket) == 4408


def test_a_session_idle_in_a_transaction_is_told_its_end(server, workspace):
    with logged_in(server, workspace) as socket:
        socket.query("SET idle_in_transaction_session_timeout = 300")
        assert socket.query("BEGIN")[2]["transaction"] == "in_transaction"
        event = socket.receive()
        assert (event["event"], event["sqlstate"]) == ("idle", "25P03")
        assert close_code(socket) == 4408


def test_statements_that_wait_are_bounded(narrow):
    with logged_in(*narrow) as socket:
        for of in ("runs", "waits", "waits too"):
            socket.send("query", id=of, sql=LONG if of == "runs" else "SELECT 1")
        socket.send("query", id="too many", sql="SELECT 1")
        refusal = socket.receive()
        assert (refusal["id"], refusal["sqlstate"]) == ("too many", "53400") and "websocket_max_pending" in refusal["hint"]
        socket.send("cancel", id="runs")
        last = {}
        while len(last) < 3:
            message = socket.receive()
            if message["type"] in ("complete", "error"):
                last[message["id"]] = message["type"]
        assert last == {"runs": "error", "waits": "complete", "waits too": "complete"}


def test_who_sends_too_fast_is_read_more_slowly_and_loses_nothing(narrow):
    with logged_in(*narrow) as socket:
        for number in range(12):
            socket.send("ping", id=number)
        assert [socket.receive()["id"] for _ in range(12)] == list(range(12))


def test_a_client_that_answers_no_ping_is_closed(narrow):
    server, workspace = narrow
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    with sockets.create_connection((host, int(port)), timeout=120) as raw:
        raw.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:  # nothing may be sent before the server has accepted
            answer += raw.recv(4096)
        login = json.dumps({"type": "auth", "user": workspace.connection["username"], "password": workspace.connection["password"],
                            "application_name": "x" * 100}).encode()
        raw.sendall(bytes([0x81, 0x80 | 126]) + len(login).to_bytes(2, "big") + b"\0\0\0\0" + login)  # a mask of zeroes
        while more := raw.recv(4096):
            answer += more
    assert b"\x89" in answer.split(b'"type":"ready"')[1]  # it was pinged
    eventually(lambda: server.metric('websocket_closed_total{reason="silent"}') == 1, 60)


def test_sessions_events_of_a_waiting_statement(server, workspace):
    """What waits is answered too when the session ends: no request is left without its last word."""
    with logged_in(server, workspace) as socket:
        socket.send("query", id="runs", sql=LONG)
        socket.send("query", id="waits", sql="SELECT 1")
        listed = eventually(lambda: [one for one in workspace.project.rest.get(f"{workspace.path}/sessions")["sessions"]
                                     if one["door"] == "websocket" and one["state"] == "active"], 60)
        threading.Thread(target=workspace.project.rest.delete, args=(f"{workspace.path}/sessions/{listed[0]['session_id']}",),
                         kwargs={"expect": 200}).start()
        ends = [socket.receive() for _ in range(3)]
        assert [(m["type"], m.get("id"), m["sqlstate"]) for m in ends[:2]] == [("error", "runs", "57P01"), ("error", "waits", "57P01")]
        assert ends[2]["event"] == "disconnected"
        assert close_code(socket) == 4403


def test_no_message_before_the_login_is_carried_out(server, workspace):
    with Socket(server) as socket:
        socket.send("query", id=1, sql="SELECT 1")
        assert socket.receive()["message"] == 'the first message must be of type "auth"'
        assert close_code(socket) == 4401
