"""`smew load …` as tests run it, and the peers it is pointed at."""

import concurrent.futures
import contextlib
import json
import pathlib
import subprocess
import sys

from smew_server import PROGRAM, ROOT

# The machine that runs the tests does other things as well: what the generator says of itself is tested by name only.
LENIENT = ["--max-lag", "100s", "--max-generator-cpu", "10000", "--progress", "none"]
PASS, USAGE, UNREACHABLE, REGRESSION, FAILED, INTERRUPTED, INVALID, INCORRECT = 0, 2, 3, 97, 99, 105, 110, 111


class Outcome:
    def __init__(self, code, output, errors, report):
        self.code, self.output, self.errors, self.report = code, output, errors, report

    def stage(self, index=-1):
        return self.report["stages"][index]

    def metric(self, name, stage=-1):
        return self.stage(stage)["metrics"][name]

    def target(self, text):
        return next(one for one in self.report["targets"] if one["expr"] == text)


def command(*words, lenient=True):
    return [str(PROGRAM), "load", *map(str, words), *(LENIENT if lenient else ["--progress", "none"])]


def outcome_of(done, report):
    parsed = json.loads(report.read_text()) if report.exists() else None
    return Outcome(done.returncode, done.stdout, done.stderr, parsed)


def load(directory, *words, expect=PASS, lenient=True, name="report"):
    """Runs a load test to its end; expect=None for any exit code."""
    report = pathlib.Path(directory) / f"{name}.json"
    done = subprocess.run(command(*words, "--json", report, lenient=lenient), capture_output=True, text=True, timeout=120)
    assert expect is None or done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return outcome_of(done, report)


def at_once(*calls):
    """Runs all at the same time: each waits more than it works."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]


@contextlib.contextmanager
def websocket_peer(*options):
    """The address of a websocket_peer.py of its own process."""
    process = subprocess.Popen([sys.executable, ROOT / "tests/support/websocket_peer.py", *map(str, options)],
                               stdout=subprocess.PIPE, text=True)
    try:
        yield f"ws://127.0.0.1:{int(process.stdout.readline())}/"
    finally:
        process.kill()
        process.wait(10)


def uri(parameters):
    return (f"postgresql://{parameters['user']}:{parameters['password']}@{parameters['host']}:{parameters['port']}/"
            f"{parameters['dbname']}?sslmode={parameters['sslmode']}")
