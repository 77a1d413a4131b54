"""Statements that want more than a workspace may have, and the measure of what its neighbour feels of them."""

import statistics
import threading
import time

import psycopg2
from psycopg2 import errors

# What each tries, the limits it meets, and the error that must end it.
BOMBS = {
    "memory": (["SELECT length(repeat(repeat('x', 1000000), 4000 + i)) FROM range(1) t(i)",
                "SELECT list_sum(range(300000000 + i)) FROM range(1) t(i)"],
               {"memory_limit": "256MB"}, (errors.OutOfMemory,)),
    "temp": (["SELECT count(*) FROM (SELECT hash(i) AS a, hash(i + 1) AS b, hash(i + 2) AS c FROM range(200000000) t(i) "
              "ORDER BY a) WHERE b > 3"],
             {"memory_limit": "128MB", "temp_limit_gb": 1}, (errors.OutOfMemory, errors.DiskFull)),
    "result": (["SELECT i, repeat('x', 100) FROM range(100000000) t(i)"], {}, (errors.ProgramLimitExceeded,)),
    # Both limits may be met: what is not written yet is in memory.
    "disk": (["CREATE OR REPLACE TABLE bomb AS SELECT hash(i) AS a, hash(i + 1) AS b, hash(i + 2) AS c "
              "FROM range(200000000) t(i)"],
             {"size_limit_gb": 1, "memory_limit": "1GB"}, (errors.DiskFull, errors.OutOfMemory)),
}


class Attack(threading.Thread):
    """Runs a bomb again and again until it is stopped; `ends` counts how each run ended."""

    def __init__(self, workspace, name, seconds=None):
        super().__init__(daemon=True)
        statements, limits, self.expected = BOMBS[name]
        if limits:
            workspace.project.rest.patch(workspace.path, {"limits": limits})
        self.statements, self.workspace = statements, workspace
        self.halt = threading.Event()
        self.ends, self.unexpected = [], []

    def run(self):
        connection = self.workspace.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self.halt.is_set():
                for statement in self.statements:
                    try:
                        cursor.execute(statement)
                        self.unexpected.append("it succeeded")
                    except self.expected as error:
                        self.ends.append(error.pgcode)
                    except psycopg2.Error as error:
                        self.unexpected.append(f"{error.pgcode} {error}")
                        if connection.closed:
                            return
        connection.close()

    def stop(self):
        self.halt.set()
        self.join(120)
        assert not self.is_alive()


def latencies(cursor, statement, until):
    """Milliseconds of one execution after another, until `until()`."""
    times = []
    while not until(times):
        begun = time.perf_counter()
        cursor.execute(statement)
        cursor.fetchall()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def p95(times):
    return statistics.quantiles(times, n=20)[-1]
