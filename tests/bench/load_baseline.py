"""Runs what docs/load-baseline.md reports: every scenario of `smew load` against smew and against PostgreSQL, in turns, so
that what else the machine does meets both alike. Writes the JSON reports; tests/bench/load_report.py makes the page's
tables and charts of them.

    tests/bench/load_baseline.py REPORTS [part …]      parts: ladder scenarios overload database websocket; soak (an hour)

Servers and generator share the machine. Where statements keep both cores busy the generator would wait for its turn and call
its run INVALID: there it goes first (SCHED_RR, as far as that is allowed), for smew and PostgreSQL alike. It needs little of a
core then. On the ladder it needs much of one, and is served like the others: going first it would measure itself.
"""

import functools
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/support")]

from load_tool import uri  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from smew_server import PROGRAM, Server  # noqa: E402

ROUNDS = int(os.environ.get("BASELINE_ROUNDS", "3"))
SECONDS = os.environ.get("BASELINE_SECONDS", "5")
QUERIES = os.environ.get("BASELINE_QUERIES", "50000")
SOAK = os.environ.get("BASELINE_SOAK", "1h")
FIRST = ["chrt", "--rr", "1"]
# 200 users of one login write more messages a minute than a person.
MANY_USERS = {"conversation_max_messages_per_minute": 100_000}


@functools.cache
def may_go_first():
    return subprocess.run([*FIRST, "true"], capture_output=True).returncode == 0


class Baseline:
    def __init__(self, reports):
        self.reports = pathlib.Path(reports)
        self.reports.mkdir(parents=True, exist_ok=True)
        self.directory = tempfile.mkdtemp(prefix="smew-baseline-")
        os.chmod(self.directory, 0o711)
        self.postgres = PostgresServer(max_connections=300)
        self.smew = Server(self.directory + "/default")
        self.workspace = self.smew.project("baseline").workspace()
        self.targets = {"smew": (uri(self.workspace.parameters()), self.smew.process.pid),
                        "postgresql": (uri(self.postgres.parameters()), self.postgres.pids()[0])}

    def stop(self):
        self.smew.stop(60)
        self.postgres.stop()

    def load(self, name, *words, background=False, first=False):
        """One run; its verdict is in the report, and an INVALID or missed one is reported like the others."""
        command = [*(FIRST if first and may_go_first() else []), str(PROGRAM), "load", *map(str, words), "--progress", "none", "--json", str(self.reports / f"{name}.json")]
        if background:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL)
        done = subprocess.run(command, capture_output=True, text=True)
        last = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
        print(name, done.returncode, *(last or [done.stderr.strip()]), flush=True)
        return done

    def in_turns(self, name, *words, rounds=ROUNDS, first=False):
        for turn in range(rounds):
            for server, (dsn, pid) in sorted(self.targets.items(), reverse=turn % 2 == 1):
                self.load(f"{name}.{server}.{turn}", words[0], "--dsn", dsn, "--pid", pid, "--seed", turn + 1, *words[1:], first=first)

    def ladder(self):
        self.in_turns("ladder", "pgwire", "--connections", "10,25,50,100", "--duration", SECONDS)

    def scenarios(self):
        for server, (dsn, _) in self.targets.items():
            self.load(f"prepare.{server}", "pgwire", "--dsn", dsn, "--prepare", "--scenario", "lookup", "--connections", 1, "--duration", 1)
        for scenario in ("lookup", "select-1k", "select-100k", "join", "aggregate", "mixed", "locust", "storm"):
            self.in_turns(scenario, "pgwire", "--scenario", scenario, "--connections", "10,50", "--duration", SECONDS, "--drain", "20",
                          first=True)
        self.in_turns("prepared", "pgwire", "--scenario", "lookup", "--protocol", "prepared", "--connections", "10,50", "--duration", SECONDS,
                      first=True)

    def overload(self):
        """Half as many again as the workspace lets in; those inside pause, so that the generator has the time to measure."""
        dsn, pid = self.targets["smew"]
        self.load("overload.smew.0", "pgwire", "--dsn", dsn, "--pid", pid, "--scenario", "overload", "--connections", 150,
                  "--duration", 20, "--retry", "0.2", "--think", "0.002", first=True)

    def database(self):
        for server, (dsn, _) in self.targets.items():
            self.load(f"prepare-database.{server}", "database", "--dsn", dsn, "--prepare", "--queries", 100, "--workers", 2, "--pool", 2)
        self.in_turns("database", "database", "--queries", QUERIES, "--workers", 50, "--pool", 20, rounds=2)

    def websocket(self):
        server = Server(self.directory + "/websocket", **MANY_USERS)
        try:
            workspace = server.project("baseline").workspace()
            login = ["--url", server.url.replace("http", "ws", 1) + "/api/v1/pam", "--user", workspace.connection["username"],
                     "--password", workspace.connection["password"]]
            self.load("websocket-100.smew.0", "websocket", *login, "--users", 100, "--duration", 15, "--pid", server.process.pid)
            idle = self.load("idle.smew.0", "websocket", *login, "--users", 1000, "--ramp", 10, "--think", "1h", "--duration", 70,
                             "--no-default-targets", background=True)
            self.wait_for_idle(server)
            self.load("websocket-200.smew.0", "websocket", *login, "--users", 200, "--ramp", 5, "--think", "0.5-1.5", "--duration", 30,
                      "--pid", server.process.pid)
            idle.terminate()
            idle.wait(60)
        finally:
            server.stop(60)

    def soak(self):
        """An hour of reads, joins, aggregations, inserts and updates; beside it new connections and WebSocket messages."""
        server = Server(self.directory + "/soak", **MANY_USERS, conversation_max_messages=1_000_000)
        try:
            workspace = server.project("soak").workspace()
            dsn, pid = uri(workspace.parameters()), server.process.pid
            login = ["--url", server.url.replace("http", "ws", 1) + "/api/v1/pam", "--user", workspace.connection["username"],
                     "--password", workspace.connection["password"]]
            sampler = subprocess.Popen([sys.executable, str(ROOT / "tests/bench/process_sampler.py"), str(pid), str(self.reports / "soak.processes.csv")])
            self.load("prepare.soak", "pgwire", "--dsn", dsn, "--prepare", "--scenario", "lookup", "--connections", 1, "--duration", 1)
            beside = [self.load("soak-storm.smew.0", "pgwire", "--dsn", dsn, "--scenario", "storm", "--connections", 2, "--rate", 2,
                                "--duration", SOAK, "--max-lag", "1s", background=True),
                      self.load("soak-websocket.smew.0", "websocket", *login, "--users", 10, "--rate", 3, "--duration", SOAK,
                                "--max-lag", "1s", background=True)]
            self.load("soak.smew.0", "soak", "--dsn", dsn, "--pid", pid, "--scenario", ROOT / "tests/bench/soak.toml", "--connections", 10,
                      "--rate", 40, "--arrivals", "poisson", "--warmup", 30, "--duration", SOAK, "--max-lag", "1s")
            for one in beside:
                one.wait(120)
            sampler.terminate()
        finally:
            server.stop(60)

    @staticmethod
    def wait_for_idle(server):
        from smew_server import eventually
        eventually(lambda: server.metric("websocket_connections_active") >= 1000, 60, "1,000 idle WebSockets")


if __name__ == "__main__":
    baseline = Baseline(sys.argv[1])
    try:
        for part in sys.argv[2:] or ["ladder", "scenarios", "overload", "database", "websocket"]:
            getattr(baseline, part)()
    finally:
        baseline.stop()
