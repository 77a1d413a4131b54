"""The load tester on PostgreSQL's protocol: against smew and against PostgreSQL, whose figures pgbench tells as well."""

import os
import pathlib
import re
import subprocess
import sys

import psycopg2
import pytest
from load_tool import FAILED, INCORRECT, INVALID, LENIENT, UNREACHABLE, at_once, load, uri, websocket_peer
from postgres_server import PostgresServer
from smew_server import PROGRAM, ROOT
from test_docs import blocks

SHORT = ["--duration", 1, "--warmup", "0"]


@pytest.fixture(scope="module")
def postgres():
    server = PostgresServer(max_connections=60, fsync="off")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def dsn(workspace):
    return uri(workspace.parameters())


def test_a_ladder_measures_each_rung_and_watches_the_server(server, dsn, tmp_path):
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--connections", "2,5", "--pid", server.process.pid, "--duration", 2, "--warmup", "0.2")
    assert [stage["name"] for stage in done.report["stages"]] == ["select-1 @ 2", "select-1 @ 5"]
    for stage, users in zip(done.report["stages"], (2, 5)):
        query = stage["metrics"]["pg.query"]
        assert query["ok"] == query["count"] == query["rows"] > 100
        assert stage["metrics"]["pg.connect"]["ok"] == users == stage["scalars"]["users.peak"]
        assert stage["scalars"]["rss.end"] > 1e6 and stage["scalars"]["fd.end"] > 10
    assert re.search(r"^select-1 @ 5 +[\d.-]+ +[\d.]+", done.output, re.MULTILINE)
    assert dsn.split(":")[2].split("@")[0] not in str(done.report)


def test_every_scenario(dsn, tmp_path):
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--connections", 3, "--scenario", "all", "--prepare", "--cleanup", "--duration", "0.5",
                "--warmup", "0")
    rows = {}
    for stage in done.report["stages"]:
        query = stage["metrics"]["pg.query"]
        assert query["ok"] > 0 and query["failed"] == 0, stage["name"]
        rows[stage["name"].split(" ")[0]] = query["rows"] / query["ok"]
    assert {name: rows[name] for name in ("select-1", "lookup", "select-1k", "select-100k", "join", "aggregate", "storm")} == {
        "select-1": 1, "lookup": 1, "select-1k": 1000, "select-100k": 100_000, "join": 1000, "aggregate": 4, "storm": 1}


@pytest.mark.parametrize("protocol", ["extended", "prepared"])
def test_protocols_with_parameters_from_a_scenario_file(dsn, tmp_path, protocol):
    scenario = tmp_path / "own.toml"
    scenario.write_text("""targets = ["pg.query p50<30s", "pg.query{class:letters} count>0"]
[[statement]]
name = "numbers"
sql = "SELECT {int:5:9}::int AS n"
weight = 3
[[statement]]
name = "letters"
sql = "SELECT '{text:12}'::text AS t, {number}::bigint"
""")
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--connections", 2, "--scenario", scenario, "--protocol", protocol, *SHORT)
    query = done.metric("pg.query")
    numbers, letters = done.metric("pg.query{class:numbers}")["ok"], done.metric("pg.query{class:letters}")["ok"]
    assert query["ok"] == query["count"] == numbers + letters and numbers / query["ok"] == pytest.approx(0.75, abs=0.1)
    assert done.target("pg.query p50<30s")["status"] == "met"


def test_tls_and_wrong_passwords(dsn, tmp_path):
    load(tmp_path, "pgwire", "--dsn", dsn.replace("sslmode=disable", "sslmode=require"), "--connections", 2, *SHORT)
    wrong = load(tmp_path, "pgwire", "--dsn", re.sub(r":[^:@]*@", ":wrong@", dsn), expect=UNREACHABLE)
    assert "password authentication failed" in wrong.errors


def test_overload_is_refused_cleanly_and_those_inside_keep_working(start_server, tmp_path):
    server = start_server("overload", pgwire_max_connections_per_workspace=5)
    dsn = uri(server.project("p").workspace().parameters())
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--scenario", "overload", "--connections", 20, "--duration", 2, "--warmup", "0", "--retry", "0.2")
    assert {error["code"] for error in done.report["errors"]} == {"53300"}
    assert done.stage()["scalars"]["users.peak"] == 5 and done.metric("pg.query")["ok"] > 100
    assert done.target("overload.unclean==0")["status"] == "met"


def test_a_statement_as_long_as_the_run_is_measured(dsn, tmp_path):
    """It begins with the measured phase and ends in the drain; the next one would be a second's work too many."""
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--scenario", "long:2s", "--connections", 3, "--duration", 1, "--warmup", "0", "--drain", "30s")
    query = done.metric("pg.query")
    assert query["ok"] == query["count"] == 3 and 2_000_000 <= query["latency_us"]["min"]


def test_a_run_that_measured_nothing_does_not_pass(dsn, tmp_path):
    done = load(tmp_path, "pgwire", "--dsn", dsn, "--scenario", "long:4s", "--connections", 1, "--duration", 1, "--warmup", "1", "--drain", "30s",
                expect=INVALID)
    assert "nothing was measured" in done.output and done.report["verdict"] == "invalid"


def database(dsn, *more):
    return ["database", "--dsn", dsn, "--queries", 1000, "--workers", 10, "--pool", 4, "--data-users", 50, *more]


def planted_leak(server):
    """PostgreSQL no longer keeps expenses apart."""
    with psycopg2.connect(**server.parameters()) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE smew_load.expenses DISABLE ROW LEVEL SECURITY")


@pytest.mark.parametrize("kind", ["postgres", "smew"])
def test_database_workload_keeps_users_apart(postgres, dsn, tmp_path, kind):
    target = dsn if kind == "smew" else uri(postgres.parameters())
    done = load(tmp_path, *database(target, "--prepare", "--no-default-targets", "--threshold", "success rate>99%"))
    query = done.metric("db.query")
    assert query["ok"] == query["count"] == 1000
    writes = sum(done.metric(f"db.query{{class:{name}}}")["count"] for name in ("add expense", "change expense"))
    assert writes / 1000 == pytest.approx(0.2, abs=0.05)
    assert done.metric("db.pool_wait")["latency_us"]["p95"] > 0 and done.metric("db.connect")["ok"] == 4
    assert done.stage()["scalars"]["db.rls_violations"] == 0
    assert done.report["run"]["env"]["isolation"].startswith("views" if kind == "smew" else "row-level security")
    if kind == "postgres":
        planted_leak(postgres)
        leaking = load(tmp_path, *database(target), expect=INCORRECT)
        assert leaking.report["incorrect"] > 0 and "WRONG REPLIES" in leaking.output
        assert ("isolation", "expenses") in {(error["kind"], error["code"]) for error in leaking.report["errors"]}


def test_planted_leaks_fail_a_soak(dsn, tmp_path):
    """The process that is watched opens a file and takes a megabyte every twentieth of a second."""
    script = "import time\nkept = []\nwhile True: kept.append((open('/dev/null'), bytearray(b'x' * (1 << 20)))); time.sleep(0.05)"
    leaky = subprocess.Popen([sys.executable, "-c", script])
    try:
        done = load(tmp_path, "soak", "--dsn", dsn, "--connections", 2, "--scenario", "select-1", "--duration", 8, "--warmup", "0.2",
                    "--trend-after", 5, "--pid", leaky.pid, expect=FAILED)
    finally:
        leaky.kill()
        leaky.wait(10)
    assert done.target("rss slope<5%/h")["status"] == done.target("fd.leak==0")["status"] == "failed"


def test_pgbench_agrees(postgres, tmp_path):
    """Of the same order only: the machine that runs the tests is shared. docs/load-baseline.md has measured figures."""
    statement = tmp_path / "select.sql"
    statement.write_text("SELECT 1;\n")
    environment = {**os.environ, "PGPASSWORD": "postgres"}
    pgbench = subprocess.run([postgres.bin / "pgbench", "-n", "-c", "4", "-T", "2", "-f", statement, "-h", "127.0.0.1", "-p", str(postgres.port),
                              "-U", "postgres", "postgres"], env=environment, capture_output=True, text=True, timeout=60)
    theirs = float(re.search(r"^tps = ([\d.]+)", pgbench.stdout, re.MULTILINE).group(1))
    done = load(tmp_path, "pgwire", "--dsn", uri(postgres.parameters()), "--connections", 4, "--duration", 2, "--warmup", "0.2")
    assert 0.2 < done.metric("pg.query")["rate_per_s"] / theirs < 5


def test_locustfile_runs(dsn, tmp_path):
    environment = {**os.environ, "SMEW_DSN": dsn, "SMEW_THINK_MIN": "0.01", "SMEW_THINK_MAX": "0.05", "SMEW_ORDERS": "locust_orders",
                   "SMEW_CUSTOMERS": "locust_customers"}
    command = [sys.executable, "-m", "locust", "-f", ROOT / "tests/load/locustfile.py", "--headless", "-u", "3", "-r", "3", "-t", "3s",
               "--csv", tmp_path / "locust", "--only-summary"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    table = [line.split(",") for line in (tmp_path / "locust_stats.csv").read_text().splitlines()]
    requests = {row[1]: (int(row[2]), int(row[3])) for row in table[1:]}
    assert requests["simple_select"][0] > 0 and requests["Aggregated"][1] == 0


WRAPPER = f"""#!/bin/sh
case "$2" in compare|merge) exec {PROGRAM} "$@";; websocket) set -- "$@" --think 0.1;; esac
case "$*" in *--duration*) ;; *) set -- "$@" --duration 1;; esac
case "$*" in *--warmup*) ;; *) set -- "$@" --warmup 0;; esac
exec {PROGRAM} "$@" --no-default-targets {" ".join(LENIENT)}
"""


def test_commands_of_the_readme(server, postgres, workspace, dsn, tmp_path):
    """Each block runs as it stands there, but for less time."""
    with websocket_peer("--password", "secret") as url, websocket_peer("--echo") as echo:
        environment = {**os.environ, "SMEW_DSN": dsn, "POSTGRES_DSN": uri(postgres.parameters()), "WS_URL": url, "WS_USER": "user",
                       "WS_PASSWORD": "secret", "ECHO_URL": echo, "SMEW_PID": str(server.process.pid), "SMEW_THINK_MIN": "0.1",
                       "SMEW_THINK_MAX": "0.2", "PATH": f"{tmp_path}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
        (tmp_path / "smew").write_text(WRAPPER)
        (tmp_path / "smew").chmod(0o755)
        (tmp_path / "tests").symlink_to(ROOT / "tests")
        commands = [line for block in blocks("tests/load/README.md", "bash") for line in block.splitlines() if line and not line.startswith("#")]
        assert len(commands) > 12
        alone = ("compare", "POSTGRES", "--prepare", "locust")
        parallel = [shortened(line) for line in commands if not any(word in line for word in alone)]
        in_turn = [shortened(line) for line in commands if any(word in line for word in alone)]

        def run(line):
            done = subprocess.run(["bash", "-euc", line], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"

        at_once(*(lambda line=line: run(line) for line in parallel))
        for line in in_turn:
            run(line)


def shortened(line):
    line = re.sub(r"--(duration|ramp) \w+", r"--\1 1", line)
    line = re.sub(r"--queries \d+", "--queries 200", line).replace("10,25,50,100", "2,3").replace("long:60s", "long:1s")
    return re.sub(r"--connections (50|10)\b", "--connections 3", line).replace("-t 30s", "-t 2s").replace("after 10s", "after 1h")
