#!/usr/bin/env python3
"""Measures the WebSocket door of a running server: memory per idle connection, and latency with many busy users.

    tests/bench/websocket_door.py --url http://localhost:8000 --user ws_… --password … [--idle 1000] [--busy 200] [--seconds 20]

Each busy user sends a query, waits for its last word, thinks, and sends the next; latency is from sending to the last word.
"""

import argparse
import asyncio
import json
import pathlib
import random
import statistics
import time
import urllib.request

import websockets


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def processes():
    """RSS of the gateway and of the workers, by what they are."""
    sizes = {"gateway": 0, "workers": 0}
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
            if len(words) > 1 and words[0].endswith(b"smew") and words[1] in (b"serve", b"worker"):
                sizes["gateway" if words[1] == b"serve" else "workers"] += resident(entry.parent.name)
        except OSError:
            pass
    return sizes


async def log_in(options):
    socket = await websockets.connect(options.url.replace("http", "ws", 1) + "/api/v1/pam", open_timeout=60, max_size=None,
                                      compression=None)
    await socket.send(json.dumps({"type": "auth", "user": options.user, "password": options.password}))
    ready = json.loads(await socket.recv())
    assert ready["type"] == "ready", ready
    return socket


async def log_in_all(options, count):
    gate = asyncio.Semaphore(50)

    async def one():
        async with gate:
            return await log_in(options)

    return await asyncio.gather(*(one() for _ in range(count)))


async def ask(socket, message):
    started = time.perf_counter()
    await socket.send(json.dumps(message))
    while True:
        answer = json.loads(await socket.recv())
        if answer["type"] in ("complete", "reply", "pong"):
            return time.perf_counter() - started
        assert answer["type"] != "error", answer


async def busy(socket, options, until, latencies):
    await asyncio.sleep(random.random() * options.think)
    while time.monotonic() < until:
        latencies.append(await ask(socket, options.message))
        await asyncio.sleep(options.think * random.uniform(0.5, 1.5))


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--message", type=json.loads, default={"type": "query", "id": 1, "sql": "SELECT 1"})
    options = parser.parse_args()

    first = await log_in(options)  # the worker runs from here on
    before = processes()
    started = time.perf_counter()
    idle = await log_in_all(options, options.idle)
    took = time.perf_counter() - started
    after = processes()
    report = {"idle_connections": len(idle), "connections_per_s": round(len(idle) / took, 1) if idle else None}
    for kind in before:
        if idle:
            report[f"{kind}_bytes_per_idle_connection"] = (after[kind] - before[kind]) // len(idle)

    users = await log_in_all(options, options.busy)
    latencies = []
    until = time.monotonic() + options.seconds
    await asyncio.gather(*(busy(socket, options, until, latencies) for socket in users))
    if latencies:
        report |= {"busy_users": len(users), "messages": len(latencies), "messages_per_s": round(len(latencies) / options.seconds, 1),
                   "median_ms": round(statistics.median(latencies) * 1000, 2), "p95_ms": round(percentile(latencies, 0.95), 2),
                   "p99_ms": round(percentile(latencies, 0.99), 2), "max_ms": round(max(latencies) * 1000, 2)}
    with urllib.request.urlopen(options.url + "/metrics") as reply:
        report["connections_active"] = float(next(line.split()[1] for line in reply.read().decode().splitlines()
                                                  if line.startswith("websocket_connections_active ")))
    print(json.dumps(report, indent=2))
    await asyncio.gather(*(socket.close() for socket in [first, *idle, *users]), return_exceptions=True)


asyncio.run(main())
