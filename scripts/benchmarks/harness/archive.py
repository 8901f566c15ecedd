"""What the archive costs: CPU an event, bytes an event, how fast a backlog drains; and batches against the ceiling."""

import glob
import os
import time

from . import checks, consumers, loads, report
from .measure import Meter, ceiling_records, event_file
from .workload import Workload

BACKLOG = 1_000_000


def _workload(context, folder):
    return Workload(folder, users=context.options.users, headers=context.options.headers)


def cost(context):
    """Event load with the archive on, sealing every second, and with it kept off by leases of somebody else."""
    rounds = {"on": [], "off": []}
    for _ in range(context.options.rounds):
        for state in rounds:
            with context.folder() as folder, context.redis(folder) as redis:
                workload = _workload(context, folder)
                if state == "off":
                    consumers.archive_off(redis)
                with context.running("howused", folder, redis, workload) as system:
                    events = event_file(system, workload)
                    loads.closed(system.port, events, 1)
                    with Meter(system.process, redis) as meter:
                        answered = loads.closed(system.port, events, context.options.seconds)
                        time.sleep(2.5)   # what is archived later belongs to these events, too
                    rounds[state].append(meter.per_request(answered))
            context.say(f"archive {state}: {answered['per_second']:,.0f}/s, server {answered['server_us']:.2f} µs, "
                        f"Redis {answered['redis_us']:.2f} µs")
    figures = ["per_second", "server_us", "redis_us"]
    return {state: report.summarised(reports, figures) for state, reports in rounds.items()}


def drain(context):
    """A million events that are in the streams before the server starts: how fast do they become archive files?"""
    with context.folder() as folder, context.redis(folder) as redis:
        workload = _workload(context, folder)
        events, _ = ceiling_records(workload)
        loads.raw(context.tools, redis.path, events, 2, count=BACKLOG)
        checks.expect(redis.events()[1] == BACKLOG, "the backlog is not in Redis")
        redis_before = redis.process.cpu_seconds()
        started = time.monotonic()   # starting up counts, too: it is part of coming back
        with context.running("howused", folder, redis, workload, arguments=["--archive-interval", "1"]) as system:
            progress, deadline = [], time.monotonic() + 120
            while time.monotonic() < deadline:
                size, unsealed = _archived_bytes(system.data)
                waiting = redis.events()[1]
                progress.append((time.monotonic() - started, size))
                if size and waiting == 0 and not unsealed:
                    break
                time.sleep(0.02)
            checks.expect(waiting == 0, f"{waiting} events of the backlog still in Redis after 120 s")
            # The size stops growing when the last event is in a file; sealing and trimming come after.
            seconds = next(at for at, bytes_ in progress if bytes_ >= size * 0.999)
            counted = {"events": BACKLOG, "seconds": seconds, "per_second": BACKLOG / seconds, "bytes": size,
                       "trimmed_after": progress[-1][0], "bytes_an_event": size / BACKLOG,
                       "server_us": system.process.cpu_seconds() / BACKLOG * 1e6,
                       "redis_us": (redis.process.cpu_seconds() - redis_before) / BACKLOG * 1e6}
    context.say(f"{BACKLOG:,} events waiting: archived in {seconds:.2f} s, {counted['per_second']:,.0f}/s, "
                f"server {counted['server_us']:.2f} µs, {counted['bytes_an_event']:.1f} bytes an event")
    return counted


def _archived_bytes(data):
    """Bytes of the sealed segments and of the open parts (counted once: dated names are links to the same files)."""
    sealed = open_ = 0
    for path in glob.glob(f"{data}/archive/log/p*/*") + glob.glob(f"{data}/archive/log/p*/.part-*"):
        try:
            size = os.path.getsize(path)
        except FileNotFoundError:
            continue
        if os.path.basename(path).startswith("."):
            open_ += size
        else:
            sealed += size
    return sealed + open_, open_


def batch(context, size=100):
    """Batches against the same events straight from a pipelining client, in turn."""
    rounds = {"howused": [], "ceiling": []}
    for number in range(context.options.rounds):
        with context.folder() as folder, context.redis(folder) as redis:
            workload = _workload(context, folder)
            with context.running("howused", folder, redis, workload) as system:
                requests = workload.write("batches", _batches(system, workload, size))
                loads.closed(system.port, requests, 1, connections=16)
                before = redis.events()[0]
                with Meter(system.process, redis) as meter:
                    answered = loads.closed(system.port, requests, context.options.seconds, connections=16)
                stored = redis.events()[0] - before
                sent = answered["requests"] * size
                bad = answered["status_errors"] + answered["socket_errors"]
                checks.expect(bad == 0 and sent <= stored <= sent + 100 * size, f"batch: {answered}, {stored} stored")
                _scale(answered, size)
                rounds["howused"].append(meter.per_request(answered))
        with context.folder() as folder, context.redis(folder) as redis:
            events, _ = ceiling_records(_workload(context, folder))
            loads.raw(context.tools, redis.path, events, 2, seconds=1)
            with Meter(None, redis) as meter:
                answered = loads.raw(context.tools, redis.path, events, 2, seconds=context.options.seconds)
            rounds["ceiling"].append(meter.per_request(answered))
        context.say(f"round {number + 1}: batches of {size}: {rounds['howused'][-1]['per_second']:,.0f} events/s, server "
                    f"{rounds['howused'][-1]['server_us']:.2f} µs, Redis {rounds['howused'][-1]['redis_us']:.2f} µs; "
                    f"ceiling {rounds['ceiling'][-1]['per_second']:,.0f}/s, Redis {rounds['ceiling'][-1]['redis_us']:.2f}")
    figures = ["per_second", "server_us", "redis_us"]
    return {name: report.summarised(reports, figures) for name, reports in rounds.items()}


def _batches(system, workload, size):
    waiting = {}
    for bot, fields in workload.events(count=workload.records * 5):
        items = waiting.setdefault(bot, [])
        items.append(fields)
        if len(items) == size:
            yield system.batch_request(bot, items)
            waiting[bot] = []


def _scale(answered, size):
    answered["requests"] *= size
    answered["per_second"] *= size


def table(title, summary, ratio):
    """One row a variant, and the ratio (or difference) of two of them below."""
    figures = [("per_second", "events/s", "{:,.0f}"), ("server_us", "server µs", "{:.2f}"),
               ("redis_us", "Redis µs", "{:.2f}")]
    rows = [[name, *(report.spread(found.get(key), form) for key, _, form in figures)]
            for name, found in summary.items()]
    return f"\n{title}\n" + report.table(rows, ["", *(head for _, head, _ in figures)]) + f"\n{ratio}"
