"""dbt-postgres, in a virtual environment of its own: debug, seed, run, test, snapshot, incremental models, docs."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import psycopg2
import pytest
from smew_server import ROOT

PROJECT = pathlib.Path(__file__).parent / "dbt_project"
ENVIRONMENT = ROOT / ".venv-dbt"


@pytest.fixture(scope="session")
def python_of_dbt():
    """The interpreter of a virtual environment with dbt, made when it is missing or its requirements changed."""
    requirements, made = PROJECT / "requirements.txt", ENVIRONMENT / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not made.exists() or made.read_text() != wanted:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([ENVIRONMENT / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements], check=True)
        made.write_text(wanted)
    return ENVIRONMENT / "bin/python"


@pytest.fixture
def dbt(python_of_dbt, target, tmp_path):
    """dbt(*commands): what run.py says of each, in a copy of the project."""
    project = shutil.copytree(PROJECT, tmp_path / "project")

    def dbt(*commands):
        environment = {**os.environ, **target.environment(), "DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}
        done = subprocess.run([python_of_dbt, project / "run.py", *commands], env=environment, cwd=project, capture_output=True,
                              text=True, timeout=240)
        outcomes = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"command"')]
        assert len(outcomes) == len(commands), done.stdout + done.stderr
        for outcome in outcomes:
            assert outcome["success"], f"{outcome} {done.stdout} {done.stderr}"
        return {outcome["command"]: outcome["nodes"] for outcome in outcomes}

    dbt.project = project
    return dbt


def query(target, sql):
    connection = psycopg2.connect(**target.parameters())
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    connection.close()
    return rows


def test_the_whole_of_a_project(dbt, target):
    ran = dbt("debug", "seed", "run", "test", "snapshot", "run --select new_orders", "docs generate")
    assert set(ran["run"]) == {"customer_orders", "by_country", "new_orders"}
    assert len(ran["test"]) == 4 and all(status.startswith("pass") for status in ran["test"].values())
    assert query(target, "SELECT count(*), sum(orders) FROM analytics.customer_orders") == [(50, 1000)]
    assert query(target, "SELECT count(*), max(id) FROM analytics.new_orders") == [(1000, 1000)]  # 500 first, the rest incrementally
    assert query(target, "SELECT count(*) FROM analytics.customers_history WHERE dbt_valid_to IS NULL") == [(50,)]
    assert query(target, "SELECT country FROM analytics.by_country ORDER BY 1") == [("AT",), ("CZ",), ("DE",)]
    catalog = json.loads((dbt.project / "target/catalog.json").read_text())
    columns = catalog["nodes"]["model.shop.customer_orders"]["columns"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "id": "bigint", "name": "text", "country": "text", "orders": "bigint", "amount": "double precision"}
    assert set(catalog["sources"]) == {"source.shop.sales.orders", "source.shop.sales.customers"}
