"""What live viewers cost, and whether each of them is told something every second."""

import asyncio
import json
import threading
import time

from . import loads, report
from .checks import expect
from .measure import Meter
from .process import eventually
from .workload import Workload

VIEWERS = 1000
USERS = 5000
EVENTS = 10


class Viewers:
    """Viewers of a bot's `/live`, each on a connection of its own, all of them in one thread of this process."""

    def __init__(self, port, bot, count):
        self.port = port
        self.request = f"GET /live?id={bot.id}&token={bot.view_token} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self.told = [0] * count     # events of each viewer
        self.last = b""
        self.failed = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.wait(1)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(10)

    def wait(self, events):
        """Until every viewer was told that much more."""
        wanted = min(self.told) + events
        eventually(lambda: self.failed or min(self.told) >= wanted, events + 30, f"{events} events to each live viewer")
        expect(not self.failed, f"/live: {self.failed}")

    def _run(self):
        try:
            asyncio.run(self._watch_all())
        except asyncio.CancelledError:
            pass
        except Exception as error:   # for whoever waits
            self.failed = error

    async def _watch_all(self):
        self.loop, self.task = asyncio.get_running_loop(), asyncio.current_task()
        opening = asyncio.Semaphore(100)   # a listening socket's queue is short
        await asyncio.gather(*(self._watch(number, opening) for number in range(len(self.told))))

    async def _watch(self, number, opening):
        async with opening:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self.request)
            status = await reader.readline()
            expect(status.split()[1:2] == [b"200"], f"answered {status}")
            async for line in reader:
                if line.startswith(b"data: "):
                    self.told[number] += 1
                    self.last = line
            raise RuntimeError("a viewer was dropped")
        finally:
            writer.close()


def zcounts(redis):
    for line in redis.command("INFO", "commandstats").splitlines():
        if line.startswith("cmdstat_zcount:calls="):
            return int(line.split("=")[1].split(",")[0])
    return 0


def run(context):
    viewers, events = (10, 2) if context.options.quick else (VIEWERS, EVENTS)
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, bots=1)
        with context.running("howused", folder, redis, workload) as system:
            # Straight into Redis: no events are to be archived and counted meanwhile.
            loads.fill_online(context.tools, redis.path, workload.bots[0].online, USERS)
            with Meter(system.process, redis) as idle:
                time.sleep(events / 2)
            with Viewers(system.port, workload.bots[0], viewers) as watching:
                watching.wait(1)
                before, calls = list(watching.told), zcounts(redis)
                with Meter(system.process, redis) as meter:
                    watching.wait(events)
                calls = zcounts(redis) - calls
                told = [now - then for now, then in zip(watching.told, before)]
                online = json.loads(watching.last.removeprefix(b"data: "))["online"]
    expect(online == USERS, f"/live says that {online} users are online, {USERS} are")
    share = {"server": meter.cpu[0] / meter.seconds, "redis": meter.cpu[1] / meter.seconds,
             "server_idle": idle.cpu[0] / idle.seconds}
    return {"viewers": viewers, "seconds": meter.seconds, "zcounts_a_second": calls / meter.seconds, **share,
            "events_a_second": {"least": min(told) / meter.seconds, "most": max(told) / meter.seconds}}


def table(found):
    rows = [[f"{found['viewers']:,}", f"{found['zcounts_a_second']:.2f}", f"{100 * found['server']:.1f} %",
             f"{100 * found['server_idle']:.1f} %", f"{100 * found['redis']:.1f} %",
             "{least:.2f}…{most:.2f}".format(**found["events_a_second"])]]
    return "\n" + report.table(rows, ["live viewers", "ZCOUNT/s", "of a core", "without viewers", "Redis", "events/s to each"])
