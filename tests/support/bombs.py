"""Statements that want more than a workspace may have, and the measure of what its neighbour feels of them."""

import json
import statistics
import subprocess
import sys
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


class Bomber(threading.Thread):
    """Runs the statements again and again until it is stopped, and tells how each run ended."""

    def __init__(self, parameters, name, tell):
        super().__init__(daemon=True)
        self.statements, _, self.expected = BOMBS[name]
        self.connection = psycopg2.connect(**parameters)
        self.connection.autocommit = True
        self.tell = tell
        self.halt = threading.Event()

    def run(self):
        number = 0
        with self.connection.cursor() as cursor:
            while not self.halt.is_set():
                number += 1
                for statement in self.statements:
                    if not self.halt.is_set():
                        self.explode(cursor, statement.replace("{0}", str(number)))

    def explode(self, cursor, statement):
        try:
            cursor.execute(statement)
            self.tell(unexpected=f"it succeeded: {statement}")
        except self.expected as error:
            self.tell(code=error.pgcode, text=str(error))
        except psycopg2.Error as error:
            if not (self.halt.is_set() and error.pgcode == "57014"):
                self.tell(unexpected=f"{error.pgcode} {error}")
                self.halt.set()

    def stop(self):
        self.halt.set()
        # A cancel that arrives between two statements meets none: asked again until it is over.
        while self.is_alive():
            self.connection.cancel()
            self.join(1)


class Attack:
    """A bomb in a process of its own: in this one it would hold up who measures what the neighbour feels. `ends` are the
    SQLSTATEs its runs ended with."""

    def __init__(self, workspace, name):
        limits = BOMBS[name][1]
        if limits:
            workspace.project.rest.patch(workspace.path, {"limits": limits})
        self.command = [sys.executable, __file__, json.dumps(workspace.parameters()), name]
        self.ends, self.unexpected = [], []
        self.said = {}  # by SQLSTATE, the last one

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "unexpected" in told:
                self.unexpected.append(told["unexpected"])
            else:
                self.ends.append(told["code"])
                self.said[told["code"]] = told["text"]

    def is_alive(self):
        return self.process.poll() is None and not self.unexpected

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(120)
        finally:
            self.process.kill()
        self.reader.join(10)


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


def main():
    """The process of an Attack: until its standard input ends."""
    told = threading.Lock()

    def tell(**what):
        with told:
            print(json.dumps(what), flush=True)

    bomber = Bomber(json.loads(sys.argv[1]), sys.argv[2], tell)
    bomber.start()
    sys.stdin.read()
    bomber.stop()


if __name__ == "__main__":
    main()
