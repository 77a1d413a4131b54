"""docs/monitoring.md: each of its blocks is run here, with receivers that are started beside."""

import os
import pathlib
import re
import shlex
import subprocess

from receivers import Kent
from sentry_sink import PATIENT, Sink
from smew_server import ADMIN_KEY, PROGRAM, ROOT, eventually
from test_docs import blocks
from test_operations import bash
from test_otlp import spans_of
from test_profiles import read_pprof
from test_sentry import monitoring_python  # noqa: F401

PAGE = "docs/monitoring.md"


def block(language, word):
    [found] = [text for text in blocks(PAGE, language) if word in text]
    return found


def settings_of(text):
    """Of the line `[NAME=value …] smew serve --a=b …`: what it sets, as start_server() takes it."""
    line = next(line for line in text.splitlines() if "smew serve" in line)
    before, after = line.split("smew serve")
    settings = {word.split("=", 1)[0].removeprefix("SMEW_").lower(): word.split("=", 1)[1] for word in shlex.split(before)}
    for word in shlex.split(after):
        name, value = word.removeprefix("--").split("=", 1)
        settings[name.replace("-", "_")] = value
    return settings


def test_every_block_is_run_here():
    known = [("sh", "SMEW_SENTRY_DSN"), ("sh", "kent-server"), ("sh", "otlp-endpoint"), ("sql", "traceparent"),
             ("bash", "/health/detail"), ("bash", "/debug/pprof/profile")]
    every = [text for language in ("sh", "sql", "bash") for text in blocks(PAGE, language)]
    assert sorted(block(*one) for one in known) == sorted(every)


def test_the_settings_it_names_exist():
    page = (ROOT / PAGE).read_text()
    listed = subprocess.run([PROGRAM, "settings-doc"], capture_output=True, text=True, check=True, timeout=60).stdout
    named = set(re.findall(r"`((?:sentry|otlp|health|profile|alert)_[a-z0-9_]+)(?:=\w+)?`", page))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"`{name}`" not in listed] == []


def test_sentry_and_the_pages_commands(start_server, monitoring_python, tmp_path):  # noqa: F811
    settings, sink = settings_of(block("sh", "SMEW_SENTRY_DSN")), Sink()
    assert set(settings) == {"sentry_dsn", "environment"}
    server = start_server("page-sentry", **{**settings, "sentry_dsn": sink.dsn})
    place = {"SMEW_URL": server.url, "SMEW_ADMIN_KEY": ADMIN_KEY}
    assert '"status": "healthy"' in bash(block("bash", "/health/detail"), **place)
    bash(f"cd {tmp_path}\n" + block("bash", "/debug/pprof/profile"), **place)
    assert read_pprof(monitoring_python, (tmp_path / "profile.pb.gz").read_bytes())["types"]
    project = server.project("shop")
    project.bucket("in.c-sales")
    project.import_csv("in_c_sales", "orders", "id\n1\n")
    workspace = project.workspace()
    statement = block("sql", "traceparent")
    connection = workspace.connection
    told = subprocess.run(["psql", "-XAt", f"host={server.pg_host} port={server.pg_port} dbname={connection['database']} "
                           f"user={connection['username']} sslmode=disable"], input=statement, text=True,
                          env={**os.environ, "PGPASSWORD": connection["password"]}, capture_output=True, timeout=60)
    assert told.stdout.strip() == "1", told.stderr
    trace = re.search(r"00-(\w{32})-(\w{16})-01", statement)

    def traced():
        return [one for one in sink.of("transaction") if one["contexts"]["trace"]["trace_id"] == trace[1]]
    assert eventually(traced, 60, "the statement")[0]["contexts"]["trace"]["parent_span_id"] == trace[2]
    server.stop()
    sink.close()


def test_kent(start_server, monitoring_python, tmp_path):  # noqa: F811
    text = block("sh", "kent-server")
    wanted = re.search(r"pip install (kent==\S+)", text)[1]
    pinned = (pathlib.Path(__file__).parents[1] / "monitoring/requirements.txt").read_text().split()
    assert wanted in pinned
    receiver = Kent(pathlib.Path(monitoring_python).parent, tmp_path)
    settings = settings_of(text)
    server = start_server("page-kent", **{**settings, "sentry_dsn": settings["sentry_dsn"].replace("8001", str(receiver.port)),
                                        "sentry_api_sample_rate": 1, **PATIENT})
    server.admin.get("/projects")
    server.stop()
    assert any(one["environment"] == "development" for one in receiver.items("transaction"))
    receiver.stop()


def test_opentelemetry(start_server, monitoring_python):  # noqa: F811
    settings, sink = settings_of(block("sh", "otlp-endpoint")), Sink()
    server = start_server("page-otlp", **{**settings, "otlp_endpoint": settings["otlp_endpoint"].replace("4318", str(sink.port))
                                          .replace("localhost", "127.0.0.1"), "sentry_api_sample_rate": 1, **PATIENT})
    server.admin.get("/projects")
    server.stop()
    assert {key.lower(): value for key, value in sink.requests[0][2].items()}["x-team"] == "data"
    assert any(span["name"] == "GET /projects" for span in spans_of(monitoring_python, sink))
    sink.close()
