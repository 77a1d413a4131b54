"""A receiver of Sentry's envelopes that keeps what it is sent and answers as a test tells it to."""

import contextlib
import gzip
import http.server
import json
import socket
import threading
import time


# A server that is stopped so sends what it has, also where two seconds are too short for it.
PATIENT = {"sentry_shutdown_timeout_seconds": 60}


class Sink:
    """`reply` is (status, headers) for every request; `hold` makes it wait instead of answering."""

    def __init__(self):
        self.requests, self.items, self.raw = [], [], b""
        self.reply, self.hold = (200, {}), threading.Event()
        self.hold.set()
        self._start(0)

    def _start(self, port):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.hold.wait(60)
                outer._take(self.path, dict(self.headers), body)
                status, headers = outer.reply
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def process_request(self, request, client_address):
                outer.connections.append(request)
                super().process_request(request, client_address)

        self.connections = []
        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        self.dsn = f"http://public@127.0.0.1:{self.port}/42"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def go_offline(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:  # what is kept alive would go on being served
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def come_back(self):
        self._start(self.port)

    close = go_offline

    def _take(self, path, headers, body):
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.raw += body
        self.requests.append((time.monotonic(), path, headers, body))
        if path.endswith("/envelope/"):
            self.items += read_envelope(body)

    def of(self, kind):
        return [payload for item, payload in list(self.items) if item["type"] == kind]


def read_envelope(body):
    """[(item header, payload)], after the whole grammar has been held against it."""
    header, rest = body.split(b"\n", 1)
    header = json.loads(header)
    assert header["sent_at"].endswith("Z") and header["sent_at"].count("T") == 1
    items = []
    while rest:
        line, rest = rest.split(b"\n", 1)
        item = json.loads(line)
        length = item["length"]
        payload, end, rest = rest[:length], rest[length:length + 1], rest[length + 1:]
        assert len(payload) == length and end == b"\n"
        item["envelope"] = header
        items.append((item, json.loads(payload)))
    kinds = [item["type"] for item, _ in items]
    assert kinds and not ("event" in kinds and "transaction" in kinds)
    if "event" in kinds or "transaction" in kinds:
        assert len(header["event_id"]) == 32
    return items
