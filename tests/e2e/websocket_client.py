"""A client of the WebSocket door on the PyPI package websockets. Every message that is sent and received is held against
docs/asyncapi.yaml."""

import functools
import json
import pathlib

import jsonschema
import yaml
from websockets.sync.client import connect

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = "/api/v1/pam"
FROM_SERVER = {"ready", "rows", "complete", "reply", "error", "notice", "notification", "session", "pong"}


@functools.cache
def validator(message_type):
    document = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text())
    payload = document["components"]["messages"][message_type]["payload"]
    return jsonschema.Draft202012Validator({**payload, "components": document["components"]})


def check(message):
    validator(message["type"]).validate(message)
    return message


def url(server):
    return server.url.replace("http", "ws", 1) + PATH


class Socket:
    def __init__(self, server, **options):
        self.raw = connect(url(server), **{"open_timeout": 60, "close_timeout": 5, "max_size": None, **options}).__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.raw.close()

    def send(self, message_type, **fields):
        self.raw.send(json.dumps(check({"type": message_type, **fields})))

    def receive(self, timeout=60):
        message = check(json.loads(self.raw.recv(timeout)))
        assert message["type"] in FROM_SERVER
        return message

    def log_in(self, workspace, **changes):
        self.send("auth", **{"user": workspace.connection["username"], "password": workspace.connection["password"], **changes})
        ready = self.receive()
        assert ready["type"] == "ready", ready
        return ready

    def answer(self, of):
        """All messages up to the last word for the request of this id."""
        messages = []
        while True:
            message = self.receive()
            messages.append(message)
            if message["type"] in ("complete", "reply", "error") and message.get("id") == of:
                return messages

    def query(self, sql, parameters=None, of="q"):
        """Columns and rows of a query's last result, and its last word."""
        self.send("query", id=of, sql=sql, **({} if parameters is None else {"parameters": parameters}))
        messages = self.answer(of)
        columns = [m["columns"] for m in messages if m["type"] == "rows" and "columns" in m]
        last = max((m["result"] for m in messages if m["type"] == "rows"), default=0)
        rows = [row for m in messages if m["type"] == "rows" and m["result"] == last for row in m["rows"]]
        return (columns[-1] if columns else []), rows, messages[-1]


def logged_in(server, workspace, **options):
    socket = Socket(server, **options)
    socket.log_in(workspace)
    return socket
