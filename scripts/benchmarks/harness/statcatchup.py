"""A backlog that waits when the server starts: how fast the statistics count it, who waits for that, and what it costs
those whose requests come meanwhile."""

import threading
import time

from . import loads, report
from .asking import Asker
from .checks import ask, expect
from .crowd import Crowd
from .measure import event_file, online_file
from .process import eventually
from .redis import encode
from .workload import PARTITIONS, Workload, fragment, mix

BACKLOG = 1_500_000
RATES = {"event": 20_000, "getOnline": 1_000}    # a second, of other bots
PING = "ping"


def run(context):
    """Alone; then with requests by schedule, and these without a backlog, in turn."""
    backlog = 30_000 if context.options.quick else BACKLOG
    rounds = {"alone": [], "with a backlog": [], "without": []}
    seconds = 2
    for _ in range(context.options.rounds):
        rounds["alone"].append(_once(context, backlog, 0))
        # As long as counting takes, so that the latencies are of that time.
        seconds = min(max(round(rounds["alone"][-1]["seconds"]), 2), 20)
        for name, waiting in (("without", 0), ("with a backlog", backlog)):
            rounds[name].append(_once(context, waiting, seconds))
        last = {name: reports[-1] for name, reports in rounds.items()}
        context.say(f"{backlog:,} events: {last['alone']['per_second']:,.0f}/s alone, another bot's event within "
                    f"{last['alone']['ping']:.2f} s; with requests {last['with a backlog']['per_second']:,.0f}/s, event p99 "
                    f"{last['with a backlog']['event_p99'] / 1000:.1f} ms (without a backlog "
                    f"{last['without']['event_p99'] / 1000:.1f}), getOnline p99 "
                    f"{last['with a backlog']['online_p99'] / 1000:.1f} ms ({last['without']['online_p99'] / 1000:.1f})")
    figures = ["seconds", "per_second", "ping", "event_p99", "online_p99"]
    return {name: report.summarised(reports, figures) for name, reports in rounds.items()}


def _once(context, backlog, load_seconds):
    with context.folder() as folder, context.redis(folder) as redis:
        others = Workload(folder, bots=16, headers=context.options.headers)
        behind, *rest = others.bots
        other = next(bot for bot in rest if mix(bot.id) % PARTITIONS != mix(behind.id) % PARTITIONS)
        if backlog:
            _write_backlog(context, folder, redis, behind, backlog)
        started = time.time()    # starting up counts, too: it is part of coming back
        with context.running("howused", folder, redis, others) as system:
            others.bots = [bot for bot in rest if bot is not other]
            running = [load for load in _loads(context, folder, system, others, load_seconds)]
            found = _catch_up(system, redis, behind, other, backlog, started) if backlog else {}
            for name, load in running:
                load.popen.wait(load_seconds + 30)
                answered = loads.result(load.log_tail())
                load.stop()
                expect(answered["failed"] + answered["unanswered"] == 0, f"{name}: {answered}")
                found[f"{name}_p99"] = answered["p99"]
    return found


def _write_backlog(context, folder, redis, bot, count):
    crowd = Crowd(folder, bots=1, records=min(count, 300_000))
    events = crowd.write("backlog", (encode(["XADD", bot.stream, "*", "e", fragment(bot, fields)])
                                     for _, fields in crowd.events()))
    loads.raw(context.tools, redis.path, events, 1, count=count)
    expect(redis.events() == (count, count), "the backlog is not in Redis")


def _loads(context, folder, system, workload, seconds):
    if not seconds:
        return
    for name, file, nice, connections, expected in (
            ("event", event_file(system, workload), 0, 64, '"ok":true'),
            # As in latency.py: what measures must not wait for the load.
            ("online", online_file(system, workload), -10, 16, "onlineCount")):
        yield name, loads.open_background(
            context.tools, f"{folder}/{name}.log", system.port, file, RATES["event" if name == "event" else "getOnline"],
            seconds, nice=nice, warmup=0.2, connections=connections, expect=expected)


def _catch_up(system, redis, behind, other, backlog, started):
    """Looks whether everything is counted, while events of another bot are sent."""
    deadline = time.monotonic() + 240
    with Asker(system, behind) as asker, Pings(system, other) as pings:
        # The first question of a bot waits some seconds for its partition by itself.
        while asker.as_of() < started:
            expect(time.monotonic() < deadline, f"{backlog:,} events weren't counted within 240 s")
            time.sleep(0.1)    # each question reads the last sealed segment: more of them would be a load of their own
        ended = time.time()
        pings.stop()
        total = sum(series["total"] for series in asker.json("/stats", metric="uses", period="24h")["series"])
        expect(total == backlog, f"{total:,} of {backlog:,} events were counted")
    return {"seconds": ended - started, "per_second": backlog / (ended - started), "ping": max(pings.times)}


class Pings:
    """Sends events of a bot, each when the one before is counted, in a thread of its own."""

    def __init__(self, system, bot):
        self.system, self.bot = system, bot
        self.times, self.error = [], None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(30)

    def stop(self):
        """When the last one is counted."""
        self.ending.set()
        self.thread.join(30)
        expect(self.times and not self.error and not self.thread.is_alive(), f"another bot's events: {self.error}")

    def _run(self):
        try:
            with Asker(self.system, self.bot) as asker:
                while not self.ending.is_set():
                    request = self.system.event_request(self.bot, {"userId": 1, "event": PING})
                    sent = time.monotonic()
                    status, answer = ask(self.system.port, request)
                    expect(status == 200, f"an event was answered {status} {answer}")
                    eventually(lambda: asker.uses(PING, period="1h") == len(self.times) + 1, 20, "another bot's event")
                    self.times.append(time.monotonic() - sent)
        except Exception as error:   # for whoever waits
            self.error = error


def worse(found, kind):
    """How much higher the slowest hundredth of a kind of request is while a backlog is counted."""
    return found["with a backlog"][f"{kind}_p99"]["median"] / found["without"][f"{kind}_p99"]["median"]


def table(found):
    figures = [("seconds", "{:.2f}"), ("per_second", "{:,.0f}"), ("ping", "{:.2f}")]
    rows = []
    for name, one in found.items():
        latencies = [report.spread({key: value / 1000 for key, value in one[kind].items()}, "{:.1f}") if kind in one else "–"
                     for kind in ("event_p99", "online_p99")]
        rows.append([name, *(report.spread(one.get(key), form) for key, form in figures), *latencies])
    return (f"\na backlog of one bot when the server starts; requests of others by schedule, {RATES['event']:,} events and "
            f"{RATES['getOnline']:,} getOnline a second\n"
            + report.table(rows, ["", "counted after s", "events/s", "another bot's event s", "event p99 ms",
                                  "getOnline p99 ms"])
            + f"\np99 with the backlog: event {worse(found, 'event'):.2f}×, getOnline {worse(found, 'online'):.2f}×")
