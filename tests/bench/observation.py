"""What it costs to be watched: audit, slow queries, metrics and tracing together, `SELECT 1` and a scan on two servers by turns.

python tests/bench/observation.py [rounds] [seconds]. One server has all of it, as in production: every statement in the audit file,
plans of slow ones, its metrics scraped each second, one trace in ten sent to a collector by OTLP. The other has none. Runs are short
and which server comes first changes from pair to pair, so that what else the machine does falls on both. Prints a table for
docs/benchmarks.md: the median and the quartiles of the pairs' ratio, and of their difference in CPU of all the server's processes.
"""

import http.server
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/support"), str(ROOT / "tests/bench")]

from processes import cpu_seconds  # noqa: E402
from smew_server import Server  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SCRIPTS = {"SELECT 1": "SELECT 1;", "scan of 100,000 rows": "SELECT count(*), sum(b) FROM scanned WHERE a % 3 = 1;"}


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what comes."""

    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def start(directory, **settings):
    server = Server(directory, environment="production", **settings)
    workspace = server.project("bench").workspace()
    workspace.query("CREATE TABLE scanned AS SELECT i AS a, i * 2 AS b FROM range(100000) t(i)")
    return server, workspace


def run(server, workspace, clients, script):
    """(statements a second, server CPU µs a statement)"""
    parameters = workspace.parameters()
    pids = [server.process.pid, *server.workers()]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + "\n")
        file.flush()
        before = cpu_seconds(pids)
        output = subprocess.run(["pgbench", "-n", "-M", "simple", "-c", str(clients), "-j", str(min(2, clients)), "-T", str(SECONDS),
                                 "-f", file.name, "-h", parameters["host"], "-p", str(parameters["port"]), "-U",
                                 parameters["user"], parameters["dbname"]], capture_output=True, text=True, check=True,
                                env={**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable"}).stdout
        spent = cpu_seconds(pids) - before
    tps = next(float(line.split("=")[1].split()[0]) for line in output.splitlines() if line.startswith("tps"))
    return tps, spent / (tps * SECONDS) * 1e6


def scrape(server, stop):
    while not stop.wait(1):
        server.admin.request("GET", "/metrics", 200)


def main():
    collector = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="smew-observation-bench-") as directory:
        os.chmod(directory, 0o711)
        sides = {"off": start(f"{directory}/off", query_audit_enabled="false", slow_query_threshold_ms=0),
                 "on": start(f"{directory}/on", otlp_endpoint=f"http://127.0.0.1:{collector.server_port}")}
        threading.Thread(target=scrape, args=(sides["on"][0], stop), daemon=True).start()
        print("| statement | clients | tps, off | tps ratio (quartiles) | server CPU µs, off | CPU µs more (quartiles) |\n"
              "|---|---|---|---|---|---|")
        for name, script in SCRIPTS.items():
            for clients in (1, 10):
                pairs = []
                for number in range(ROUNDS):
                    order = ("off", "on") if number % 2 == 0 else ("on", "off")
                    pairs.append({side: run(*sides[side], clients, script) for side in order})
                low, ratio, high = statistics.quantiles([pair["on"][0] / pair["off"][0] for pair in pairs], n=4)
                least, more, most = statistics.quantiles([pair["on"][1] - pair["off"][1] for pair in pairs], n=4)
                print(f"| {name} | {clients} | {statistics.median(pair['off'][0] for pair in pairs):,.0f} | "
                      f"**{ratio:.3f}** ({low:.3f} to {high:.3f}) | {statistics.median(pair['off'][1] for pair in pairs):.1f} | "
                      f"{more:+.2f} ({least:+.2f} to {most:+.2f}) |", flush=True)
        stop.set()
        server = sides["on"][0]
        print(f"\nRecords: {server.metric('smew_query_records_total'):,.0f}, "
              f"dropped: {server.metric('smew_query_records_dropped_total'):,.0f}.")
        for server, _ in sides.values():
            server.stop()
    collector.shutdown()


if __name__ == "__main__":
    main()
