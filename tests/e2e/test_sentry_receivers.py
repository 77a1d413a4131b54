"""Receivers others have made take what smew sends: Bugsink, which refuses what breaks Sentry's schema, and Kent."""

import os
import socket
import subprocess

import pytest
import requests
from smew_server import eventually
from test_sentry import EVERYTHING, ROOT, break_uploads, monitoring_python  # noqa: F401


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bugsink:
    def __init__(self, python, home):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests/monitoring"), "BUGSINK_DIR": str(home),
                            "DJANGO_SETTINGS_MODULE": "bugsink_conf", "BUGSINK_URL": self.url}
        (home / "ingestion").mkdir()
        manage = str(python.parent / "bugsink-manage")
        for command in (["migrate"], ["migrate", "--database=snappea"]):
            self.run(manage, *command)
        token = self.run(manage, "create_auth_token").split()[-1]
        self.process = subprocess.Popen(
            [python.parent / "gunicorn", "--bind", self.url[7:], "--workers=1", "--threads=4", "bugsink.wsgi"],
            env=self.environment, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        eventually(self.answers, 60, "Bugsink")
        team = self.call("POST", "teams/", name="t")["id"]
        project = self.call("POST", "projects/", name="smew", team=team)["id"]
        self.dsn = self.call("GET", f"projects/{project}/")["dsn"]
        self.project = project

    def run(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answers(self):
        try:
            return requests.get(self.url + "/health/ready", timeout=2).ok
        except requests.ConnectionError:
            return False

    def call(self, method, path, **body):
        reply = self.session.request(method, f"{self.url}/api/canonical/0/{path}", json=body or None, timeout=30)
        assert reply.ok, reply.text
        return reply.json()

    def listing(self, path):
        return self.call("GET", path)["results"]


@pytest.fixture
def bugsink(monitoring_python, tmp_path):  # noqa: F811
    bugsink = Bugsink(monitoring_python, tmp_path)
    yield bugsink
    bugsink.process.terminate()
    bugsink.process.wait(20)


def test_bugsink_stores_and_groups(start_server, bugsink):
    server = start_server("bugsink", sentry_dsn=bugsink.dsn, **EVERYTHING)
    project = server.project("p")
    project.bucket("in.c-x")
    break_uploads(server)
    for _ in range(3):
        project.rest.request("POST", f"{project.path}/buckets/in_c_x/tables/t/import", 500, params={"format": "csv"}, data=b"a\n1\n")
    issue = eventually(lambda: next((issue for issue in bugsink.listing(f"issues/?project={bugsink.project}")
                                     if issue["digested_event_count"] == 3), None), 30, "an issue of three events")
    assert "ProblemException" in issue["calculated_type"]
    events = bugsink.listing(f"events/?issue={issue['id']}")
    assert len(events) == 3
    event = bugsink.call("GET", f"events/{events[0]['id']}/")
    assert event["data"]["tags"]["project"] == "p"
    trace = bugsink.session.get(f"{bugsink.url}/api/canonical/0/events/{events[0]['id']}/stacktrace/", timeout=30).text
    assert "src/http/" in trace
    # It asks every client to keep its transactions to itself; so the client does, and says so.
    server.stop()


def test_kent_takes_every_kind_of_item(start_server, monitoring_python, tmp_path):  # noqa: F811
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    kent = subprocess.Popen([monitoring_python.parent / "kent-server", "run", "--host", "127.0.0.1", "--port", str(port)],
                            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def answers():
            try:
                return requests.get(url + "/api/eventlist/", timeout=2).ok
            except requests.ConnectionError:
                return False

        eventually(answers, 60, "Kent")
        server = start_server("kent", sentry_dsn=f"http://public@127.0.0.1:{port}/1", **EVERYTHING)
        server.admin.get("/projects")
        project = server.project("p")
        project.bucket("in.c-x")
        break_uploads(server)
        project.rest.request("POST", f"{project.path}/buckets/in_c_x/tables/t/import", 500, params={"format": "csv"}, data=b"a\n1\n")
        server.stop()
        kinds = set()
        for event in requests.get(url + "/api/eventlist/", timeout=10).json()["events"]:
            payload = requests.get(f"{url}/api/event/{event['event_id']}", timeout=10).json()["payload"]
            kinds.add(payload["header"]["type"])
        assert {"event", "transaction", "sessions", "check_in"} <= kinds
    finally:
        kent.terminate()
        kent.wait(20)
