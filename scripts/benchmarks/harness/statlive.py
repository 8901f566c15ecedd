"""Statistics beside ingest: how far behind they are, what they cost Redis, and how much of the throughput they leave."""

import time

from . import loads, report
from .asking import Asker
from .checks import expect
from .consumers import NO_STATISTICS
from .crowd import Crowd
from .measure import Meter, event_file
from .systems import HowUsed

SECONDS = 60
PART = 0.75     # of the maximum
# What a bot's request itself makes Redis do; what remains is done by those who read the streams, and by clocks.
INGEST = {"xadd", "zadd", "zcount", "zremrangebyscore", "expire", "pexpire"}
STATES = {"on": [], "off": NO_STATISTICS}


def run(context):
    quick = context.options.quick
    with context.folder() as folder:
        crowd = Crowd(folder, headers=context.options.headers, records=20_000 if quick else 1_000_000)
        requests = _requests(context, crowd)
        maximum = _maximum(context, crowd, requests)
        rate = int(PART * maximum["on"]["per_second"]["median"])
        found = {"maximum": maximum, "rate": rate}
        for state in STATES:
            seconds = 3 if quick else SECONDS if state == "on" else SECONDS // 2
            found[state] = _by_schedule(context, crowd, requests, state, rate, seconds)
    return found


def _requests(context, crowd):
    system = HowUsed(context)
    system.workload = crowd
    return event_file(system, crowd)


def _maximum(context, crowd, requests):
    """Events as fast as they are answered, for so long that segments are sealed and counted meanwhile."""
    seconds = 1 if context.options.quick else 4 * context.options.seconds
    rounds = {state: [] for state in STATES}
    for _ in range(context.options.rounds):
        for state, reports in rounds.items():
            with context.folder() as folder, context.redis(folder) as redis:
                with context.running("howused", folder, redis, crowd, arguments=STATES[state]) as system:
                    loads.closed_many(context.tools, system.port, requests, 1)
                    with Meter(system.process, redis) as meter:
                        answered = loads.closed_many(context.tools, system.port, requests, seconds)
                    reports.append(meter.per_request(answered))
            context.say(f"statistics {state}: {reports[-1]['per_second']:,.0f} events/s, server "
                        f"{reports[-1]['server_us']:.2f} µs, Redis {reports[-1]['redis_us']:.2f} µs")
    return {state: report.summarised(reports, ["per_second", "server_us", "redis_us"])
            for state, reports in rounds.items()}


def _by_schedule(context, crowd, requests, state, rate, seconds):
    with context.folder() as folder, context.redis(folder) as redis:
        with context.running("howused", folder, redis, crowd, arguments=STATES[state]) as system:
            before = redis.command_seconds()
            with Meter(system.process, redis) as meter, Asker(system, crowd.bots[0]) as asker:
                load = loads.open_background(context.tools, f"{folder}/load.log", system.port, requests, rate, seconds,
                                             warmup=0, connections=64)
                lags = _watch(asker, load, seconds)
                load.popen.wait(30)
            after = redis.command_seconds()
            answered = loads.result(load.log_tail())
            load.stop()
            if bad := answered["failed"] + answered["unanswered"]:
                context.problems.append(f"statistics {state}: {bad} of {answered['requests']} events were not answered: "
                                        "the machine was slower than while the maximum was measured?")
            commands = {name: 1e6 * (used - before.get(name, 0)) / answered["requests"] for name, used in after.items()}
            meter.per_request(answered)
    found = {**answered, "commands": commands,
             "readers_us": sum(used for name, used in commands.items() if name not in INGEST)}
    if state == "on":
        expect(lags, "/health said nothing while events came")
        found |= {"lag": max(lag for lag, _ in lags), "lag_events": max(events for _, events in lags), "lags": lags}
        context.say(f"{rate:,}/s for {seconds} s: at most {found['lag']:.2f} s and {found['lag_events']:,} events behind")
    return found


def _watch(asker, load, seconds):
    """Lag in seconds and in events, as /health says it each second while the load runs."""
    lags = []
    started = time.monotonic()
    while load.alive() and time.monotonic() < started + seconds + 30:
        time.sleep(max(0, started + len(lags) + 1 - time.monotonic()))
        statistics = asker.health()["statistics"]
        # Unknown is worse than any lag.
        lags.append((statistics.get("lagSeconds", 1e9), statistics.get("lagEvents", 10**9)))
    return lags


def ratio(found):
    return found["maximum"]["on"]["per_second"]["median"] / found["maximum"]["off"]["per_second"]["median"]


def redis_us(found):
    """What statistics add to the time of Redis's commands, in microseconds an event."""
    return found["on"]["readers_us"] - found["off"]["readers_us"]


def table(found):
    figures = [("per_second", "{:,.0f}"), ("server_us", "{:.2f}"), ("redis_us", "{:.2f}")]
    rows = [[f"statistics {state}", *(report.spread(found["maximum"][state].get(key), form) for key, form in figures),
             f"{found[state]['server_us']:.2f}", f"{found[state]['redis_us']:.2f}", f"{found[state]['readers_us']:.3f}",
             f"{found[state]['p99'] / 1000:.1f}"] for state in STATES]
    lags = sorted(lag for lag, _ in found["on"]["lags"])
    added = sorted(((used - found["off"]["commands"].get(name, 0), name) for name, used in found["on"]["commands"].items()
                    if name not in INGEST), reverse=True)
    return (f"\nas fast as answered, and by schedule at {found['rate']:,}/s\n"
            + report.table(rows, ["", "events/s", "server µs", "Redis µs", "server µs at 75 %", "Redis µs", "its readers µs",
                                  "event p99 ms"])
            + f"\n{ratio(found):.3f}× ingest without statistics; behind by {lags[len(lags) // 2]:.2f} s in the median second, "
              f"{lags[-1]:.2f} s at most; commands of Redis for statistics {redis_us(found):.3f} µs an event ("
            + ", ".join(f"{name} {used:.3f}" for used, name in added[:3]) + ")")
