"""What the kernel says of processes: CPU seconds and memory, read from /proc."""

import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    """User and system time of these processes, all their threads and the children they have reaped."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:15]))
        except OSError:
            pass
    return total / TICK


def running_seconds(pids):
    """User and system time of these processes' threads that live, to the nanosecond: for what is shorter than a tick."""
    total = 0
    for pid in pids:
        for thread in pathlib.Path(f"/proc/{pid}/task").glob("*"):
            try:
                total += int((thread / "schedstat").read_text().split()[0])
            except OSError:
                pass
    return total / 1e9


def pss_mib(pids):
    """Memory with shared pages divided among their users."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:
            pass
    return total / 1024
