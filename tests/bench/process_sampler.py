"""Memory, descriptors, threads and CPU of a process and its children every ten seconds, as CSV, until it ends.

    tests/bench/process_sampler.py PID FILE
"""

import csv
import os
import subprocess
import sys
import time

from processes import TICK

EVERY = 10


def family(pid):
    """The process, its children, and theirs."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [pid] + [one for child in children for one in family(int(child))]


def row(pid, seconds):
    with open(f"/proc/{pid}/status") as file:
        status = dict(line.split(":", 1) for line in file.read().splitlines() if ":" in line)
    with open(f"/proc/{pid}/stat") as file:
        stat = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/cmdline") as file:
        words = file.read().split("\0")
    kib = lambda name: status.get(name, "0 kB").split()[0]
    return [round(seconds), pid, words[1] if len(words) > 1 else words[0], kib("VmRSS"), kib("RssAnon"), kib("RssFile"),
            len(os.listdir(f"/proc/{pid}/fd")), status["Threads"].strip(), (int(stat[11]) + int(stat[12])) / TICK]


def main(pid, path):
    with open(path, "w", buffering=1) as file:
        out = csv.writer(file)
        out.writerow("t_s pid name rss_kb anon_kb file_kb fds threads cpu_s".split())
        start = time.monotonic()
        while os.path.exists(f"/proc/{pid}"):
            for one in family(pid):
                try:
                    out.writerow(row(one, time.monotonic() - start))
                except (OSError, KeyError):
                    pass  # it ended meanwhile
            time.sleep(EVERY)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
