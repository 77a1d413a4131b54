"""COPY of a million rows in and out, on smew and PostgreSQL with the same client."""

import io
import time

from processes import cpu_seconds

ROWS = 1_000_000
TABLE = "copied (id integer, big bigint, note text, amount numeric(12,2), day date, moment timestamp)"
SOURCE = ("SELECT i::INTEGER AS id, i * 1000003 AS big, 'note number ' || i AS note, CAST((i * 31) % 10000000 / 100 AS DECIMAL(12,2)) "
          "AS amount, DATE '2023-01-01' + CAST(i % 730 AS INTEGER) AS day, TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS moment "
          f"FROM range({ROWS}) r(i)")


class Discard:
    def write(self, data):
        return len(data)


def timed(target, connection, sql, file):
    """(seconds, server CPU seconds) of one COPY by psycopg2, in pieces of 64 KiB."""
    with connection.cursor() as cursor:
        before, started = cpu_seconds(target.pids()), time.perf_counter()
        cursor.copy_expert(sql, file, size=65536)
        taken = time.perf_counter() - started
        assert cursor.rowcount == ROWS
        return taken, cpu_seconds(target.pids()) - before


def copy_in(target, data, options):
    connection = target.connect()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute("CREATE TABLE " + TABLE)
    taken = timed(target, connection, f"COPY copied FROM STDIN {options}", io.BytesIO(data))
    connection.close()
    return taken


def copy_out(target, options):
    connection = target.connect()
    taken = timed(target, connection, f"COPY copied TO STDOUT {options}", Discard())
    connection.close()
    return taken


def measure(report, smew, postgres):
    sources = {"text": "", "csv": "(FORMAT csv)", "binary": "(FORMAT binary)"}
    rows = []

    def row(what, runs):
        # Turn about; each one's best, since the machine's noise only ever slows.
        (ours, ours_cpu), (theirs, theirs_cpu) = (tuple(min(column) for column in zip(*side)) for side in zip(*runs))
        rows.append((what, f"{ours:.2f}", f"{theirs:.2f}", f"**{ours / theirs:.2f}**", f"{ours_cpu:.2f}", f"{theirs_cpu:.2f}",
                     f"{ours_cpu / theirs_cpu:.2f}"))
        print("  ", *rows[-1], flush=True)

    with smew.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute(f"CREATE TABLE copied AS {SOURCE}")
    connection.close()
    data = {}
    for name, options in sources.items():
        out = io.BytesIO()
        connection = smew.connect()
        connection.cursor().copy_expert(f"COPY copied TO STDOUT {options}", out)
        connection.close()
        data[name] = out.getvalue()
    for name, options in sources.items():
        row(f"COPY FROM, {name}, {len(data[name]) / 1e6:.0f} MB",
            [(copy_in(smew, data[name], options), copy_in(postgres, data[name], options)) for _ in range(3)])
    for name, options in sources.items():
        row(f"COPY TO, {name}", [(copy_out(smew, options), copy_out(postgres, options)) for _ in range(3)])
    report.table("COPY of 1M rows of six columns (psycopg2)", ("what", "smew s", "PostgreSQL s", "ratio", "server CPU s, smew",
                                                              "PostgreSQL", "CPU ratio"), rows)
