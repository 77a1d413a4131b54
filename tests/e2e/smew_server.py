"""A smew server under test: a real process on free ports with a data directory of its own, and a small REST client."""

import gzip
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import psycopg2
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("SMEW_PROGRAM", ROOT / "build/release/smew"))
ADMIN_KEY = "e2e-admin-key-0123456789"


def whole_lines(path):
    """Of a file that is being written: without a last line that is still on its way."""
    return path.read_bytes().rpartition(b"\n")[0].decode().splitlines()


def eventually(condition, seconds=60, what="condition"):
    """Waits until condition() is true and returns its value; fails loudly at the deadline. The deadline asserts nothing: the
    machine may be busy."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.01)


def farewell(connection, seconds=60):
    """SQLSTATE and text of the FATAL error that ends a plain connection, read off its socket: libpq (16 and newer) swallows
    it when it finds the connection closed, with PostgreSQL as well."""
    with socket.socket(fileno=os.dup(connection.info.socket)) as raw:
        raw.setblocking(True)
        raw.settimeout(seconds)
        data = b""
        while more := raw.recv(65536):
            data += more
    assert data[:1] == b"E", f"the connection ended with {data[:200]!r}"
    fields = {field[:1]: field[1:].decode() for field in data[5:].split(b"\0") if field}
    assert fields[b"S"] == "FATAL"
    return fields[b"C"], fields[b"M"]


class Server:
    """Starts on construction. Settings are given as keyword arguments: query_audit_mode="full"."""

    def __init__(self, data_dir, **settings):
        self.data_dir = pathlib.Path(data_dir)
        self.settings = settings
        self.process = self._log_reader = None
        self.log = []
        self.start()

    def start(self):
        self.data_dir.mkdir(parents=True, exist_ok=True)
        options = [f"--{name.replace('_', '-')}={value}" for name, value in self.settings.items()]
        command = [str(PROGRAM), "serve", f"--data-dir={self.data_dir}", "--http-listen=127.0.0.1:0",
                   "--pg-listen=127.0.0.1:0", f"--admin-key={ADMIN_KEY}", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._log_reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self._log_reader.start()
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(10)
            self._log_reader.join(5)
            raise AssertionError(f"smew did not start: {self.log[-5:]}")
        ready = json.loads(line)
        assert ready["event"] == "ready"
        self.url = ready["http"]
        self.pg_host, pg_port = ready["pg"].rsplit(":", 1)
        self.pg_port = int(pg_port)
        self.admin = Rest(self.url, ADMIN_KEY)

    def _read_log(self, stream):
        for line in stream:
            self.log.append(line.rstrip("\n"))

    def events(self, name):
        parsed = [json.loads(line) for line in list(self.log) if line.startswith("{")]
        return [event for event in parsed if event.get("event") == name]

    def stop(self, seconds=90):
        """SIGTERM and wait; returns the exit code. What it logged can be read then."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(seconds)
            if self._log_reader:
                self._log_reader.join(30)
            return code
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def project(self, project_id):
        reply = self.admin.post("/projects", {"id": project_id, "name": project_id}, expect=201)
        return Project(self, project_id, reply["api_key"])

    def metrics(self):
        return requests.get(self.url + "/metrics", timeout=10).text

    def workers(self):
        """Process ids of the workers that run now."""
        listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(line.split()[0]) for line in listing.stdout.splitlines() if line.split()[-1] == "worker"]

    def metric(self, name):
        """Sum of all samples of a metric, 0 when there is none."""
        total = 0.0
        for line in self.metrics().splitlines():
            if line.startswith((name + " ", name + "{")):
                total += float(line.rsplit(" ", 1)[1])
        return total


class Rest:
    def __init__(self, url, key):
        self.url = url
        self.session = requests.Session()
        if key:
            self.session.headers["Authorization"] = f"Bearer {key}"

    def request(self, method, path, expect=None, **options):
        reply = self.session.request(method, self.url + path, timeout=120, **options)
        if expect is not None:
            assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text[:2000]}"
        return reply

    def _json(self, method, path, expect, **options):
        reply = self.request(method, path, expect, **options)
        return reply.json() if reply.content and "json" in reply.headers.get("Content-Type", "") else None

    def get(self, path, expect=200, **options):
        return self._json("GET", path, expect, **options)

    def post(self, path, body=None, expect=200, **options):
        return self._json("POST", path, expect, json=body, **options)

    def put(self, path, body=None, expect=200):
        return self._json("PUT", path, expect, json=body)

    def patch(self, path, body=None, expect=200):
        return self._json("PATCH", path, expect, json=body)

    def delete(self, path, expect=204, body=None):
        return self._json("DELETE", path, expect, json=body)


class Project:
    def __init__(self, server, project_id, key):
        self.server = server
        self.id = project_id
        self.key = key
        self.rest = Rest(server.url, key)
        self.path = f"/projects/{project_id}"

    def bucket(self, name):
        return self.rest.post(f"{self.path}/buckets", {"name": name}, expect=201)

    def import_csv(self, bucket, table, text, expect=200, **parameters):
        query = {"format": "csv", "mode": "replace", **parameters}
        body = text if isinstance(text, bytes) else text.encode()
        path = f"{self.path}/buckets/{bucket}/tables/{table}/import"
        reply = self.rest.request("POST", path, expect, params=query, data=body, headers={"Content-Type": "text/csv"})
        return reply.json()

    def workspace(self, name="analysis", **fields):
        body = {"name": name, **fields}
        return Workspace(self, self.rest.post(f"{self.path}/workspaces", body, expect=201))


class Workspace:
    def __init__(self, project, reply):
        self.project = project
        self.reply = reply
        self.id = reply["id"]
        self.connection = reply["connection"]
        self.path = f"{project.path}/workspaces/{self.id}"

    def parameters(self, **changes):
        server = self.project.server
        parameters = {"host": server.pg_host, "port": server.pg_port, "dbname": self.connection["database"],
                      "user": self.connection["username"], "password": self.connection["password"],
                      "sslmode": "disable", "connect_timeout": 20}
        return {**parameters, **changes}

    def connect(self, **changes):
        return psycopg2.connect(**self.parameters(**changes))

    def query(self, sql, arguments=None, **changes):
        """Runs one statement in a connection of its own; returns its rows, or None when it has none."""
        connection = self.connect(**changes)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, arguments)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()


def gzipped(text):
    return gzip.compress(text.encode())
