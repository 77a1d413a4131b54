"""Conversations over WebSocket: SQL, the model, what is kept. docs/websocket.md"""

import re

import pytest
import requests
from chat_model import ChatModel
from sentry_sink import Sink
from shop import ORDERS
from smew_server import ROOT, eventually
from websocket_client import Socket, logged_in

API = "/api/v1/pam/conversations"


@pytest.fixture(scope="module")
def model():
    model = ChatModel()
    yield model
    model.close()


@pytest.fixture(scope="module")
def asked(start_server, model):
    """A workspace of a server that has a model."""
    server = start_server("conversations-model", llm_url=model.url, llm_model="test-model", llm_api_key="llm-secret-key")
    project = server.project("asked")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", ORDERS)
    return project.workspace()


@pytest.fixture
def socket(asked, model):
    model.status, model.answer = 200, lambda question: "I do not know."
    with logged_in(asked.project.server, asked) as connection:
        yield connection


def talk(socket, content, of="m", **fields):
    socket.send("message", id=of, content=content, **fields)
    messages = socket.answer(of)
    return [row for m in messages if m["type"] == "rows" for row in m["rows"]], messages[-1]


def rest(workspace, method, path, status=200, user=None):
    server = workspace.project.server
    credentials = (workspace.connection["username"], workspace.connection["password"])
    reply = requests.request(method, server.url + path, auth=user or credentials, timeout=30)
    assert reply.status_code == status, reply.text
    return reply.json() if reply.content else None


def test_sql_is_run_and_kept(server, workspace):
    with logged_in(server, workspace) as socket:
        rows, reply = talk(socket, "SELECT count(*) FROM in_c_sales.orders")
        assert rows == [[1000]]
        assert (reply["type"], reply["content"]) == ("reply", "SELECT 1")
        _, error = talk(socket, "SELECT nonsense")
        assert (error["sqlstate"], error["conversation_id"]) == ("42703", reply["conversation_id"])
    listed = rest(workspace, "GET", API)
    assert listed["total"] == 1 and listed["conversations"][0]["title"] == "SELECT count(*) FROM in_c_sales.orders"
    messages = rest(workspace, "GET", f"{API}/{reply['conversation_id']}/messages")["messages"]
    assert [(m["role"], m["sqlstate"]) for m in messages] == [("user", None), ("assistant", None), ("user", None),
                                                              ("assistant", "42703")]
    assert messages[1]["id"] == reply["message_id"]


def test_a_conversation_goes_on_in_another_connection_and_can_be_deleted(server, workspace):
    with logged_in(server, workspace) as socket:
        first = talk(socket, "SELECT 1")[1]["conversation_id"]
    with logged_in(server, workspace) as socket:
        assert talk(socket, "SELECT 2", conversation_id=first)[1]["conversation_id"] == first
        assert talk(socket, "SELECT 3")[1]["conversation_id"] != first
        assert talk(socket, "SELECT 4", conversation_id="conv_0000000000000000")[1]["sqlstate"] == "42704"
    assert len(rest(workspace, "GET", f"{API}/{first}/messages")["messages"]) == 4
    rest(workspace, "DELETE", f"{API}/{first}", 204)
    rest(workspace, "GET", f"{API}/{first}/messages", 404)


def test_conversations_are_their_users_own(server, shop):
    workspace, other = shop.workspace(name="mine"), shop.workspace(name="other")
    with logged_in(server, workspace) as socket:
        mine = talk(socket, "SELECT 1")[1]["conversation_id"]
    assert rest(other, "GET", API)["total"] == 0
    rest(other, "GET", f"{API}/{mine}/messages", 404)
    rest(other, "DELETE", f"{API}/{mine}", 404)
    with logged_in(server, other) as socket:
        assert talk(socket, "SELECT 1", conversation_id=mine)[1]["sqlstate"] == "42704"
    by_key = shop.rest.get(f"{API}?workspace={workspace.id}")
    assert by_key["total"] == 0  # the key's, not the user's
    with Socket(server) as socket:
        socket.send("auth", key=shop.key, workspace=workspace.id)
        socket.receive()
        talk(socket, "SELECT 1")
    assert shop.rest.get(f"{API}?workspace={workspace.id}")["total"] == 1
    shop.rest.get(API, expect=400)
    rest(workspace, "GET", API, 401, user=("nobody", "x"))


def test_without_a_model_the_reply_says_what_to_set(server, workspace):
    with logged_in(server, workspace) as socket:
        _, reply = talk(socket, "How many orders are there?")
        assert "llm_url and llm_model" in reply["content"]


def test_limits(start_server):
    server = start_server("conversation-limits", conversation_max_message_bytes="1KiB", conversation_max_messages=4,
                          conversation_max_per_user=2, conversation_max_messages_per_minute=9)
    workspace = server.project("limits").workspace()
    with logged_in(server, workspace) as socket:
        assert talk(socket, "SELECT '" + "x" * 1100 + "'")[1]["sqlstate"] == "53400"
        talk(socket, "SELECT 1")
        talk(socket, "SELECT 2")
        assert talk(socket, "SELECT 3")[1]["sqlstate"] == "54000"
    ids = []
    for _ in range(3):
        with logged_in(server, workspace) as socket:
            ids.append(talk(socket, "SELECT 1")[1]["conversation_id"])
    assert [c["id"] for c in rest(workspace, "GET", API)["conversations"]] == ids[:0:-1]
    with logged_in(server, workspace) as socket:
        answers = [talk(socket, "SELECT 1", of=i)[1] for i in range(5)]
        assert "too many messages in this minute" in answers[-1]["message"]


def test_the_model_is_told_the_schema_and_its_query_is_run(socket, model):
    model.answer = lambda question: "There are so many:\n```sql\nSELECT count(*) AS n FROM in_c_sales.orders;\n```"
    rows, reply = talk(socket, "How many orders are there?")
    assert rows == [[1000]]
    assert (reply["sql"], reply["model"]) == ("SELECT count(*) AS n FROM in_c_sales.orders", "test-model")
    request, (path, headers) = model.requests[-1], model.headers[-1]
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer llm-secret-key"
    assert request["model"] == "test-model"
    assert re.search(r"in_c_sales\.orders\(\w+ \w+", request["messages"][0]["content"])
    talk(socket, "And now?")
    assert [m["role"] for m in model.requests[-1]["messages"]] == ["system", "user", "assistant", "user"]


def test_what_is_no_query_is_only_proposed_and_then_confirmed(socket, asked, model):
    model.answer = lambda question: "```sql\nCREATE TABLE proposed AS SELECT 42 AS i\n```"
    rows, reply = talk(socket, "Make me a table")
    assert reply["needs_confirmation"] is True and rows == []
    assert socket.query("SELECT * FROM proposed")[2]["sqlstate"] == "42P01"
    socket.send("confirm", id="c", conversation_id=reply["conversation_id"], message_id=reply["message_id"])
    assert socket.answer("c")[-1]["type"] == "reply"
    assert socket.query("SELECT * FROM proposed")[1] == [[42]]
    socket.send("confirm", id="d", conversation_id=reply["conversation_id"], message_id=reply["message_id"] - 1)
    assert socket.answer("d")[-1]["sqlstate"] == "55000"


def test_the_models_query_cannot_write(socket, model):
    socket.query("CREATE SEQUENCE IF NOT EXISTS counter")
    model.answer = lambda question: "SELECT nextval('counter')"
    assert talk(socket, "Count up")[1]["type"] == "error"
    model.answer = lambda question: "SELECT 1; DROP SEQUENCE counter"
    assert talk(socket, "Drop it")[1]["needs_confirmation"] is True
    assert socket.query("SELECT nextval('counter')")[1] == [[1]]


def test_a_model_that_fails_is_an_error_and_the_key_stays_secret(socket, asked, model):
    model.status = 500
    _, error = talk(socket, "How many?")
    assert error["message"] == "the model answered with HTTP status 500"
    server = asked.project.server
    assert server.metric('smew_llm_requests_total{status="error"}') >= 1
    assert not any("llm-secret-key" in line for line in server.log)


def test_a_question_can_be_cancelled_and_others_go_on(socket, asked, model):
    before = len(model.requests)
    model.hold.clear()
    try:
        socket.send("message", id="slow", content="How long?")
        eventually(lambda: len(model.requests) > before)
        socket.send("ping", id=1)
        assert socket.receive()["type"] == "pong"
        with logged_in(asked.project.server, asked) as other:
            assert other.query("SELECT 1")[1] == [[1]]
        socket.send("cancel", id="slow")
        assert socket.answer("slow")[-1]["sqlstate"] == "57014"
    finally:
        model.hold.set()
    assert socket.query("SELECT 1")[1] == [[1]]


def test_the_models_time_and_the_wait_behind_it_are_parts_of_their_messages(start_server, model):
    sentry = Sink()
    server = start_server("conversations-traced", llm_url=model.url, llm_model="test-model", sentry_dsn=sentry.dsn,
                          sentry_websocket_sample_rate=1, sentry_shutdown_timeout_seconds=60)
    model.status, model.answer = 200, lambda question: "SELECT 7"
    before = len(model.requests)
    model.hold.clear()
    try:
        with logged_in(server, server.project("traced").workspace()) as socket:
            socket.send("message", id="asked", content="Which planted number?")
            eventually(lambda: len(model.requests) > before, 60, "the question")
            socket.send("query", id="behind", sql="SELECT 8")
            socket.send("ping", id=1)
            assert socket.receive()["type"] == "pong"  # so the query has been read
            model.hold.set()
            last_words = {}
            while len(last_words) < 2:  # in either order: the reply is kept first
                message = socket.receive()
                if message["type"] != "rows":
                    last_words[message["id"]] = message["type"]
            assert last_words == {"asked": "reply", "behind": "complete"}
    finally:
        model.hold.set()
    server.stop()
    transactions = {one["transaction"]: one for one in sentry.of("transaction")}
    asked, behind = transactions["websocket message"], transactions["websocket query"]
    assert [(span["op"], span["description"]) for span in asked["spans"]] == [("gen_ai.chat", "test-model")]
    assert [span["op"] for span in behind["spans"]] == ["websocket.wait"]
    below = [one for one in sentry.of("transaction") if one["transaction"].startswith("websocket ")
             and one["contexts"]["trace"].get("parent_span_id") == asked["contexts"]["trace"]["span_id"]]
    assert sorted(one["transaction"] for one in below) == ["websocket BEGIN", "websocket ROLLBACK", "websocket SELECT"]
    assert b"planted" not in sentry.raw
    sentry.close()


def test_the_guides_example_works(server, workspace):
    block = re.search(r"```python\n(.*?)```", (ROOT / "docs/websocket.md").read_text(), re.DOTALL).group(1)
    printed = []
    names = {"USER": workspace.connection["username"], "PASSWORD": workspace.connection["password"], "print": printed.append}
    exec(block.replace("ws://localhost:8000", server.url.replace("http", "ws")), names)
    assert printed[0]["type"] == "ready"
    assert printed[1:] == [[[42]], [{"tag": "SELECT 1", "rows": 1, "result": 0}]]
