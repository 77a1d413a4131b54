"""`make bench`: smew, PostgreSQL and in-process DuckDB on the same data in one run; writes docs/benchmarks.md.

Figures are ratios of one run on one machine. BENCH_SECONDS sets the length of each pgbench run (5).
"""

import os
import pathlib
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/support"), str(ROOT / "tests/bench")]

import copies  # noqa: E402
import duckdb  # noqa: E402
import psycopg2  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from processes import cpu_seconds, pss_mib  # noqa: E402
from smew_server import Server  # noqa: E402

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROWS = 1_000_000
ORDERS_SQL = ("SELECT i AS id, (i * 7919) % 50000 + 1 AS customer_id, DATE '2023-01-01' + CAST(i % 730 AS INTEGER) AS order_date, "
              "['new', 'paid', 'sent', 'returned'][i % 4 + 1] AS status, CAST((i * 31) % 100000 / 100 AS DECIMAL(12,2)) AS amount, "
              "CASE WHEN i % 10 = 0 THEN NULL ELSE 'note number ' || i END AS note FROM range(1, 1000001) t(i)")
CUSTOMERS_SQL = "SELECT i AS id, 'Customer ' || i AS name, ['CZ','DE','AT','PL'][i % 4 + 1] AS country FROM range(1, 50001) t(i)"
STREAM = "SELECT id, customer_id, order_date, status, amount, note FROM in_c_sales.orders"
GROUP = "SELECT customer_id % 1000 AS bucket, count(*), sum(amount) FROM in_c_sales.orders GROUP BY 1"
JOIN = ("SELECT c.country, count(*), sum(o.amount) FROM in_c_sales.orders o JOIN in_c_sales.customers c ON o.customer_id = c.id "
        "GROUP BY c.country")


class Target:
    """A server to measure: how to connect, and which processes it is."""

    def __init__(self, name, parameters, pids):
        self.name, self.parameters, self.pids = name, parameters, pids

    def connect(self, **changes):
        connection = psycopg2.connect(**{**self.parameters, **changes})
        connection.autocommit = True
        return connection


def pgbench(target, mode, clients, script):
    parameters = target.parameters
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + "\n")
        file.flush()
        environment = {**os.environ, "PGPASSWORD": parameters["password"], "PGSSLMODE": "disable"}
        before = cpu_seconds(target.pids())
        output = subprocess.run(
            ["pgbench", "-n", "-M", mode, "-c", str(clients), "-j", "2" if clients > 1 else "1", "-T", str(SECONDS), "-f", file.name,
             "-h", parameters["host"], "-p", str(parameters["port"]), "-U", parameters["user"], parameters["dbname"]],
            env=environment, capture_output=True, text=True, check=True).stdout
        spent = cpu_seconds(target.pids()) - before
    lines = output.splitlines()
    tps = next(float(line.split("=")[1].split()[0]) for line in lines if line.startswith("tps"))
    count = next(int(line.split(":")[1].split("/")[0]) for line in lines if "transactions actually processed" in line)
    return tps, spent / max(1, count) * 1e6


def stream(target, rows, binary=False):
    """(seconds to the first byte, seconds in all, server CPU seconds, bytes), read from the socket as fast as it gives."""
    connection = target.connect()
    with connection.cursor() as cursor:
        cursor.execute(STREAM + " LIMIT 1")  # the table is open
    raw = socket.socket(fileno=os.dup(connection.info.socket))
    raw.setblocking(True)
    sql = (STREAM if rows == ROWS else f"{STREAM} LIMIT {rows}").encode() + b"\0"
    if binary:
        parse = b"\0" + sql + b"\0\0"
        bind = b"\0\0\0\0\0\0\0\1\0\1"
        message = b"".join(kind + (len(body) + 4).to_bytes(4, "big") + body for kind, body in (
            (b"P", parse), (b"B", bind), (b"E", b"\0\0\0\0\0"), (b"S", b"")))
    else:
        message = b"Q" + (len(sql) + 4).to_bytes(4, "big") + sql
    buffer = bytearray(1 << 20)
    before, started = cpu_seconds(target.pids()), time.perf_counter()
    raw.sendall(message)
    first, size, tail = None, 0, b""
    while not (tail[-6:-1] == b"Z\0\0\0\5"):
        got = raw.recv_into(buffer)
        if not got:
            raise RuntimeError("the server closed the connection")
        first = first or time.perf_counter() - started
        size += got
        tail = (tail + bytes(buffer[max(0, got - 6):got]))[-6:]
    total = time.perf_counter() - started
    spent = cpu_seconds(target.pids()) - before
    raw.close()
    connection.close()
    return first, total, spent, size


def statement(target, sql, repeat=9):
    """(median seconds, server CPU seconds a run) of one statement."""
    connection = target.connect()
    times = []
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.fetchall()
        before = cpu_seconds(target.pids())
        for _ in range(repeat):
            started = time.perf_counter()
            cursor.execute(sql)
            cursor.fetchall()
            times.append(time.perf_counter() - started)
        spent = (cpu_seconds(target.pids()) - before) / repeat
    connection.close()
    return statistics.median(times), spent


def in_process(database, sql, repeat=9):
    database.execute(sql).fetchall()
    times, before = [], time.process_time()
    for _ in range(repeat):
        started = time.perf_counter()
        database.execute(sql).fetchall()
        times.append(time.perf_counter() - started)
    return statistics.median(times), (time.process_time() - before) / repeat


def connect_times(target, count=30):
    times = []
    before = cpu_seconds(target.pids())
    for _ in range(count):
        started = time.perf_counter()
        connection = target.connect()
        connection.cursor().execute("SELECT 1")
        connection.close()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000, (cpu_seconds(target.pids()) - before) / count * 1000


def prepare(directory):
    """The same rows in files, for all three."""
    database = duckdb.connect(str(directory / "in-process.duckdb"))
    database.execute("CREATE SCHEMA in_c_sales")
    database.execute(f"CREATE TABLE in_c_sales.orders AS {ORDERS_SQL}")
    database.execute(f"CREATE TABLE in_c_sales.customers AS {CUSTOMERS_SQL}")
    for table in ("orders", "customers"):
        database.execute(f"COPY in_c_sales.{table} TO '{directory / table}.parquet' (FORMAT parquet)")
        database.execute(f"COPY in_c_sales.{table} TO '{directory / table}.csv' (HEADER)")
    return database


def start_smew(directory):
    server = Server(directory / "smew", pgwire_max_connections_per_workspace=500, workspace_max_result_rows=0,
                    workspace_max_result_bytes=0)
    idle = pss_mib([server.process.pid])
    project = server.project("bench")
    project.bucket("in.c-sales")
    for table in ("orders", "customers"):
        path = f"{project.path}/buckets/in_c_sales/tables/{table}/import?format=parquet&mode=replace"
        project.rest.request("POST", path, 200, data=(directory / f"{table}.parquet").read_bytes())
    return server, project, idle


def start_postgres(directory):
    server = PostgresServer(max_connections=200, shared_buffers="1GB")
    connection = psycopg2.connect(**server.parameters())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA in_c_sales")
        cursor.execute("CREATE TABLE in_c_sales.orders (id BIGINT, customer_id BIGINT, order_date DATE, status TEXT, "
                       "amount NUMERIC(12,2), note TEXT)")
        cursor.execute("CREATE TABLE in_c_sales.customers (id BIGINT, name TEXT, country TEXT)")
        for table in ("orders", "customers"):
            with open(directory / f"{table}.csv") as file:
                cursor.copy_expert(f"COPY in_c_sales.{table} FROM STDIN (FORMAT csv, HEADER)", file)
        cursor.execute("VACUUM ANALYZE in_c_sales.orders")
        cursor.execute("VACUUM ANALYZE in_c_sales.customers")
    connection.close()
    return server


def measure_statements(report, smew, postgres):
    rows = []
    for script, label in (("SELECT 1;", "SELECT 1"), ("\\set n random(1, 1000000)\nSELECT :n + 1;", "SELECT :n + 1")):
        for mode in ("simple", "extended", "prepared"):
            for clients in (1, 10, 50):
                # Turn about, twice; each one's better run, since the machine's noise only ever slows.
                runs = [(pgbench(smew, mode, clients, script), pgbench(postgres, mode, clients, script)) for _ in range(2)]
                (ours, ours_cpu), (theirs, theirs_cpu) = max(run[0] for run in runs), max(run[1] for run in runs)
                rows.append((label, mode, clients, f"{ours:,.0f}", f"{theirs:,.0f}", f"**{ours / theirs:.2f}**",
                             f"{ours_cpu:.1f}", f"{theirs_cpu:.1f}"))
                print("  ", *rows[-1], flush=True)
    report.table("Short statements (pgbench)", ("statement", "protocol", "clients", "smew tps", "PostgreSQL tps", "ratio",
                                                "smew server CPU µs", "PostgreSQL server CPU µs"), rows)


def measure_streams(report, smew, postgres):
    rows = []
    for count in (1_000, 100_000, ROWS):
        for binary in (False, True):
            ours = sorted((stream(smew, count, binary) for _ in range(5)), key=lambda run: run[1])[2]
            theirs = sorted((stream(postgres, count, binary) for _ in range(5)), key=lambda run: run[1])[2]
            rows.append((f"{count:,}", "binary" if binary else "text", f"{ours[0] * 1000:.1f}", f"{theirs[0] * 1000:.1f}",
                         f"{ours[1] * 1000:.0f}", f"{theirs[1] * 1000:.0f}", f"{ours[2]:.2f}", f"{theirs[2]:.2f}",
                         f"**{ours[2] / theirs[2]:.2f}**" if theirs[2] >= 0.1 else "-", f"{ours[3] / 1e6:.1f}"))
            print("  ", *rows[-1], flush=True)
    report.table("Rows streamed to a client", ("rows", "format", "first byte ms, smew", "PostgreSQL", "total ms, smew", "PostgreSQL",
                                               "server CPU s, smew", "PostgreSQL", "CPU ratio", "MB"), rows)


def measure_analytics(report, smew, postgres, database):
    rows = []
    for name, sql in (("GROUP BY over 1M rows", GROUP), ("join 1M × 50k", JOIN)):
        ours, theirs, engine = statement(smew, sql), statement(postgres, sql, 3), in_process(database, sql)
        rows.append((name, f"{ours[0] * 1000:.1f}", f"{engine[0] * 1000:.1f}", f"{theirs[0] * 1000:.0f}",
                     f"**{ours[0] / engine[0]:.2f}**", f"{ours[1] * 1000:.0f}", f"{engine[1] * 1000:.0f}", f"{theirs[1] * 1000:.0f}"))
        print("  ", *rows[-1], flush=True)
    report.table("Analytics", ("statement", "smew ms", "in-process DuckDB ms", "PostgreSQL ms", "smew / in-process",
                               "CPU ms, smew", "in-process", "PostgreSQL"), rows)


def measure_connections(report, server, project, smew, postgres, idle_mib):
    workers = lambda: server.workers()
    rows = []
    cold = []
    for number in range(5):
        workspace = project.workspace(f"cold{number}")
        started = time.perf_counter()
        connection = psycopg2.connect(**workspace.parameters())
        connection.cursor().execute("SELECT 1")
        cold.append((time.perf_counter() - started) * 1000)
        connection.close()
    ours, theirs = connect_times(smew), connect_times(postgres)
    rows.append(("connect + SELECT 1, warm, ms", f"{ours[0]:.1f}", f"{theirs[0]:.1f}", f"**{ours[0] / theirs[0]:.2f}**"))
    rows.append(("connect + SELECT 1, server CPU ms", f"{ours[1]:.1f}", f"{theirs[1]:.1f}", f"{ours[1] / theirs[1]:.2f}"))
    rows.append(("connect + SELECT 1, worker started for it, ms", f"{statistics.median(cold):.0f}", "-", "-"))
    report.table("Connecting", ("what", "smew", "PostgreSQL", "ratio"), rows)

    memory = [("idle server, before any workspace", f"{idle_mib:.1f}")]
    fresh = project.workspace("memory")
    target = Target("memory", fresh.parameters(), smew.pids)
    before_pids = set(workers())
    before = pss_mib([server.process.pid])
    first = target.connect()
    first.cursor().execute("SELECT 1")
    worker = [pid for pid in workers() if pid not in before_pids]
    memory.append(("an open workspace (its worker, one session)", f"{pss_mib(worker):.1f}"))
    one = pss_mib(worker) + pss_mib([server.process.pid])
    crowd = [target.connect() for _ in range(99)]
    memory.append(("100 idle connections to it, over the idle server", f"{pss_mib(worker) + pss_mib([server.process.pid]) - before:.1f}"))
    for connection in crowd:
        connection.close()
    stream(target, ROWS)
    memory.append(("that worker after streaming 1M rows", f"{pss_mib(worker):.1f}"))
    first.close()
    baseline = pss_mib(postgres.pids())
    crowd = [postgres.connect() for _ in range(100)]
    memory.append(("PostgreSQL: 100 idle connections, over idle", f"{pss_mib(postgres.pids()) - baseline:.1f}"))
    for connection in crowd:
        connection.close()
    for row in rows + memory:
        print("  ", *row, flush=True)
    report.table("Memory, MiB (PSS)", ("what", "MiB"), memory)


class Report:
    def __init__(self):
        self.parts = []

    def table(self, title, head, rows):
        lines = [f"## {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
        self.parts.append("\n".join(lines))

    def write(self, path):
        cores = os.cpu_count()
        head = ("# Benchmarks\n\nWritten by `make bench`: smew, PostgreSQL and in-process DuckDB on the same data in one run. Compare "
                f"ratios, not single times.\n\nThis run: {time.strftime('%Y-%m-%d')}, {cores} cores, {platform.machine()}, "
                f"Linux {platform.release().split('-')[0]}, PostgreSQL {postgres_version()}, DuckDB {duckdb.__version__}. Client and server "
                "share the machine. `SELECT :n + 1` has a new number each time, so no cache of statements or results helps.\n")
        # What a person wrote of the figures stays, to be read again by whoever runs this.
        mark = "## What the figures say"
        known = path.read_text() if path.exists() else ""
        remarks = "\n" + known[known.index(mark):] if mark in known else ""
        path.write_text(head + "\n" + "\n\n".join(self.parts) + "\n" + remarks)


def postgres_version():
    return subprocess.run(["pgbench", "--version"], capture_output=True, text=True).stdout.split()[2]


def main():
    wanted = set(sys.argv[1:])
    directory = pathlib.Path(tempfile.mkdtemp(prefix="smew-bench-"))
    directory.chmod(0o711)
    database = prepare(directory)
    server, project, idle_mib = start_smew(directory)
    postgres_process = start_postgres(directory)
    workspace = project.workspace("bench")
    try:
        smew = Target("smew", workspace.parameters(), lambda: [server.process.pid, *server.workers()])
        postgres = Target("postgres", postgres_process.parameters(), postgres_process.pids)
        smew.connect().close()
        report = Report()
        if not wanted or "statements" in wanted:
            measure_statements(report, smew, postgres)
        if not wanted or "streams" in wanted:
            measure_streams(report, smew, postgres)
        if not wanted or "copies" in wanted:
            copies.measure(report, smew, postgres)
        if not wanted or "analytics" in wanted:
            measure_analytics(report, smew, postgres, database)
        if not wanted or "connections" in wanted:
            measure_connections(report, server, project, smew, postgres, idle_mib)
        if not wanted:
            report.write(ROOT / "docs/benchmarks.md")
    finally:
        server.stop()
        postgres_process.stop()
        subprocess.run(["rm", "-rf", str(directory)])


if __name__ == "__main__":
    main()
