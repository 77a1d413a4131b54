"""Runs dbt commands, one after the other in one process, and prints how each went as a line of JSON."""

import json
import sys

from dbt.cli.main import dbtRunner

runner = dbtRunner()
for command in sys.argv[1:]:
    outcome = runner.invoke(["--quiet", "--no-version-check", *command.split()])
    results = getattr(outcome.result, "results", None) or []
    print(json.dumps({"command": command, "success": outcome.success, "error": str(outcome.exception or ""),
                      "nodes": {getattr(each, "node", each).name: f"{each.status} {each.message or ''}" for each in results
                                if hasattr(each, "status")}}), flush=True)
