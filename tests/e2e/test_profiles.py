"""Profiles of CPU time: of the gateway and of a workspace's process in its sandbox, read by Protocol Buffers' own parser."""

import json
import subprocess
import threading

import pytest
from test_sentry import ROOT, monitoring_python  # noqa: F401


def read_pprof(python, body):
    run = subprocess.run([python, ROOT / "tests/monitoring/read_pprof.py"], input=body, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


class Busy:
    """Repeats `work` in a thread until the end of the block."""

    def __init__(self, work):
        self.work, self.over = work, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.over.is_set():
            self.work()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@pytest.fixture(scope="module")
def profiled(start_server):
    return start_server("profiles", profile_hertz=250, profile_max_seconds=5)


def check(profile):
    assert profile["types"] == [["samples", "count"], ["cpu", "nanoseconds"]]
    assert profile["period"] == 4_000_000 and profile["duration"] >= 10**9
    assert profile["samples"] and all(sample["values"][1] == sample["values"][0] * 4_000_000 for sample in profile["samples"])
    program = next(mapping for mapping in profile["mappings"] if mapping["file"].endswith("/smew"))
    assert len(program["build_id"]) == 40 and program["size"] > 1_000_000
    return {name for sample in profile["samples"] for name in sample["functions"]}


def test_of_the_gateway(profiled, monitoring_python):  # noqa: F811
    from smew_server import ADMIN_KEY, Rest
    other = Rest(profiled.url, ADMIN_KEY)
    with Busy(lambda: other.get("/openapi.json")):
        reply = profiled.admin.request("GET", "/debug/pprof/profile?seconds=2", 200)
    functions = check(read_pprof(monitoring_python, reply.content))
    assert any("smew::http::" in name for name in functions), functions


def test_of_a_workspaces_process(profiled, monitoring_python):  # noqa: F811
    workspace = profiled.project("p").workspace()
    path = f"/debug/pprof/profile?seconds=2&workspace={workspace.id}"
    assert profiled.admin.request("GET", path).status_code == 409  # its process does not run
    connection = workspace.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    with Busy(lambda: cursor.execute("SELECT sum(sqrt(i)) FROM range(3000000) t(i)")):
        reply = profiled.admin.request("GET", path, 200)
        again = profiled.admin.request("GET", path.replace("seconds=2", "seconds=1"), 200)
    functions = check(read_pprof(monitoring_python, reply.content))
    assert any("duckdb" in name for name in functions), functions
    assert again.content[:2] == b"\x1f\x8b"
    cursor.execute("SELECT 1")
    assert cursor.fetchall() == [(1,)]
    connection.close()


def test_is_for_the_admin_and_bounded(profiled):
    key = profiled.project("q").rest
    assert key.request("GET", "/debug/pprof/profile?seconds=1").status_code == 403
    refused = profiled.admin.request("GET", "/debug/pprof/profile?seconds=6")
    assert refused.status_code == 422 and "profile_max_seconds" in refused.text
