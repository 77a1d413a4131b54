"""How dashboard and console are served, and what they read. The pages themselves are driven in tests/browser."""

import gzip
import json
import os
import re
import subprocess

import pytest
import requests
from smew_server import ROOT, eventually, whole_lines


def fetch(server, path, **headers):
    return requests.get(server.url + path, headers=headers, timeout=60, stream=True)


@pytest.mark.parametrize("path, kind", [("/dashboard", "text/html"), ("/console", "text/html"), ("/assets/console.js", "text/javascript"),
                                        ("/assets/pages.css", "text/css"), ("/assets/icon.svg", "image/svg+xml")])
def test_served_with_type_policy_and_etag(server, path, kind):
    plain = fetch(server, path, **{"Accept-Encoding": "identity"})
    assert plain.status_code == 200 and plain.headers["Content-Type"].startswith(kind)
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    policy = plain.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    packed = fetch(server, path, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw.read()) == plain.raw.read()
    same = fetch(server, path, **{"If-None-Match": plain.headers["ETag"]})
    assert same.status_code == 304 and same.raw.read() == b""
    assert fetch(server, path, **{"If-None-Match": '"other"'}).status_code == 200


def test_pages_ask_for_nothing_inline_or_elsewhere(server):
    for page in ("/dashboard", "/console"):
        text = requests.get(server.url + page, timeout=60).text
        assert "style=" not in text and not re.search(r"<script(?![^>]* src=)", text) and not re.search(r"\bon\w+=", text)
        for link in re.findall(r'(?:href|src)="([^"#]+)"', text):
            assert link.startswith("/") and requests.get(server.url + link, timeout=60).status_code == 200


def test_only_what_is_embedded_is_an_asset(server):
    for name in ("nothing.js", "dashboard.html", "..%2f..%2fetc%2fpasswd"):
        assert fetch(server, f"/assets/{name}").status_code == 404


def test_history_tells_rates_and_percentiles(server, workspace):
    for _ in range(30):
        workspace.query("SELECT 1")

    def seen():
        history = server.admin.get("/metrics/history?range=10m")
        assert all(len(values) == len(history["times"]) for values in history["series"].values())
        return history if sum(history["series"]["queries_per_second"]) > 25 else None

    history = eventually(seen, what="the queries in the history")
    assert history["step_seconds"] == 1 and history["times"] == sorted(history["times"])
    assert any(value for value in history["series"]["latency_p95_seconds"])
    server.admin.request("GET", "/metrics/history?range=1y", 422)
    workspace.project.rest.request("GET", "/metrics/history", 403)


def test_a_projects_history_is_its_own(server, workspace):
    other = server.project("history-other")
    with other.workspace().connect() as connection, connection.cursor() as cursor:
        for _ in range(7):
            cursor.execute("SELECT 1")

    def statements(project):
        history = project.rest.get(f"{project.path}/metrics/history?range=10m")
        assert not {"requests_per_second", "gateway_memory_bytes"} & set(history["series"])
        return sum(history["series"]["queries_per_second"])

    eventually(lambda: statements(other) > 0, 60, "the queries in the project's history")
    seen = other.rest.get(f"{other.path}/metrics/history?range=10m")["series"]
    assert max(seen["sessions"]) >= 1 and max(seen["workers"]) == 1
    workspace.project.rest.request("GET", f"{other.path}/metrics/history", 403)
    unused = server.project("history-nothing")
    assert unused.rest.get(f"{unused.path}/metrics/history")["times"] == []


def test_percentiles_are_close_to_what_statements_took(server):
    """Of one statement all percentiles are its own duration, as the audit has it, to within a bucket of durations."""
    project = server.project("percentiles")
    sql = "SELECT sum(sqrt(i) * sin(i)) FROM range(3000000) t(i)"
    project.workspace().query(sql)
    [record] = eventually(lambda: [json.loads(line) for line in whole_lines(server.data_dir / "log/query-audit.jsonl")
                                   if "percentiles" in line and sql in line], 60, "the audit's record")

    def seen():
        values = project.rest.get(f"{project.path}/metrics/history?range=10m")["series"]["latency_p95_seconds"]
        return next((value for value in values if value), None)

    took = record["duration_ms"] / 1000
    assert took / 1.4 < eventually(seen, 60, "a percentile") < took * 1.4


def test_workers_tell_memory_disk_and_sessions(server, workspace):
    connection = workspace.connect()
    mine = eventually(lambda: [one for one in server.admin.get("/workers")["workers"]
                               if one["workspace_id"] == workspace.id and one["memory_bytes"] > 0 and one["sessions"] > 0], what="the worker's report")
    assert mine[0]["state"] == "ready" and mine[0]["pid"] in server.workers() and mine[0]["size_limit_bytes"] == 10 << 30
    listed = workspace.project.rest.get(f"{workspace.project.path}/workers")["workers"]
    assert workspace.id in [one["workspace_id"] for one in listed] and {one["project_id"] for one in listed} == {workspace.project.id}
    workspace.project.rest.request("GET", "/workers", 403)
    connection.close()


def test_the_example_of_the_docs(server, workspace):
    script = re.search(r"^```bash\n(.*?)^```", (ROOT / "docs/dashboard.md").read_text(), re.MULTILINE | re.DOTALL).group(1)
    environment = {**os.environ, "SMEW": server.url, "PROJECT": workspace.project.id, "WORKSPACE": workspace.id,
                   "WORKSPACE_USER": workspace.connection["username"], "WORKSPACE_PASSWORD": workspace.connection["password"]}
    result = subprocess.run(["bash", "-euc", script], env=environment, capture_output=True, text=True, timeout=30)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["type"] for line in lines][0] == "started" and lines[-1]["type"] == "end" and lines[-1]["rows"] > 0, result.stdout
