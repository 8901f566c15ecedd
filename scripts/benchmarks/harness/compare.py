"""The comparison: every system in turn, round after round, and the medians side by side."""

from . import report
from .measure import compare_once
from .report import TITLES

FIGURES = ["per_second", "server_us", "redis_us", "total_us", "p50", "p99", "p999"]


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
        kind: {name: report.summarised([reports[kind] for reports in rounds[name]], FIGURES) for name in names if rounds[name]}
        for kind in ("event", "online")}}
