"""getOnline's latency under an open load, at half of the ingest that the comparison measured."""

import time

from . import checks, loads, report
from .measure import event_file, online_file
from .report import TITLES
from .workload import Workload

ONLINE_RATE = 1000


def run(context, names, summary):
    """{system: [report of a round]}. Each system at half of its own maximum, and the others at half of ours, too."""
    options = context.options
    results = {}
    own = summary["event"].get("howused")
    for number in range(options.rounds):
        for name in names:
            if name == "ceiling" or name not in summary["event"]:
                continue
            rate = summary["event"][name]["per_second"]["median"] / 2
            if own:
                rate = min(rate, own["per_second"]["median"] / 2)
            try:
                results.setdefault(name, []).append(once(context, name, int(rate), options.seconds))
            except Exception as error:
                context.problems.append(f"open load, {TITLES[name]}: {error}")
                continue
            last = results[name][-1]
            context.say(f"round {number + 1}: {TITLES[name]:20} at {last['event_rate']:,.0f} events/s: getOnline p50 "
                        f"{last['p50']:,.0f}, p99 {last['p99']:,.0f}, p99.9 {last['p999']:,.0f} µs")
    return results


def once(context, name, rate, seconds):
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, users=context.options.users, headers=context.options.headers)
        with context.running(name, folder, redis, workload) as system:
            checks.check(system, redis)
            events, online = event_file(system, workload), online_file(system, workload)
            background = loads.open_background(
                context.tools, f"{folder}/ingest.log", system.port, events, rate, seconds + 2, connections=64,
                expect="O" if name == "webdis" else '"ok":true')
            time.sleep(1)   # the load's own warming up
            # The measuring process must not wait for the load's processes, or its waiting would count as the server's.
            result = loads.open_loop(context.tools, system.port, online, ONLINE_RATE, seconds, nice=-10,
                                     connections=16, expect="ZCOUNT" if name == "webdis" else "onlineCount")
            background.popen.wait(seconds + 30)
            ingest = loads.result(background.log_tail())
            background.stop()
            checks.expect(result["failed"] + result["unanswered"] == 0, f"{result}")
            checks.expect(ingest["failed"] + ingest["unanswered"] == 0, f"ingest: {ingest}")
            return {**result, "event_rate": ingest["rate"], "event_p99": ingest["p99"], "event_p50": ingest["p50"]}


def table(results):
    rows = []
    for name, rounds in results.items():
        figures = report.summarised(rounds, ["event_rate", "p50", "p99", "p999", "max", "event_p99"])
        rows.append([TITLES[name], *(report.spread(figures[key], "{:,.0f}") for key in figures)])
    return (f"\ngetOnline, {ONLINE_RATE}/s by schedule, while events come by schedule; µs from when a request was due\n"
            + report.table(rows, ["", "events/s", "p50", "p99", "p99.9", "max", "event p99"]))
