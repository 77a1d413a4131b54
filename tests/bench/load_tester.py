"""Holds `smew load` against other tools: pgbench and locust on one PostgreSQL, k6 on one WebSocket server. In turns, and medians of
the rounds. Prints the rows of docs/load-baseline.md.

    tests/bench/load_tester.py [pgbench] [locust] [k6]      LOAD_ROUNDS (7), LOAD_SECONDS (3), K6 (path of k6)
"""

import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/support")]

from hdrh.histogram import HdrHistogram  # noqa: E402
from load_tool import command, uri, websocket_peer  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402

ROUNDS = int(os.environ.get("LOAD_ROUNDS", "7"))
SECONDS = int(os.environ.get("LOAD_SECONDS", "3"))


def run(words, **environment):
    """(output, CPU seconds of the process)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(list(map(str, words)), env={**os.environ, **environment}, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def smew_load(directory, metric, *words):
    report = pathlib.Path(directory) / "report.json"
    _, cpu = run([*command(*words, "--warmup", "0"), "--json", report])
    return json.loads(report.read_text())["stages"][0]["metrics"][metric], cpu


def in_turns(one, other):
    """Lists of what each gives, in turns and with the order changed each time."""
    ones, others = [], []
    for turn in range(ROUNDS):
        for call, results in ((one, ones), (other, others))[:: -1 if turn % 2 else 1]:
            results.append(call())
    return ones, others


def middle(rows):
    return [statistics.median(column) for column in zip(*rows)]


def against_pgbench(directory, server):
    print("| connections | pgbench queries/s | smew load | ratio | CPU of pgbench for one, µs | of smew load |\n|---|---|---|---|---|---|")
    script = pathlib.Path(directory) / "one.sql"
    script.write_text("SELECT 1;\n")
    for connections in (1, 4, 10, 50):
        def pgbench():
            output, cpu = run(["pgbench", "-n", "-c", connections, "-j", 1, "-T", SECONDS, "-f", script, "-h", "127.0.0.1", "-p", server.port,
                               "-U", "postgres", "postgres"], PGPASSWORD="postgres")
            count = int(re.search(r"processed: (\d+)", output).group(1))
            return float(re.search(r"^tps = ([\d.]+)", output, re.MULTILINE).group(1)), 1e6 * cpu / count

        def ours():
            metric, cpu = smew_load(directory, "pg.query", "pgwire", "--dsn", uri(server.parameters()), "--connections", connections,
                                    "--duration", SECONDS)
            return metric["rate_per_s"], 1e6 * cpu / metric["ok"]

        theirs, mine = map(middle, in_turns(pgbench, ours))
        print(f"| {connections} | {theirs[0]:,.0f} | {mine[0]:,.0f} | {mine[0] / theirs[0]:.2f} | {theirs[1]:.1f} | {mine[1]:.1f} |", flush=True)


def against_locust(directory, server):
    """CPU of one operation of the seed's mix: of a long run less a short one, so that starting does not count."""
    dsn = uri(server.parameters())

    def locust(seconds):
        _, cpu = run([sys.executable, "-m", "locust", "-f", ROOT / "tests/load/locustfile.py", "--headless", "-u", 10, "-r", 10, "-t",
                      f"{seconds}s", "--csv", f"{directory}/locust", "--only-summary"], SMEW_DSN=dsn, SMEW_THINK_MIN="0", SMEW_THINK_MAX="0")
        rows = [line.split(",") for line in pathlib.Path(f"{directory}/locust_stats.csv").read_text().splitlines()]
        return int(rows[-1][2]), cpu

    def ours(seconds):
        metric, cpu = smew_load(directory, "pg.query", "pgwire", "--dsn", dsn, "--scenario", "locust", "--connections", 10, "--duration", seconds)
        return metric["ok"], cpu

    def each(tool):
        short, long = tool(2), tool(2 + 2 * SECONDS)
        return (1e6 * (long[1] - short[1]) / (long[0] - short[0]),)

    smew_load(directory, "pg.query", "pgwire", "--dsn", dsn, "--prepare", "--scenario", "lookup", "--connections", 1, "--duration", 1)
    theirs, mine = map(middle, in_turns(lambda: each(locust), lambda: each(ours)))
    print(f"CPU for one operation: locust {theirs[0]:.0f} µs, smew load {mine[0]:.1f} µs, {theirs[0] / mine[0]:.1f} times as much work for a core")


def against_k6(directory):
    print("| model | k6 messages/s | smew load | k6 P50, P95, P99.5 ms | smew load |\n|---|---|---|---|---|")
    k6, users = os.environ.get("K6", "k6"), 50
    for model, every in (("closed", 0), ("open", 200)):
        with websocket_peer("--echo", "--service", 0.02, "--slow-one-in", 100, "--slow", 0.2) as url:
            def theirs():
                output, _ = run([k6, "run", "--no-usage-report", "--quiet", "-e", f"URL={url}", "-e", f"USERS={users}", "-e",
                                 f"SECONDS={SECONDS}", "-e", f"EVERY_MS={every}", ROOT / "tests/bench/websocket_k6.js"])
                seen = json.loads(output.splitlines()[-1])
                return seen["count"] / SECONDS, seen["med"], seen["p(95)"], seen["p(99.5)"]

            def ours():
                pace = ["--rate", 1000 * users / every] if every else []
                metric, _ = smew_load(directory, "ws.msg", "websocket", "--url", url, "--users", users, "--duration", SECONDS, "--think", 0,
                                      "--message", "say {id}", "--reply", "say {id}", "--ready", "", *pace)
                seen = HdrHistogram.decode(metric["hdr_v2_base64"])
                return metric["rate_per_s"], *(seen.get_value_at_percentile(at) / 1000 for at in (50, 95, 99.5))

            k6s, mine = map(middle, in_turns(theirs, ours))
        print(f"| {model} | {k6s[0]:,.0f} | {mine[0]:,.0f} | {', '.join(f'{at:.1f}' for at in k6s[1:])} | {', '.join(f'{at:.1f}' for at in mine[1:])} |",
              flush=True)


def main(parts):
    with tempfile.TemporaryDirectory() as directory:
        server = PostgresServer(max_connections=300)
        try:
            if "pgbench" in parts:
                against_pgbench(directory, server)
            if "locust" in parts:
                against_locust(directory, server)
        finally:
            server.stop()
        if "k6" in parts:
            against_k6(directory)


if __name__ == "__main__":
    main(sys.argv[1:] or ["pgbench", "locust"])
