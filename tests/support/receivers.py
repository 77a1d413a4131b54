"""Receivers that others wrote, started on a free port: Bugsink, which keeps errors and holds them against Sentry's schema,
and Kent, which keeps items of every kind. Both run in the monitoring environment (scripts/monitoring-venv)."""

import os
import pathlib
import socket
import subprocess
import time

import requests

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "monitoring"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Receiver:
    """A process that answers on self.url once it is up."""

    def run(self, command, environment, probe, log):
        self.process = subprocess.Popen(command, env=environment, stdout=open(log, "wb"), stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 120
        while True:
            try:
                if requests.get(self.url + probe, timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                pass
            running = self.process.poll() is None
            assert running and time.monotonic() < deadline, pathlib.Path(log).read_text()[-2000:]
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


class Bugsink(Receiver):
    def __init__(self, binaries, directory):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "BUGSINK_DIR": str(directory), "BUGSINK_URL": self.url,
                            "PYTHONPATH": str(SUPPORT), "DJANGO_SETTINGS_MODULE": "bugsink_conf"}
        self.binaries = binaries
        self._manage("migrate")
        self._manage("migrate", "--database=snappea")
        self.headers = {"Authorization": "Bearer " + self._manage("create_auth_token").split()[-1]}
        self.run([binaries / "gunicorn", "--no-control-socket", f"--bind=127.0.0.1:{self.port}", "--workers=1",
                  "--threads=4", "bugsink.wsgi"], self.environment, "/health/ready", directory / "bugsink.log")
        team = self.post("teams", {"name": "smew"})
        self.project = self.post("projects", {"name": "smew", "team": team["id"]})["id"]
        self.dsn = self.get(f"projects/{self.project}")["dsn"]

    def _manage(self, *words):
        done = subprocess.run([self.binaries / "bugsink-manage", *words], env=self.environment, text=True,
                              capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def get(self, path, **parameters):
        reply = requests.get(f"{self.url}/api/canonical/0/{path}/", params=parameters, headers=self.headers, timeout=60)
        assert reply.status_code == 200, f"{path}: {reply.status_code} {reply.text[:500]}"
        return reply.json()

    def post(self, path, body):
        reply = requests.post(f"{self.url}/api/canonical/0/{path}/", json=body, headers=self.headers, timeout=60)
        assert reply.status_code == 201, f"{path}: {reply.status_code} {reply.text[:500]}"
        return reply.json()

    def issues(self):
        return self.get("issues", project=self.project)["results"]

    def events(self, issue):
        """With all that was sent of each."""
        return [self.get(f"events/{event['id']}") for event in self.get("events", issue=issue["id"])["results"]]


class Kent(Receiver):
    def __init__(self, binaries, directory):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.dsn = f"http://public@127.0.0.1:{self.port}/1"
        self.run([binaries / "kent-server", "run", "--host", "127.0.0.1", "--port", str(self.port)], dict(os.environ),
                 "/api/eventlist/", directory / "kent.log")

    def items(self, kind):
        """Payloads of that kind."""
        listed = requests.get(self.url + "/api/eventlist/", timeout=60).json()["events"]
        payloads = [requests.get(f"{self.url}/api/event/{event['event_id']}", timeout=60).json()["payload"]
                    for event in listed]
        return [payload["body"] for payload in payloads if payload["header"]["type"] == kind]
