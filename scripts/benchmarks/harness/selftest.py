"""Does the open-loop generator see a stall? A server that stops for 1 s in every 5 makes a fifth of all requests wait,
evenly between 0 and 1 s: p90 is about 0.5 s and p99 about 0.95 s. A generator that waits for answers before it sends on
would send almost nothing during the stall, and report neither."""

import asyncio
import multiprocessing
import tempfile
import time

from . import loads
from .checks import expect
from .workload import Workload

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"


class Stalling(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for _ in range(data.count(b"POST ")):
            self.transport.write(ANSWER)


def serve(port):
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Stalling, "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        for _ in range(12):
            await asyncio.sleep(4)
            time.sleep(1)   # on purpose: nothing is served meanwhile

    asyncio.run(main())


def run(tools):
    """Returns the generator's report; raises when it doesn't see the stalls."""
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    try:
        deadline = time.monotonic() + 10
        while not port.value and time.monotonic() < deadline:
            time.sleep(0.02)
        with tempfile.TemporaryDirectory(prefix="hub-") as folder:
            workload = Workload(folder)
            file = workload.write("stall", [workload.http("/", b"{}")])
            report = loads.open_loop(tools, port.value, file, rate=500, seconds=10, connections=20, warmup=0)
    finally:
        server.terminate()
        server.join(5)
    expect(report["failed"] == 0 and report["unanswered"] == 0, f"open loop: {report}")
    expect(abs(report["requests"] - 5000) < 50, f"open loop sent {report['requests']} requests, due were 5000")
    expect(report["p50"] < 50_000, f"open loop: p50 is {report['p50']} µs")
    expect(350_000 < report["p90"] < 650_000, f"open loop: p90 is {report['p90']} µs, 500,000 would be right")
    expect(850_000 < report["p99"] < 1_150_000, f"open loop: p99 is {report['p99']} µs, 950,000 would be right")
    return report
