"""One set of SQL files gives the same output on PostgreSQL and on smew, as psql prints it (errors by their SQLSTATE)."""

import difflib
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
COMMON = sorted((HERE / "common").glob("*.sql"))


def run_psql(parameters, file):
    command = ["psql", "-X", "-q", "-A", "-v", "VERBOSITY=sqlstate", "-v", "ON_ERROR_STOP=0", "-P", "null=<NULL>",
               "-h", parameters["host"], "-p", str(parameters["port"]), "-U", parameters["user"], "-d", parameters["dbname"],
               "-f", str(file)]
    environment = {**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable", "PGTZ": "UTC",
                   "PGOPTIONS": ""}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    lines = result.stdout.splitlines() + [line.split("ERROR:")[1] for line in result.stderr.splitlines() if "ERROR:" in line]
    other = [line for line in result.stderr.splitlines() if "FATAL" in line or "lost" in line]
    return lines + other


@pytest.mark.parametrize("file", COMMON, ids=lambda file: file.stem)
def test_same_output_as_postgresql(file, postgres, fresh_workspace):
    expected = run_psql(postgres, file)
    actual = run_psql(fresh_workspace.parameters(), file)
    assert len(expected) > 3, "the file must print something"
    assert actual == expected, "\n".join(difflib.unified_diff(expected, actual, "postgresql", "smew", lineterm=""))
