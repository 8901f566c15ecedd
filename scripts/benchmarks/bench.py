"""Measures HowUsed beside what a user would pick instead. README.md says what, how and why."""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time

from harness import (archive, compare, everything, goals, growth, latency, live, page, pages, prepare, report, selftest,
                     statcatchup, stathistory, statlive, statrebuild)
from harness.measure import Context
from harness.systems import SYSTEMS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ALL = [*SYSTEMS, "ceiling"]
# What comes after ingest: how each is measured, and shown.
CONSUMERS = {
    "statistics-live": (statlive.run, statlive.table),
    "statistics-catchup": (statcatchup.run, statcatchup.table),
    "statistics-rebuild": (statrebuild.run, statrebuild.table),
    "statistics-size": (stathistory.size, stathistory.size_table),
    "statistics-queries": (stathistory.queries, stathistory.queries_table),
    "live": (live.run, live.table),
    "everything": (everything.run, everything.table),
    "pages": (pages.run, pages.table),
    "page": (page.run, page.table),
}
# Short enough to be looked at with every change.
QUICK = ["compare", "statistics-size", "statistics-queries", "pages", "live", "stall"]

SECTIONS = ["compare", "latency", "users", "bots", "connections", "archive", "drain", "batch", *CONSUMERS, "stall"]


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="under 90 s: checks that every system answers correctly; figures are rough")
    add("--only", default="", help=f"comma-separated systems ({', '.join(ALL)})")
    add("--sections", default="", help=f"comma-separated parts of the run ({', '.join(SECTIONS)})")
    add("--rounds", type=int, default=3, help="rounds of the comparison (3)")
    add("--seconds", type=int, default=5, help="length of one measurement (5)")
    add("--threads", type=int, default=2, help="threads or workers of each server (2)")
    add("--users", type=int, default=100_000, help="different users in the load (100000)")
    add("--headers", default="minimal", choices=["minimal", "requests", "fetch"], help="whose request headers to send")
    add("--appendonly", action="store_true", help="Redis writes its append-only file (every second)")
    add("--webdis-pool", type=int, default=1, help="webdis's Redis connections a thread (1, its fastest here)")
    add("--binary", default=f"{ROOT}/.build/release/howused", help="the howused program")
    add("--server-arguments", default="", help="more arguments for howused serve, separated by spaces")
    add("--json", metavar="FILE", help="write every figure there")
    chosen = parser.parse_args()
    chosen.server_arguments = chosen.server_arguments.split()
    if not (1 <= chosen.rounds <= 20 and 1 <= chosen.seconds <= 60 and 1 <= chosen.threads <= 64):
        parser.error("rounds 1…20, seconds 1…60, threads 1…64")
    given = chosen.sections
    chosen.sections = given.split(",") if given else SECTIONS
    if unknown := set(chosen.sections) - set(SECTIONS):
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}")
    if chosen.quick:
        chosen.sections = chosen.sections if given else QUICK
        chosen.rounds, chosen.seconds = 1, 1
    return chosen


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    return {"cpu": model, "cores": os.cpu_count(), "kernel": os.uname().release, "commit": commit.strip(),
            "load_before": os.getloadavg()[0]}


def measure(section, context, names, figures):
    """One part of the run: measures, prints a table, keeps the figures."""
    if section == "compare":
        figures["comparison"] = compare.run(context, names)
        print(report.comparison(figures["comparison"]["summary"]))
    elif section == "latency":
        if "comparison" not in figures:
            figures["comparison"] = compare.run(context, names)
        figures["latency"] = latency.run(context, names, figures["comparison"]["summary"])
        print(latency.table(figures["latency"]))
    elif section == "stall":
        figures["stall"] = selftest.run(context.tools)
        print("  open-loop generator against a server that stalls 1 s in every 5: "
              f"p90 {figures['stall']['p90'] / 1000:.0f} ms, p99 {figures['stall']['p99'] / 1000:.0f} ms: right")
    elif "howused" not in names:
        context.say("left out: it measures HowUsed")
    elif section in ("users", "bots", "connections"):
        figures[section] = getattr(growth, section)(context)
        print(growth.table(section, figures[section]))
    elif section == "archive":
        figures[section] = archive.cost(context)
        on, off = figures[section].values()
        added = on["server_us"]["median"] - off["server_us"]["median"]
        print(archive.table("the archive's cost", figures[section], f"it adds {added:.2f} µs of server CPU an event"))
    elif section == "drain":
        figures[section] = archive.drain(context)
    elif section == "batch":
        figures[section] = archive.batch(context)
        ratio = figures[section]["howused"]["per_second"]["median"] / figures[section]["ceiling"]["per_second"]["median"]
        print(archive.table("batches of 100 events", figures[section], f"{ratio:.2f}× the ceiling"))
    else:
        measured, table = CONSUMERS[section]
        if found := measured(context):
            figures[section] = found
            print(table(found))


def main():
    chosen = options()
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))   # for ten thousand connections
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))   # so that what was started is stopped
    names = [name for name in (chosen.only.split(",") if chosen.only else ALL) if name]
    if unknown := set(names) - set(ALL):
        sys.exit(f"unknown systems: {', '.join(sorted(unknown))}")
    if "howused" in names and not os.path.exists(chosen.binary):
        sys.exit(f"{chosen.binary} is missing: run scripts/build first, or choose peers with --only")
    cache = f"{ROOT}/.build/bench"
    prepare.packages(names)
    context = Context(chosen, tools=prepare.compile_tools(f"{cache}/tools"), cache=cache,
                      venv=prepare.venv(f"{cache}/venv", "fastapi") if "fastapi" in names else None)
    started = time.time()
    figures = {"machine": machine(), "options": {k: v for k, v in vars(chosen).items() if k != "json"}}
    print(f"{figures['machine']['cpu']}, {figures['machine']['cores']} cores, "
          f"load average {figures['machine']['load_before']:.1f}", flush=True)
    for section in chosen.sections:
        print(f"\n{section}", flush=True)
        try:
            measure(section, context, names, figures)
        except Exception as error:   # the other figures are still worth having; the run fails at its end
            context.problems.append(f"{section}: {error}")
            context.say(f"failed: {error}")
    if not chosen.quick:   # a second of each says nothing
        print(goals.report(figures))
        figures["goals"] = goals.rows(figures)
    figures["problems"] = context.problems
    print(f"\ntook {time.time() - started:.0f} s")
    if chosen.json:
        with open(chosen.json, "w") as file:
            json.dump(figures, file, indent=1, ensure_ascii=False)
    for problem in context.problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    sys.exit(1 if context.problems else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
