"""A client that does not wait for the answer to its upgrade: what it sends behind the request counts."""

import base64
import json
import os
import socket
import struct
from urllib.parse import urlsplit

import pytest
from websocket_client import PATH


def masked(payload, opcode=1):
    """One whole frame of a client. (RFC 6455, 5.2)"""
    mask = os.urandom(4)
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([0x80 | opcode]) + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Wire:
    """Bytes of a connection, read as the response's head and then as a server's frames."""

    def __init__(self, server):
        place = urlsplit(server.url)
        self.raw = socket.create_connection((place.hostname, place.port), timeout=30)
        self.buffer = b""
        self.request = (f"GET {PATH} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()

    def take(self, count):
        while len(self.buffer) < count:
            more = self.raw.recv(65536)
            assert more, f"the server closed after {self.buffer!r}"
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def head(self):
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            text += self.take(1)
        return text.decode()

    def frame(self):
        """The next one that is not a ping of the server's own, which gets its pong."""
        while True:
            opcode, payload = self.any_frame()
            if opcode != 9:
                return opcode, payload
            self.raw.sendall(masked(payload, opcode=10))

    def any_frame(self):
        first, length = self.take(2)
        if length == 126:
            [length] = struct.unpack(">H", self.take(2))
        return first & 0x0F, self.take(length)

    def message(self):
        opcode, payload = self.frame()
        assert opcode == 1, (opcode, payload)
        return json.loads(payload)


def auth(workspace):
    user, password = workspace.connection["username"], workspace.connection["password"]
    return masked(json.dumps({"type": "auth", "user": user, "password": password}).encode())


# How many bytes of the frames lie in the request's segment: all, a part of a frame's head, a frame and a half.
@pytest.mark.parametrize("early", ["all", "one byte", "half of the second"])
def test_frames_behind_the_upgrade_are_read(server, workspace, early):
    first, ping = auth(workspace), masked(b"are you there", opcode=9)
    frames = first + ping
    cut = {"all": len(frames), "one byte": 1, "half of the second": len(first) + len(ping) // 2}[early]
    wire = Wire(server)
    wire.raw.sendall(wire.request + frames[:cut])
    assert wire.head().startswith("HTTP/1.1 101 ")
    wire.raw.sendall(frames[cut:])
    answers = [wire.frame(), wire.frame()]
    assert (10, b"are you there") in answers, "the ping has its pong"
    [ready] = [json.loads(payload) for opcode, payload in answers if opcode == 1]
    assert ready["type"] == "ready"
    wire.raw.sendall(masked(json.dumps({"type": "query", "id": "q", "sql": "SELECT 42 AS answer"}).encode()))
    messages = [wire.message()]
    while messages[-1]["type"] not in ("complete", "error"):
        messages.append(wire.message())
    assert any(message.get("rows") == [[42]] for message in messages), messages
    wire.raw.close()


def test_a_refused_upgrade_is_the_end_of_it(server, workspace):
    """What follows it is no second request."""
    wire = Wire(server)
    wire.raw.sendall(wire.request.replace(b"Version: 13", b"Version: 12") + auth(workspace))
    assert wire.head().startswith("HTTP/1.1 4")
    wire.raw.close()
