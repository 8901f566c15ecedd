"""How HowUsed's cost grows: with users online, with bots, with connections."""

import time

from . import checks, loads, report
from .measure import Meter, closed, event_file, online_file
from .workload import Workload

USERS = [1_000, 100_000, 1_000_000, 10_000_000]
BOTS = [1, 100, 10_000]
CONNECTIONS = [1, 100, 1_000, 10_000]


def _workload(context, folder, **shape):
    return Workload(folder, headers=context.options.headers, **{"users": context.options.users, **shape})


def _both(context, system, redis, workload, **options):
    """Event and getOnline, closed loop."""
    events, online = event_file(system, workload), online_file(system, workload)
    loads.closed(system.port, events, 1)
    return {"event": closed(system, redis, events, context.options.seconds, **options),
            "online": closed(system, redis, online, context.options.seconds, **options)}


def users(context):
    """One bot whose online set already holds that many users, all of them seen within the last minutes."""
    results = {}
    for count in USERS:
        with context.folder() as folder, context.redis(folder) as redis:
            workload = _workload(context, folder, bots=1, users=count)
            with context.running("howused", folder, redis, workload) as system:
                loads.fill_online(context.tools, redis.path, workload.bots[0].online, count)
                status, answer = checks.ask(system.port, system.online_request(workload.bots[0], seconds=600))
                checks.expect(status == 200 and system.online_count(answer) == count, f"{count} users: {answer}")
                results[count] = _both(context, system, redis, workload)
        _say(context, f"{count:>10,} users online", results[count])
    return results


def bots(context):
    results = {}
    for count in BOTS:
        with context.folder() as folder, context.redis(folder) as redis:
            workload = _workload(context, folder, bots=count)
            with context.running("howused", folder, redis, workload) as system:
                results[count] = _both(context, system, redis, workload)
        _say(context, f"{count:>10,} bots", results[count])
    return results


def connections(context):
    """Cost with that many connections, all of them busy; and memory with that many open, each used a few times."""
    results = {}
    for count in CONNECTIONS:
        with context.folder() as folder, context.redis(folder) as redis:
            workload = _workload(context, folder)
            with context.running("howused", folder, redis, workload) as system:
                events = event_file(system, workload)
                memory = _memory_held(context, folder, system, events, count)
                results[count] = {"event": _settled(context, folder, system, redis, events, count), **memory}
        if count > 1:
            added = results[count]["resident"] - results[CONNECTIONS[0]]["resident"]
            results[count]["bytes_a_connection"] = added / (count - CONNECTIONS[0])
        _say(context, f"{count:>10,} connections, {results[count]['resident'] / 1e6:.1f} MB", results[count])
    return results


def _settled(context, folder, system, redis, events, count):
    """A closed loop, measured while all its connections are open already: opening ten thousand costs more than they do.
    What was answered in that time is counted in Redis."""
    seconds = context.options.seconds
    load = loads.closed_background(f"{folder}/wrk.log", system.port, events, seconds + 4, connections=count)
    time.sleep(3)
    before = redis.events()[0]
    with Meter(system.process, redis) as meter:
        time.sleep(seconds)
    report = {"requests": redis.events()[0] - before}
    report["per_second"] = report["requests"] / meter.seconds
    load.popen.wait(60)
    bad = loads.result(load.log_tail())
    load.stop()
    checks.expect(bad["status_errors"] + bad["socket_errors"] == 0, f"{count} connections: {bad}")
    return meter.per_request(report)


def _memory_held(context, folder, system, events, count):
    idle = system.process.resident_bytes()
    # The same number of requests for every count, so that what else a server keeps for them is the same.
    client = loads.open_background(context.tools, f"{folder}/hold.log", system.port, events, rate=10_000, seconds=4,
                                   warmup=0, connections=count, hold=5)
    deadline = time.monotonic() + 60
    while "HOLDING" not in client.log_tail():
        checks.expect(client.alive() and time.monotonic() < deadline, f"{count} connections: {client.log_tail()}")
        time.sleep(0.1)
    time.sleep(1)
    held = system.process.resident_bytes()
    answered = loads.result(client.log_tail())
    client.stop()
    checks.expect(answered["failed"] == 0, f"{count} connections: {answered}")
    return {"idle_resident": idle, "resident": held}


def _say(context, what, reports):
    context.say(what + ": " + "   ".join(
        f"{kind} {value['per_second']:>9,.0f}/s, server {value['server_us']:5.2f} µs, Redis {value['redis_us']:5.2f} µs"
        for kind, value in reports.items() if isinstance(value, dict)))


def table(title, results):
    head = [title, "event/s", "server µs", "Redis µs", "getOnline/s", "server µs", "Redis µs", "resident MB", "KB each"]
    rows = []
    for count, found in results.items():
        row = [f"{count:,}"]
        for kind in ("event", "online"):
            one = found.get(kind)
            row += [f"{one['per_second']:,.0f}", f"{one['server_us']:.2f}", f"{one['redis_us']:.2f}"] if one else ["–"] * 3
        row.append(f"{found['resident'] / 1e6:.1f}" if "resident" in found else "–")
        row.append(f"{found['bytes_a_connection'] / 1000:.1f}" if "bytes_a_connection" in found else "–")
        rows.append(row)
    return "\n" + report.table(rows, head)
