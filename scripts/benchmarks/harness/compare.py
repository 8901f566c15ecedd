"""The comparison: every system in turn, round after round, and the medians side by side."""

import statistics

from .measure import compare_once
from .systems import SYSTEMS

FIGURES = ["per_second", "server_us", "redis_us", "total_us", "p50", "p99", "p999"]
TITLES = {**{name: system.title for name, system in SYSTEMS.items()}, "ceiling": "raw Redis commands"}


def run(context, names):
    rounds = {name: [] for name in names}
    for number in range(context.options.rounds):
        for name in names:
            try:
                reports = compare_once(context, name)
            except Exception as error:   # one system's trouble must not cost the other figures; it fails the run below
                context.problems.append(f"{TITLES[name]}: {error}")
                context.say(f"{TITLES[name]}: {error}")
                continue
            rounds[name].append(reports)
            context.say(f"round {number + 1}: {TITLES[name]:20} " + "   ".join(
                f"{kind} {report['per_second']:>9,.0f}/s, server {report['server_us']:5.2f} µs, "
                f"Redis {report['redis_us']:5.2f} µs" for kind, report in reports.items()))
    return {"rounds": rounds, "summary": {
        kind: {name: summarise([reports[kind] for reports in rounds[name]]) for name in names if rounds[name]}
        for kind in ("event", "online")}}


def summarise(reports):
    """Median, least and most of each figure."""
    result = {}
    for figure in FIGURES:
        values = [report[figure] for report in reports if figure in report]
        if values:
            result[figure] = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return result
