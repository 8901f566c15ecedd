"""Ninety days of a large bot: the room that its statistics take, and how long questions about it take."""

import json
import os
import shutil
import time

from . import loads, report
from .asking import Asker
from .checks import expect
from .crowd import Crowd
from .history import History
from .measure import event_file
from .process import eventually
from .workload import Workload

DAYS = 90
DAY = 86_400
BUSY = 0.15                # of a core; who uses less is done
SIZE_RATE = (2_000, 5)     # events a second, and seconds
# title: (the question, whether everything is to be scanned the first time, what must come out by the history's truth)
HOURS = {"divider": "1h"}
QUESTIONS = {
    "uses by the hour": ({"metric": "uses", **HOURS}, False, lambda truth: [truth["uses"], truth["uses"]]),
    "users by the hour": ({"metric": "users", **HOURS}, False, lambda truth: [truth["users"], truth["users_by_hour"]]),
    "uses, 20 series (events)": ({"metric": "uses", "segment": "event", **HOURS}, False,
                                 lambda truth: {name: uses for name, (uses, _) in truth["names"].items()}),
    "users, 20 series (events)": ({"metric": "users", "segment": "event", **HOURS}, False,
                                  lambda truth: {name: users for name, (_, users) in truth["names"].items()}),
    "users, 10 series (languages)": ({"metric": "users", "segment": "param_1", **HOURS}, False, None),
    "uses, 20 series (300 sources)": ({"metric": "uses", "segment": "param_2", **HOURS}, False, None),
    "users, 20 series (300 sources)": ({"metric": "users", "segment": "param_2", **HOURS}, True, None),
    "uses, filter on two params": ({"metric": "uses", "param_1": "en", "param_2": "source 7", **HOURS}, True,
                                   lambda truth: [truth["filtered"], truth["filtered"]]),
    "users, filter on two params": ({"metric": "users", "param_1": "en", "param_2": "source 7", **HOURS}, True,
                                    lambda truth: [truth["filtered_users"], None]),
    "users, 365 days by the day": ({"metric": "users", "divider": "24h", "days": 365}, False,
                                   lambda truth: [truth["users"], truth["users_by_day"]]),
    "uses, 365 days by the day": ({"metric": "uses", "divider": "24h", "days": 365}, False,
                                  lambda truth: [truth["uses"], truth["uses"]]),
}


def shared(context):
    """The history and its bot's workload, made once a run; and what making its statistics was like."""
    if not hasattr(context, "ninety_days"):
        quick = context.options.quick
        workload = Workload(None, bots=1)
        history = History(context, workload.bots[0], days=4 if quick else DAYS, a_day=10_000 if quick else 435_000)
        context.say(f"{history.truth['uses']:,} events in {len(history.segments):,} segments")
        context.ninety_days = (history, workload, _make(context, history, workload))
    return context.ninety_days


def _make(context, history, workload):
    """Lets a server find the archive, and looks which files of the statistics come and go until all are made."""
    with context.folder() as folder, context.redis(folder) as redis:
        workload.folder = folder
        with context.running("howused", folder, redis, workload, data=history.data) as system:
            began = changed = rested = time.monotonic()
            seen, last, used = {}, None, 0
            # A month is joined for seconds before its file is there.
            while not (history.is_covered() and time.monotonic() > rested + 3):
                expect(time.monotonic() < began + 400, "statistics of the archive were not made within 400 s")
                files = history.files()
                seen |= files
                if files != last:
                    last, changed = files, time.monotonic()
                before, used = used, system.process.cpu_seconds()
                if files is last or used > before + BUSY * 0.2:
                    rested = time.monotonic()
                time.sleep(0.2)
            found = {"files": seen, "last": last, "seconds": changed - began, "cpu": system.process.cpu_seconds(),
                     "peak": system.process.peak_bytes()}
    context.say(f"statistics made in {found['seconds']:.1f} s, {history.truth['uses'] / found['seconds']:,.0f} events/s, "
                f"{sum(last.values()) / 1e6:,.0f} MB of files")
    return found


def size(context):
    history, workload, made = shared(context)
    found = {"events": history.truth["uses"], "all_bytes": sum(made["last"].values())}
    for kind in ("day", "month"):
        files = {name: size for name, size in made["files"].items() if name.startswith(kind)}
        if events := sum(history.events_in(name) for name in files):
            found[kind] = {"files": len(files), "events": events, "bytes": sum(files.values())}
    found["redis_bytes"], found["largest"] = _redis(context, history)
    return found


def _redis(context, history):
    """What Redis holds besides streams and online users, after some more events of the bot."""
    rate, seconds = SIZE_RATE
    with context.folder() as folder, context.redis(folder) as redis:
        crowd = Crowd(folder, bots=1)
        data = f"{folder}/data"
        # What comes is not to be part of the history. Files are never changed, so links will do.
        shutil.copytree(history.data, data, copy_function=os.link)
        with context.running("howused", folder, redis, crowd, data=data) as system:
            answered = loads.open_loop(context.tools, system.port, event_file(system, crowd), rate, seconds, warmup=0)
            expect(answered["failed"] + answered["unanswered"] == 0, f"{answered}")
            time.sleep(2)
            keys = [key for key in redis.command("KEYS", "*") if not key.endswith(":events") and ":online:" not in key]
            sizes = redis.pipeline([["MEMORY", "USAGE", key, "SAMPLES", "0"] for key in keys])
    # Whoever expires meanwhile has no size.
    largest = sorted(((size or 0, key) for size, key in zip(sizes, keys)), reverse=True)
    return sum(size for size, _ in largest), [[key, size] for size, key in largest[:5]]


def queries(context):
    history, workload, _ = shared(context)
    questions = dict(list(QUESTIONS.items())[:4]) if context.options.quick else QUESTIONS
    rounds = {title: [] for title in questions}
    resident = []
    for number in range(context.options.rounds):
        with context.folder() as folder, context.redis(folder) as redis:
            workload.folder = folder
            with context.running("howused", folder, redis, workload, data=history.data) as system:
                with Asker(system, history.bot) as asker:
                    eventually(lambda: asker.as_of() > 0, 20, "statistics")
                    system.process.wait_idle(BUSY, 60)
                    resident.append(system.process.resident_bytes())
                    for title, (query, _, truth) in questions.items():
                        rounds[title].append(_ask(context, system, asker, history, title, query, truth))
    return {"days": history.days, "resident": max(resident), "questions": {
        title: report.summarised(reports, ["first", "second", "first_cpu", "second_cpu", "memory", "kilobytes"])
        for title, reports in rounds.items()}}


def _ask(context, system, asker, history, title, query, truth):
    query = dict(query)
    query |= {"to": history.end, "from": history.end - query.pop("days", history.days) * DAY}
    found = {}
    system.process.forget_peak()
    before = system.process.resident_bytes()
    for time_ in ("first", "second"):
        cpu, began = system.process.cpu_seconds(), time.monotonic()
        status, body = asker.ask("/stats", **query)
        found[time_] = (time.monotonic() - began) * 1000
        found[f"{time_}_cpu"] = (system.process.cpu_seconds() - cpu) * 1000
        # An answer may serve everybody who asks within a second; this is about who comes later.
        time.sleep(1.2)
    found["memory"] = max(system.process.peak_bytes() - before, 0)
    found["kilobytes"] = len(body) / 1000
    if status == 200:
        _check(title, json.loads(body), truth(history.truth) if truth else None)
    else:   # how long it took is worth telling; the run fails at its end
        context.problems.append(f"/stats, {title}: {status} {body[:200]}")
    return found


def _check(title, answer, wanted):
    expect(not answer.get("approximate"), f"{title}: the answer is said to be approximate")
    if isinstance(wanted, dict):
        found = {series["name"]: series["total"] for series in answer["series"]}
    elif wanted:
        series = answer["series"][0]
        found = [series["total"], sum(series["values"]) if wanted[1] is not None else None]
    else:
        return
    expect(found == wanted, f"{title}: {found} came out, right is {wanted}")


def size_table(found):
    rows = [[f"{kind} files", found[kind]["files"], f"{found[kind]['events']:,}", f"{found[kind]['bytes'] / 1e6:,.1f}",
             f"{found[kind]['bytes'] / found[kind]['events']:.2f}"] for kind in ("day", "month") if kind in found]
    return (f"\nfiles of {found['events']:,} events of one bot; those that are left once all are made: "
            f"{found['all_bytes'] / 1e6:,.1f} MB\n" + report.table(rows, ["", "files", "events", "MB", "bytes an event"])
            + f"\nin Redis besides streams and online users {found['redis_bytes'] / 1e6:.3f} MB; largest: "
            + ", ".join(f"{key} {size:,} bytes" for key, size in found["largest"][:3]))


def queries_table(found):
    rows = [[title, *(report.spread(one.get(key), "{:.1f}") for key in ("first", "second", "first_cpu", "second_cpu")),
             f"{one['memory']['max'] / 1e6:.0f}", f"{one['kilobytes']['median']:.0f}"]
            for title, one in found["questions"].items()]
    return (f"\n/stats of {found['days']} days; the server had {found['resident'] / 1e6:.0f} MB before\n"
            + report.table(rows, ["", "first ms", "second ms", "first CPU", "second CPU", "MB more", "KB"]))


def slowest(found, which, scanned=None):
    """Of the medians of all questions, or of those that are answered by scanning everything, or of the others."""
    return max(one[which]["median"] for title, one in found["questions"].items()
               if scanned is None or QUESTIONS[title][1] == scanned)


def memory(found):
    return max(one["memory"]["max"] for one in found["questions"].values())
