"""Open chart pages: what they make Redis do, and whether many of them stay up to date beside ingest."""

import time

from . import loads, report
from .asking import Asker, counted
from .checks import expect
from .crowd import Crowd
from .measure import Meter, event_file
from .process import run as run_program

EVERY = 5          # seconds between two rounds of a page
PAGES, BOTS = 1000, 100
HISTORY = 5000     # events of each bot in the last day
# What Dashboard/Web asks in each round of a page that was opened without anything chosen, all of its charts and its top list
# in view. Left out is the line of the last hour's online users, which it asks for once a minute.
ZONE = {"tz": "Europe/Berlin"}
QUESTIONS = [
    ("/stats", {**ZONE, "period": "24h", "divider": "auto", "metric": "users,uses,new,online"}),
    ("/summary", ZONE),
    ("/top", {"by": "event", "period": "24h", **ZONE, "sort": "uses", "limit": 10, "offset": 0}),
]
# As Chromium sends them.
HEADERS = ("Host: 127.0.0.1\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0\r\nAccept: application/json\r\n"
           "Accept-Language: en-GB\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n")


def run(context):
    quick = context.options.quick
    bots, pages = (10, 50) if quick else (BOTS, PAGES)
    with context.folder() as folder:
        crowd = Crowd(folder, bots=bots, headers=context.options.headers, records=20_000 if quick else 200_000)
        with context.folder() as place, context.redis(place) as redis:
            _fill(context, place, redis, crowd)
            with context.running("howused", place, redis, crowd, data=f"{place}/data") as system:
                counted(system, crowd.bots[0], 30)
                found = {"commands": _commands(context, place, system, redis)}
                events = event_file(system, crowd)
                loads.closed_many(context.tools, system.port, events, 1)
                rounds = {"ingest alone": [], "with pages": []}
                for _ in range(context.options.rounds):
                    rounds["ingest alone"].append(_ingest(context, place, system, redis, events, 0))
                    rounds["with pages"].append(_ingest(context, place, system, redis, events, pages))
                    context.say("; ".join(f"{name}: {reports[-1]['per_second']:,.0f} events/s"
                                          for name, reports in rounds.items())
                                + f"; the longest time between updates {rounds['with pages'][-1]['gap_ms'] / 1000:.2f} s")
    figures = ["per_second", "server_us", "redis_us", "gap_ms", "round_ms", "silence_ms", "cpu", "unchanged_part"]
    return {**found, "pages": pages, "bots": bots,
            "ingest": {name: report.summarised(reports, figures) for name, reports in rounds.items()}}


def _fill(context, folder, redis, crowd):
    """A day of each bot, in files by the time that the server ends."""
    with context.running("howused", folder, redis, crowd, data=f"{folder}/data") as system:
        now = int(time.time())
        fields = [fields for _, fields in crowd.events(HISTORY)]
        batches = []
        for number, bot in enumerate(crowd.bots):
            # Other users of each bot, in the order of time.
            items = [{**one, "userId": one["userId"] + number, "time": now - 86_400 + place * 86_300 // HISTORY}
                     for place, one in enumerate(fields)]
            batches += [system.batch_request(bot, items[at:at + 500]) for at in range(0, HISTORY, 500)]
        rate = 200
        answered = loads.open_loop(context.tools, system.port, crowd.write("history", batches), rate, len(batches) / rate,
                                   warmup=0)
        bad = answered["failed"] + answered["unanswered"]
        expect(bad == 0 and answered["requests"] >= len(batches) - 1, f"the history: {answered}")


def _page_file(crowd, bots, pages):
    def requests():
        for number in range(pages):
            bot = bots[number % len(bots)]
            for path, query in [("/live", {}), *QUESTIONS]:
                yield f"GET {Asker.path_of(bot, path, query)} HTTP/1.1\r\n{HEADERS}".encode()
    return crowd.write(f"pages-{pages}", requests())


def _arguments(context, system, file, seconds, bots=1):
    return [f"{context.tools}/pages", "--port", system.port, "--requests", file, "--questions", len(QUESTIONS), "--seconds",
            seconds, "--every", _every(context), "--bots", bots]


def _every(context):
    return 1 if context.options.quick else EVERY


def _commands(context, folder, system, redis):
    """Commands of Redis in five seconds that pages of one bot cause, by how many pages there are."""
    counts = {}
    for pages in (1, 10):
        without, with_ = (_calls(context, system, redis, number) for number in (0, pages))
        # The clocks that always run make about a thousand, never quite as many twice.
        counts[pages] = sum(calls - without.get(name, 0) for name, calls in with_.items()
                            if calls > 1.05 * without.get(name, 0))
    context.say(f"commands of Redis in {EVERY} s: {sum(without.values()):.0f} without pages, {counts[1]:.0f} more for a page, "
                f"{counts[10]:.0f} for ten")
    return counts


def _calls(context, system, redis, pages):
    """How often each command of Redis is called in five seconds."""
    seconds = 4 * _every(context)
    before, began = redis.command_stats(), time.monotonic()
    if pages:
        file = _page_file(system.workload, system.workload.bots[:1], pages)
        answered = loads.result(run_program(_arguments(context, system, file, seconds), seconds + 60))
        bad = answered["errors"] + answered["refusals"]
        expect(bad == 0 and answered["fewest_rounds"] >= 1, f"pages: {answered}")
    else:
        time.sleep(seconds + _every(context))
    took = time.monotonic() - began
    return {name: (calls - before.get(name, (0, 0))[0]) / took * EVERY
            for name, (calls, _) in redis.command_stats().items()}


def _ingest(context, folder, system, redis, events, pages):
    """Events as fast as they are answered, while pages are open or not."""
    seconds = 4 * _every(context)
    watching = None
    if pages:
        file = _page_file(system.workload, system.workload.bots, pages)
        log = f"{folder}/pages-{time.monotonic_ns()}.log"    # of this round alone
        arguments = _arguments(context, system, file, seconds + 2, len(system.workload.bots))
        watching = loads.Process(arguments, log=log)
        time.sleep(_every(context) + 1)      # until all of them are open
        expect(watching.alive(), f"pages: {watching.log_tail()}")
    with Meter(system.process, redis) as meter:
        answered = loads.closed_many(context.tools, system.port, events, seconds)
    meter.per_request(answered)
    if watching:
        watching.popen.wait(seconds + 60)
        seen = loads.result(watching.log_tail())
        watching.stop()
        expect(seen["errors"] == 0, f"pages: {seen} {watching.log_tail()}")
        if seen["refusals"]:   # the figures say how bad it was; the run fails at its end
            context.problems.append(f"pages: {seen['refusals']} of {seen['answers']} questions were refused with 503")
        answered |= {key: seen[key] for key in ("gap_ms", "round_ms", "silence_ms")}
        answered |= {"cpu": seen["cpu"] / seen["seconds"], "unchanged_part": seen["unchanged"] / seen["answers"]}
    return answered


def ratio(found):
    return found["ingest"]["with pages"]["per_second"]["median"] / found["ingest"]["ingest alone"]["per_second"]["median"]


def table(found):
    figures = [("per_second", "{:,.0f}"), ("server_us", "{:.2f}"), ("redis_us", "{:.2f}"), ("gap_ms", "{:,.0f}"),
               ("round_ms", "{:,.0f}"), ("silence_ms", "{:,.0f}"), ("cpu", "{:.2f}")]
    rows = [[name, *(report.spread(one.get(key), form) for key, form in figures)]
            for name, one in found["ingest"].items()]
    return (f"\n{found['pages']:,} open pages of {found['bots']} bots, {len(QUESTIONS)} questions each every {EVERY} s\n"
            + report.table(rows, ["", "events/s", "server µs", "Redis µs", "longest ms between updates", "longest round",
                                  "without live", "pages' own CPU"])
            + f"\n{ratio(found):.2f}× ingest alone; a page makes {found['commands'][1]:.0f} commands of Redis in {EVERY} s, "
              f"ten of one bot {found['commands'][10]:.0f}")
