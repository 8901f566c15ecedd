"""What statistics add to an event, and what archive, statistics and live viewers leave of the throughput."""

import time

from . import archive, consumers, loads, report
from .checks import expect
from .live import Viewers
from .measure import Meter, event_file
from .process import eventually
from .workload import Workload

FIGURES = ["per_second", "server_us", "redis_us"]
RATE = 20_000     # events a second
# The event loops that answer requests: at this rate their CPU an event varies by more than statistics cost.
ANSWERING = "NIO-ELT-2-"
LOADS = ["compare", "new"]
VIEWERS = 10


def aggregator(context):
    """The same events by schedule with statistics on and off, and a little time to count them, in turn."""
    found = {}
    for load in LOADS:
        rounds = {"on": [], "off": []}
        for _ in range(context.options.rounds):
            for state, reports in rounds.items():
                reports.append(_counting(context, load, state))
                context.say(f"{load}, statistics {state}: server {reports[-1]['server_us']:.2f} µs, of which "
                            f"{reports[-1]['others_us']:.2f} in threads that answer no requests, "
                            f"Redis {reports[-1]['redis_us']:.2f} µs")
        found[load] = {state: report.summarised(reports, [*FIGURES, "others_us"]) for state, reports in rounds.items()}
    return found


def _counting(context, load, state):
    seconds = context.options.seconds
    with context.folder() as folder, context.redis(folder) as redis:
        if state == "off":
            consumers.statistics_off(redis)
        workload = Workload(folder, bots=10 if load == "compare" else 50, users=context.options.users,
                            headers=context.options.headers)
        with context.running("howused", folder, redis, workload) as system:
            if load == "compare":
                warmup = events = event_file(system, workload)
            else:
                warmup, events = _known_users(context, system, workload, seconds)
            loads.open_loop(context.tools, system.port, warmup, RATE, 1, warmup=0)
            if state == "on":
                eventually(lambda: consumers.counted(redis), 60, "statistics of what came before")
            _stay_within_a_minute(seconds + 1)
            before = system.process.thread_seconds(but=ANSWERING)
            with Meter(system.process, redis) as meter:
                answered = loads.open_loop(context.tools, system.port, events, RATE, seconds, warmup=0)
                time.sleep(2.5)   # what is counted later belongs to these events, too
            others = system.process.thread_seconds(but=ANSWERING) - before
            expect(answered["failed"] + answered["unanswered"] == 0, f"{answered}")
            expect(state == "off" or consumers.counted(redis), "statistics are more than 2.5 s behind")
            return meter.per_request({**answered, "per_second": answered["requests"] / seconds,
                                      "others_us": 1e6 * others / answered["requests"]})


def _known_users(context, system, workload, seconds):
    """Two files of events, all of different users, each of whom was seen two minutes ago (a batch says so): new to the
    minute, but known to the bot, and mostly to the hour."""
    count, warmup = RATE * (seconds + 1), RATE
    users = [(workload.bots[number % len(workload.bots)], {"userId": 1_000_000 + number, "event": "message",
                                                           "param_1": "en"}) for number in range(count)]
    before = int(time.time()) - 120
    batches = []
    for bot in workload.bots:
        items = [{**fields, "time": before} for owner, fields in users if owner is bot]
        batches += [system.batch_request(bot, items[at:at + 100]) for at in range(0, len(items), 100)]
    rate = 500   # batches a second
    duration = -(-len(batches) // rate)
    answered = loads.open_loop(context.tools, system.port, workload.write("batches", batches), rate, duration, warmup=0)
    expect(answered["failed"] == 0 and answered["requests"] >= len(batches), f"{answered}")
    files = {"warmup": users[:warmup], "events": users[warmup:]}
    return [workload.write(name, (system.event_request(bot, fields) for bot, fields in some)) for name, some in files.items()]


def _stay_within_a_minute(seconds):
    """Users are counted again in each minute: a run that has a part of two would cost more."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


def aggregator_table(found):
    titles = {"compare": "the comparison's events", "new": "each event from a user new to its minute, 50 bots"}
    return "\n".join(
        archive.table(f"statistics' cost: {titles[load]}, {RATE:,} a second", states,
                      "they add {:.2f} µs of server CPU (in threads that answer no requests: {:.2f} against {:.2f}) and "
                      "{:.2f} µs of Redis CPU an event".format(
                          added(found, load, "others_us"), states["on"]["others_us"]["median"],
                          states["off"]["others_us"]["median"], added(found, load, "redis_us")))
        for load, states in found.items())


def added(found, load, figure):
    return found[load]["on"][figure]["median"] - found[load]["off"][figure]["median"]


def run(context):
    """Events as fast as they are answered, with archive and statistics off, and with both and some viewers, in turn."""
    rounds = {"ingest alone": [], "everything": []}
    for _ in range(context.options.rounds):
        for name, reports in rounds.items():
            with context.folder() as folder, context.redis(folder) as redis:
                workload = Workload(folder, users=context.options.users, headers=context.options.headers)
                if name == "ingest alone":
                    consumers.archive_off(redis)
                    consumers.statistics_off(redis)
                with context.running("howused", folder, redis, workload) as system:
                    reports.append(_ingest(context, system, redis, name == "everything"))
            context.say(f"{name}: {reports[-1]['per_second']:,.0f}/s")
    return {name: report.summarised(reports, [*FIGURES, "behind"]) for name, reports in rounds.items()}


def _ingest(context, system, redis, with_all):
    events = event_file(system, system.workload)
    loads.closed(system.port, events, 1)
    if not with_all:
        return _measured(context, system, redis, events)
    with Viewers(system.port, system.workload.bots[0], VIEWERS):
        answered = _measured(context, system, redis, events)
    # What isn't counted yet was left out of the figures: how much that is should be seen.
    ended = time.monotonic()
    eventually(lambda: consumers.counted(redis), 60, "statistics to catch up")
    return {**answered, "behind": time.monotonic() - ended}


def _measured(context, system, redis, events):
    with Meter(system.process, redis) as meter:
        answered = loads.closed(system.port, events, context.options.seconds)
    bad = answered["status_errors"] + answered["socket_errors"]
    expect(bad == 0, f"{bad} errors of {answered['requests']} events")
    return meter.per_request(answered)


def table(found):
    text = (f"{ratio(found):.2f}× ingest alone; statistics had everything "
            f"{report.spread(found['everything']['behind'], '{:.1f}')} s after the last event")
    return archive.table(f"ingest, with archive, statistics and {VIEWERS} live viewers", found, text)


def ratio(found):
    return found["everything"]["per_second"]["median"] / found["ingest alone"]["per_second"]["median"]
