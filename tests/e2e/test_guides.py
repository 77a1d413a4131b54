"""The guides for users: every block that can run is taken from its page and run, with the page's placeholders replaced."""

import os
import subprocess
import sys

import pytest
from drivers import programs
from test_docs import blocks

CONNECTION = "docs/workspace-connection-guide.md"
PERFORMANCE = "docs/workspace-performance.md"


@pytest.fixture(scope="module")
def guide(shop):
    """(fill, environment): replaces what the pages write for a connection's parameters."""
    workspace = shop.workspace("guide")
    values = workspace.parameters()
    placeholders = {"your_password": values["password"], "ws_abc_xyz": values["user"], "workspace_abc": values["dbname"],
                    "localhost": values["host"], "5432": str(values["port"])}

    def fill(text):
        for placeholder, value in placeholders.items():
            text = text.replace(placeholder, value)
        return text

    return fill, {**os.environ, "PGPASSWORD": values["password"], "PGHOST": values["host"], "PGPORT": str(values["port"]),
                  "PGDATABASE": values["dbname"], "PGUSER": values["user"]}


def run(command, directory, environment, **options):
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(len(blocks(CONNECTION, "bash"))))
def test_shell_of_the_connection_guide(guide, tmp_path, number):
    fill, environment = guide
    output = run(["bash", "-euo", "pipefail", "-c", fill(blocks(CONNECTION, "bash")[number])], tmp_path, environment)
    assert output.strip()


@pytest.mark.parametrize("number", range(len(blocks(CONNECTION, "python"))))
def test_python_of_the_connection_guide(guide, tmp_path, number):
    fill, environment = guide
    output = run([sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", fill(blocks(CONNECTION, "python")[number])],
                 tmp_path, environment)
    assert output.strip()


@pytest.mark.parametrize("page", [CONNECTION, PERFORMANCE])
def test_sql_of_the_guides(guide, tmp_path, page):
    _, environment = guide
    output = run(["psql", "-X", "-v", "ON_ERROR_STOP=1"], tmp_path, environment, input="\n".join(blocks(page, "sql")))
    assert output.strip()


def one_block(language):
    [block] = blocks(CONNECTION, language)
    return block


def test_java_of_the_connection_guide(guide, tmp_path):
    fill, environment = guide
    programs.jdbc()
    (tmp_path / "Example.java").write_text(fill(one_block("java")))
    output = run(["java", "-cp", f"{programs.BUILD / 'jdbc/lib'}/*", "Example.java"], tmp_path, environment)
    assert len(output.splitlines()) > 100


def test_node_of_the_connection_guide(guide, tmp_path):
    fill, environment = guide
    _, anywhere = programs.node("pg.js")
    script = anywhere.with_name("guide.js")  # beside the packages it requires
    script.write_text(fill(one_block("javascript")))
    assert "amount" in run(["node", script], tmp_path, environment)


def test_go_of_the_connection_guide(guide, tmp_path):
    fill, environment = guide
    try:
        go = programs.recent("go", ["env", "GOVERSION"], (1, 25))
    except programs.Missing as missing:
        pytest.skip(str(missing))
    (tmp_path / "main.go").write_text(fill(one_block("go")))
    environment = {**environment, "GOFLAGS": "-mod=readonly -buildvcs=false"}
    assert run([go, "run", tmp_path / "main.go"], programs.HERE / "go", environment) == "99\n"


def test_r_of_the_connection_guide(guide, tmp_path):
    """RPostgres is no package of Debian 12: RPostgreSQL, which Debian has, is told the same by DBI's interface."""
    fill, environment = guide
    code = fill(one_block("r")).replace("RPostgres", "RPostgreSQL").replace("Postgres()", "PostgreSQL()")
    assert "10" in run(["Rscript", "-e", code], tmp_path, environment)
