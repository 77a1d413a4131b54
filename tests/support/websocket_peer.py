"""A WebSocket server of known behaviour for the load tester: answers as docs/asyncapi.yaml says (or echoes), each message
after `--service` seconds, one in `--slow-one-in` after `--slow` seconds; stands still for `--stall` seconds once, when
`--stall-after` seconds have passed since the first message. Prints its port."""

import argparse
import asyncio
import base64
import json
import time

from websockets.asyncio.server import serve


def compact(message):
    return json.dumps(message, separators=(",", ":"))


class Peer:
    def __init__(self, options):
        self.options = options
        self.count = 0
        self.first = None
        self.stalled = False

    def refuse(self, connection, request):
        """HTTP Basic, when a password is asked for."""
        if not self.options.password:
            return None
        expected = "Basic " + base64.b64encode(f"user:{self.options.password}".encode()).decode()
        return None if request.headers.get("Authorization") == expected else connection.respond(401, "wrong password\n")

    def stand_still(self):
        self.first = self.first or time.monotonic()
        if self.options.stall and not self.stalled and time.monotonic() - self.first >= self.options.stall_after:
            self.stalled = True
            time.sleep(self.options.stall)  # of the whole server: that is the point

    async def answer(self, connection):
        if not self.options.echo:
            await connection.send(compact({"type": "ready", "session_id": "sess_1"}))
        async for text in connection:
            self.count += 1
            self.stand_still()
            slow = self.options.slow_one_in and self.count % self.options.slow_one_in == 0
            await asyncio.sleep(self.options.slow if slow else self.options.service)
            await connection.send(text if self.options.echo else self.reply(json.loads(text)))

    def reply(self, message):
        if self.options.fail_one_in and self.count % self.options.fail_one_in == 0:
            return compact({"type": "error", "id": message["id"], "sqlstate": "53300", "message": "too many"})
        return compact({"type": "reply", "id": message["id"], "conversation_id": "c1", "message_id": self.count, "content": "1 row"})

    async def run(self):
        async with serve(self.answer, "127.0.0.1", 0, process_request=self.refuse, ping_interval=None) as server:
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()


def options():
    parser = argparse.ArgumentParser()
    for name in ("service", "slow", "stall", "stall-after"):
        parser.add_argument(f"--{name}", type=float, default=0)
    for name in ("slow-one-in", "fail-one-in"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--echo", action="store_true")
    parser.add_argument("--password", default="")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(Peer(options()).run())
