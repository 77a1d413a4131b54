"""What the records of statements cost: `SELECT 1` and a scan with the audit on and off by turns, in one server's life.

python tests/bench/audit.py [rounds] [seconds] [setting=value …]. Prints a table for docs/benchmarks.md: of each pair of runs, one with
everything off and one beside it, the ratio: its median and its quartiles; and the CPU a statement of all the server's processes, of
which the gateway has its own column. Runs are short and which one of a pair comes first changes from pair to pair, so that what else
the machine does falls on both. Settings are the server's, as query_log_enabled=true.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/support"), str(ROOT / "tests/bench")]

from processes import running_seconds  # noqa: E402
from smew_server import Server  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SETTINGS = dict(argument.split("=", 1) for argument in sys.argv[3:])
# In which the last records of a run are read and written.
SETTLED = 0.5
OFF = {"query_audit_enabled": False, "slow_query_threshold_ms": 0}
# What is compared with everything off.
STATES = {"audit": {"query_audit_enabled": True, "slow_query_threshold_ms": 0},
          "slow queries": {"query_audit_enabled": False, "slow_query_threshold_ms": 1000, "slow_query_explain": True},
          "both": {"query_audit_enabled": True, "slow_query_threshold_ms": 1000, "slow_query_explain": True}}
SCRIPTS = {"SELECT 1": "SELECT 1;", "scan of 100,000 rows": "SELECT count(*), sum(b) FROM scanned WHERE a % 3 = 1;"}


def run(server, workspace, clients, script):
    """(statements a second, CPU µs a statement of all processes, of the gateway)"""
    parameters = workspace.parameters()
    spent = lambda: (running_seconds([server.process.pid]), running_seconds(server.workers()))  # noqa: E731
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + "\n")
        file.flush()
        before = spent()
        output = subprocess.run(["pgbench", "-n", "-M", "simple", "-c", str(clients), "-j", str(min(2, clients)), "-T", str(SECONDS),
                                 "-f", file.name, "-h", parameters["host"], "-p", str(parameters["port"]), "-U",
                                 parameters["user"], parameters["dbname"]], capture_output=True, text=True, check=True,
                                env={**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable"}).stdout
        time.sleep(SETTLED)
        gateway, workers = (after - then for after, then in zip(spent(), before))
    tps = next(float(line.split("=")[1].split()[0]) for line in output.splitlines() if line.startswith("tps"))
    count = next(int(line.split(":")[1].split("/")[0]) for line in output.splitlines() if "actually processed" in line)
    return tps, (gateway + workers) / count * 1e6, gateway / count * 1e6


def main():
    with tempfile.TemporaryDirectory(prefix="smew-audit-bench-") as directory:
        os.chmod(directory, 0o711)
        server = Server(f"{directory}/data", **SETTINGS)
        workspace = server.project("bench").workspace()
        workspace.query("CREATE TABLE scanned AS SELECT i AS a, i * 2 AS b FROM range(100000) t(i)")
        print("| statement | clients | with | tps, off | tps ratio (quartiles) | server CPU µs, off | CPU µs more (quartiles) | of it the gateway |\n"
              "|---|---|---|---|---|---|---|---|")
        for name, script in SCRIPTS.items():
            for clients in (1, 10):
                pairs = {state: [] for state in STATES}
                for number in range(ROUNDS):
                    for state, values in STATES.items():
                        pair = {}
                        for which in (("off", "on"), ("on", "off"))[number % 2]:
                            server.admin.patch("/query-audit", OFF if which == "off" else values)
                            pair[which] = run(server, workspace, clients, script)
                        pairs[state].append((pair["off"], pair["on"]))
                for state, measured in pairs.items():
                    low, ratio, high = statistics.quantiles([on[0] / off[0] for off, on in measured], n=4)
                    least, more, most = statistics.quantiles([on[1] - off[1] for off, on in measured], n=4)
                    print(f"| {name} | {clients} | {state} | {statistics.median(off[0] for off, _ in measured):,.0f} | "
                          f"**{ratio:.3f}** ({low:.3f} to {high:.3f}) | {statistics.median(off[1] for off, _ in measured):.1f} | "
                          f"{more:+.2f} ({least:+.2f} to {most:+.2f}) | "
                          f"{statistics.median(on[2] - off[2] for off, on in measured):+.2f} |", flush=True)
        dropped = server.metric("smew_query_records_dropped_total")
        print(f"\nRecords: {server.metric('smew_query_records_total'):,.0f}, dropped: {dropped:,.0f}.")
        server.stop()


if __name__ == "__main__":
    main()
