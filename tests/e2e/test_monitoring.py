"""What monitoring gets: clean metrics, rules and dashboards that name what exists, and an alert that arrives."""

import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading

import psycopg2
import pytest
import yaml
from smew_server import ROOT, eventually

PROMETHEUS = ROOT / "deploy/prometheus"
DASHBOARD = ROOT / "deploy/grafana/smew.json"

pytestmark = pytest.mark.skipif(not shutil.which("promtool"), reason="scripts/install-packages test installs Prometheus")


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def families(text):
    """Name → type, help and label names of an exposition."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, help_text = line[7:].split(" ", 1)
            found.setdefault(name, {"labels": set()})["help"] = help_text
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            found.setdefault(name, {"labels": set()})["type"] = kind
        elif line:
            name = re.match(r"[a-zA-Z_:0-9]+", line)[0]
            family = name if name in found else re.sub(r"_(bucket|sum|count)$", "", name)
            found[family]["labels"] |= set(re.findall(r'([a-z_]+)="', line)) - {"le"}
    return found


@pytest.fixture(scope="module")
def exposition(shop, workspace):
    """After some use of everything that has labels of its own."""
    workspace.query("SELECT * FROM in_c_sales.orders")
    with pytest.raises(psycopg2.Error):
        workspace.query("SELECT nonsense")
    shop.rest.request("GET", "/projects/nobody")
    return shop.server.metrics()


# ---------------------------------------------------------------- metrics


# Names of the reference service that its users' dashboards have, which promtool would call otherwise.
KNOWN_LINT = {
    "duckdb_buckets_total", "duckdb_projects_total", "duckdb_tables_total", "duckdb_workspaces_total",
    "pgwire_sessions_total",
}


def test_promtool_finds_no_fault_with_the_metrics(exposition):
    done = subprocess.run(["promtool", "check", "metrics"], input=exposition, capture_output=True, text=True, timeout=30)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if line]
    unknown = [line for line in complaints if line.split(" ")[0] not in KNOWN_LINT]
    assert not unknown, unknown
    assert {line.split(" ")[0] for line in complaints} <= KNOWN_LINT
    assert all("_total" in line for line in complaints), complaints


def test_labels_are_bounded(exposition):
    """No label holds what users make: ids, names, SQL."""
    allowed = {"status", "method", "endpoint", "status_code", "type", "format", "version", "duckdb_version"}
    labels = set().union(*(family["labels"] for family in families(exposition).values()))
    assert labels <= allowed | EXTRA_LABELS, labels - allowed
    values = set(re.findall(r'="([^"]*)"', exposition))
    assert not [value for value in values if re.search("ws_|in_c_sales|nonsense|nobody", value)]


# Of fixed sets of values, by the rooms that export them.
EXTRA_LABELS = {"reason", "sink", "kind", "outcome", "result", "state", "direction", "category", "limit", "event", "where"}


def catalogue(text):
    head = ("# Metrics\n\nWhat `GET /metrics` gives, in Prometheus' text format. Made by `scripts/metrics-reference` from a "
            "running smew;\n`tests/e2e/test_monitoring.py` fails when it is stale. No label holds what users make.\n\n"
            "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n")
    rows = [f"| `{name}` | {family['type']} | {', '.join(sorted(family['labels']))} | {family['help']} |\n"
            for name, family in sorted(families(text).items())]
    return head + "".join(rows)


def test_the_catalogue_of_metrics_is_current(exposition):
    page, expected = ROOT / "docs/metrics.md", catalogue(exposition)
    if os.environ.get("METRICS_REFERENCE") == "write":
        page.write_text(expected)
    written = page.read_text()
    missing = set(expected.splitlines()) - set(written.splitlines())
    surplus = set(written.splitlines()) - set(expected.splitlines())
    assert written == expected, f"run scripts/metrics-reference: missing {missing}, surplus {surplus}"


# ---------------------------------------------------------------- rules, dashboard


def names_in(expression):
    without_text = re.sub(r'"[^"]*"', '""', expression)
    return set(re.findall(r"\b((?:pgwire|duckdb|smew|process)_[a-z_]+)\b", without_text))


def known_names(exposition):
    known = {"pgwire_slow_queries_total"}  # the seed's rule has it; the recorder of slow queries exports it
    for name, family in families(exposition).items():
        known.add(name)
        if family["type"] == "histogram":
            known |= {name + "_bucket", name + "_sum", name + "_count"}
    return known


def rules():
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def test_rules_pass_their_unit_tests():
    assert "SUCCESS" in run("promtool", "check", "rules", "alerts.yml", cwd=PROMETHEUS)
    assert "SUCCESS" in run("promtool", "test", "rules", "alerts_test.yml", cwd=PROMETHEUS)
    tests = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    tried = {check["alertname"] for test in tests for check in test["alert_rule_test"] if check["exp_alerts"]}
    assert tried == set(rules()), "each rule has a test in which it fires"


def test_rules_have_what_the_seed_gives_them():
    seed = {"PGWireHighErrorRate": ("2m", "warning", "PG Wire error rate > 5%"),
            "PGWireAuthFailures": ("1m", "critical", "Multiple PG Wire auth failures"),
            "PGWireSlowQueries": ("5m", "warning", "High rate of slow queries"),
            "PGWireServerDown": ("1m", "critical", "PG Wire server is down")}
    for name, (time, severity, summary) in seed.items():
        rule = rules()[name]
        assert (rule["for"], rule["labels"]["severity"], rule["annotations"]["summary"]) == (time, severity, summary)


def test_rules_name_metrics_that_exist(exposition):
    known = known_names(exposition)
    for name, rule in rules().items():
        assert names_in(rule["expr"]) <= known, f"{name}: {names_in(rule['expr']) - known}"


def test_the_configurations_are_valid():
    run("promtool", "check", "config", "prometheus.yml", cwd=PROMETHEUS)
    run("amtool", "check-config", str(PROMETHEUS / "alertmanager.yml"))


def test_the_grafana_dashboard_names_metrics_that_exist(exposition):
    dashboard = json.loads(DASHBOARD.read_text())
    known = known_names(exposition)
    ids, titles = set(), set()
    for panel in dashboard["panels"]:
        assert panel["id"] not in ids and panel["title"] not in titles, panel["title"]
        ids.add(panel["id"])
        titles.add(panel["title"])
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] == "row":
            continue
        assert panel["targets"] and panel["description"], panel["title"]
        for target in panel["targets"]:
            assert names_in(target["expr"]), target
            assert names_in(target["expr"]) <= known, f"{panel['title']}: {names_in(target['expr']) - known}"
            # Prometheus reads it, with Grafana's variables filled in.
            check_expression(target["expr"])
    assert any("Slow" in title for title in titles)


def check_expression(expression):
    filled = expression.replace("$__rate_interval", "5m").replace("$instance", ".*").replace("$job", "pgwire")
    rule = {"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": filled}]}]}
    done = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], input=yaml.safe_dump(rule), capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 0, f"{expression}: {done.stdout}{done.stderr}"


# ---------------------------------------------------------------- the whole chain


class Webhook(http.server.ThreadingHTTPServer):
    def __init__(self):
        self.received = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                hook.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def alerts(self, name, status):
        return [alert for body in list(self.received) for alert in body["alerts"]
                if alert["labels"]["alertname"] == name and alert["status"] == status]


@pytest.fixture
def processes():
    started = []

    def start(*command):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(120)


def hurried(rule):
    """The shipped rule with times fit for a test."""
    return {**rule, "expr": rule["expr"].replace("[5m]", "[10s]"), "for": "1s"}


def test_an_alert_travels_from_smew_to_the_webhook(start_server, tmp_path, processes):
    server = start_server("alerting-chain", auth_failure_limit=0)
    workspace = server.project("chain").workspace()
    hook = Webhook()
    alertmanager_port, prometheus_port = free_port(), free_port()

    alertmanager = yaml.safe_load((PROMETHEUS / "alertmanager.yml").read_text())
    alertmanager["receivers"][0]["webhook_configs"][0]["url"] = f"http://127.0.0.1:{hook.server_port}/alerts"
    for route in (alertmanager["route"], *alertmanager["route"]["routes"]):
        route.update(group_wait="0s", group_interval="1s")
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(alertmanager))
    wanted = [hurried(rules()["PGWireAuthFailures"]), hurried(rules()["PGWireServerDown"])]
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": wanted}]}))
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager_port}"]
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [server.url.removeprefix("http://")]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))

    processes("prometheus-alertmanager", f"--config.file={tmp_path}/alertmanager.yml", f"--storage.path={tmp_path}/am",
              f"--web.listen-address=127.0.0.1:{alertmanager_port}", "--cluster.listen-address=")
    processes("prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb",
              f"--web.listen-address=127.0.0.1:{prometheus_port}")

    def fail_a_login():
        with pytest.raises(psycopg2.OperationalError):
            workspace.connect(password="wrong")
        return hook.alerts("PGWireAuthFailures", "firing")

    alert = eventually(fail_a_login, 180, "the alert at the webhook")[0]
    assert alert["labels"]["severity"] == "critical"
    assert alert["annotations"]["description"] == "Possible brute force attack"
    # Then nobody fails any more.
    eventually(lambda: hook.alerts("PGWireAuthFailures", "resolved"), 180, "its end at the webhook")
    server.kill()
    eventually(lambda: hook.alerts("PGWireServerDown", "firing"), 180, "the server's end at the webhook")
    hook.shutdown()
