"""pgbench: its tables made as it makes them, and its three built-in scripts in all three query modes."""

import os
import subprocess

import psycopg2
import pytest
from postgres_server import newest_bin


@pytest.fixture
def pgbench(target):
    def pgbench(*arguments):
        return subprocess.run([newest_bin() / "pgbench", *arguments], env={**os.environ, **target.environment()}, capture_output=True,
                              text=True, timeout=120)

    return pgbench


def query(target, sql):
    connection = psycopg2.connect(**target.parameters())
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    connection.close()
    return row


@pytest.fixture(scope="module")
def initialised(target):
    done = subprocess.run([newest_bin() / "pgbench", "-i", "-s", "1"], env={**os.environ, **target.environment()}, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return target


def test_initialisation(initialised):
    assert query(initialised, "SELECT count(*), min(aid), max(aid) FROM pgbench_accounts") == (100000, 1, 100000)
    assert query(initialised, "SELECT (SELECT count(*) FROM pgbench_tellers), (SELECT count(*) FROM pgbench_branches)") == (10, 1)


def test_initialisation_on_the_server(pgbench, target):
    done = pgbench("-i", "-I", "dtGvp", "-s", "1")
    assert done.returncode == 0, done.stderr
    assert query(target, "SELECT count(*) FROM pgbench_accounts") == (100000,)


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
@pytest.mark.parametrize("script", ["tpcb-like", "simple-update", "select-only"])
def test_built_in_scripts(initialised, pgbench, script, mode):
    (before,) = query(initialised, "SELECT count(*) FROM pgbench_history")
    done = pgbench("-n", "-b", script, "-M", mode, "-t", "20")
    assert "number of transactions actually processed: 20/20" in done.stdout, done.stderr
    count, total = query(initialised, "SELECT count(*), coalesce(sum(delta), 0) FROM pgbench_history")
    assert count - before == (0 if script == "select-only" else 20)
    assert query(initialised, "SELECT sum(abalance) FROM pgbench_accounts") == (total,)


def test_clients_at_once(initialised, pgbench):
    done = pgbench("-n", "-b", "select-only", "-c", "4", "-j", "2", "-t", "50")
    assert "number of transactions actually processed: 200/200" in done.stdout, done.stderr


def test_pipelines(initialised, pgbench, tmp_path):
    script = tmp_path / "pipeline.sql"
    script.write_text("\\set aid random(1, 100000)\n\\startpipeline\nSELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n"
                      "SELECT count(*) FROM pgbench_branches;\nSELECT 1;\n\\endpipeline\n")
    for mode in ("extended", "prepared"):
        done = pgbench("-n", "-f", script, "-M", mode, "-t", "20")
        assert "number of transactions actually processed: 20/20" in done.stdout, done.stderr
