"""Statements that want more than a workspace may have, and the measure of what its neighbour feels of them."""

import statistics
import threading
import time

import psycopg2
from psycopg2 import errors

HASHES = "hash(i) AS a, hash(i + 1) AS b, hash(i + 2) AS c FROM range(200000000) t(i)"

# What each tries, the limits it meets, and the errors that may end it. Numbers in braces differ from run to run, so that
# no plan is kept.
BOMBS = {
    # What grows until the limit, what cannot be had at all, and one value that is built in memory the limit does not see.
    "memory": (["SELECT count(DISTINCT l) FROM (SELECT list(i + {0}) AS l FROM range(60000000) t(i) GROUP BY i % 3)",
                "SELECT list_sum(range(300000000 + {0} + i)) FROM range(1) t(i)",
                "SELECT sum(length(s)) FROM (SELECT string_agg(hash(i + {0})::varchar) AS s FROM range(60000000) t(i))"],
               {"memory_limit": "256MB"}, (errors.OutOfMemory,)),
    # Groups spill at once, a sort while it reads. What a single operator cannot spill ends as a lack of memory.
    "temp": (["SELECT hash(i) AS a, count(DISTINCT hash(i + 1 + {0})), count(DISTINCT hash(i + 2)) FROM range(200000000) t(i) GROUP BY 1",
              "SELECT count(*) FROM (SELECT " + HASHES + " ORDER BY a) WHERE b > 3 + {0}"],
             {"memory_limit": "128MB", "temp_limit_gb": 1}, (errors.ConfigurationLimitExceeded, errors.OutOfMemory)),
    "result": (["SELECT i + {0}, repeat('x', 100) FROM range(100000000) t(i)"], {}, (errors.ProgramLimitExceeded,)),
    # Both limits may be met: what is not written yet is in memory.
    "disk": (["CREATE OR REPLACE TABLE bomb AS SELECT " + HASHES], {"size_limit_gb": 1, "memory_limit": "1GB"},
             (errors.DiskFull, errors.OutOfMemory)),
}


class Attack(threading.Thread):
    """Runs a bomb again and again until it is stopped; `ends` counts how each run ended."""

    def __init__(self, workspace, name):
        super().__init__(daemon=True)
        self.statements, limits, self.expected = BOMBS[name]
        if limits:
            workspace.project.rest.patch(workspace.path, {"limits": limits})
        self.connection = workspace.connect()
        self.connection.autocommit = True
        self.halt = threading.Event()
        self.ends, self.unexpected = [], []
        self.said = {}  # by SQLSTATE, the last one

    def run(self):
        number = 0
        with self.connection.cursor() as cursor:
            while not self.halt.is_set() and not self.unexpected:
                number += 1
                for statement in self.statements:
                    self.explode(cursor, statement.replace("{0}", str(number)))
        self.connection.close()

    def explode(self, cursor, statement):
        if self.halt.is_set():
            return
        try:
            cursor.execute(statement)
            self.unexpected.append(f"it succeeded: {statement}")
        except self.expected as error:
            self.ends.append(error.pgcode)
            self.said[error.pgcode] = str(error)
        except errors.QueryCanceled as error:
            if not self.halt.is_set():
                self.unexpected.append(str(error))
        except psycopg2.Error as error:
            self.unexpected.append(f"{error.pgcode} {error}")

    def stop(self):
        self.halt.set()
        # What arrives between two statements meets none: asked again until it is over.
        deadline = time.monotonic() + 120
        while self.is_alive() and time.monotonic() < deadline:
            self.connection.cancel()
            self.join(1)
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
