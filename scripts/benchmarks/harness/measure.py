"""One system alone, beside its own fresh Redis, under one load after the other."""

import contextlib
import os
import tempfile
import time

from . import checks, loads
from .redis import Redis, encode
from .systems import SYSTEMS, HowUsed
from .workload import Workload, fragment


class Context:
    """What every measurement of a run shares."""

    def __init__(self, options, tools, venv, cache=None):
        self.options, self.tools, self.venv, self.cache = options, tools, venv, cache
        self.binary = os.path.abspath(options.binary) if options.binary else None
        self.webdis_pool = options.webdis_pool
        self.threads = options.threads
        self.problems: list[str] = []

    def say(self, text):
        print(f"  {text}", flush=True)

    @contextlib.contextmanager
    def folder(self):
        # Short, since a Unix socket's path has room for 107 bytes.
        with tempfile.TemporaryDirectory(prefix="hub-", dir="/tmp") as folder:
            os.chmod(folder, 0o755)
            yield folder

    @contextlib.contextmanager
    def redis(self, folder):
        server = Redis(folder, appendonly=self.options.appendonly)
        try:
            yield server
        finally:
            server.stop()

    @contextlib.contextmanager
    def running(self, name, folder, redis, workload, arguments=(), threads=None, data=None):
        """`data`: HowUsed's data folder, if it isn't to be a new one."""
        system = SYSTEMS[name](self)
        if isinstance(system, HowUsed):
            system.arguments = [*self.options.server_arguments, *arguments]
            system.data = data
        try:
            system.start(folder, redis, workload, threads or self.threads)
            yield system
        finally:
            if hasattr(system, "process"):
                system.stop()


def event_file(system, workload):
    return workload.write("events", (system.event_request(bot, fields) for bot, fields in workload.events()))


def online_file(system, workload):
    return workload.write("online", (system.online_request(bot) for bot in workload.bots for _ in range(20)))


class Meter:
    """CPU time that a server and its Redis take while the block runs."""

    def __init__(self, server, redis):
        self.server, self.redis = server, redis

    def __enter__(self):
        self.before = self.now()
        self.clock = time.monotonic()
        return self

    def __exit__(self, *_):
        self.cpu = [after - before for after, before in zip(self.now(), self.before)]
        self.seconds = time.monotonic() - self.clock

    def now(self):
        return [process.cpu_seconds() if process else 0.0 for process in (self.server, self.redis.process)]

    def per_request(self, report):
        requests = max(report["requests"], 1)
        report["server_us"], report["redis_us"] = (1e6 * cpu / requests for cpu in self.cpu)
        report["total_us"] = report["server_us"] + report["redis_us"]
        return report


def closed(system, redis, requests, seconds, **options):
    with Meter(system.process, redis) as meter:
        report = loads.closed(system.port, requests, seconds, **options)
    return meter.per_request(report)


def compare_once(context, name):
    """One round of one system: {"event": report, "online": report}."""
    options = context.options
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, users=options.users, headers=options.headers)
        if name == "ceiling":
            return ceiling_once(context, folder, redis, workload)
        with context.running(name, folder, redis, workload) as system:
            checks.check(system, redis)
            events, online = event_file(system, workload), online_file(system, workload)
            loads.closed(system.port, events, 1)
            stored = redis.events()[0]
            reports = {"event": closed(system, redis, events, options.seconds)}
            stored = redis.events()[0] - stored
            reports["online"] = closed(system, redis, online, options.seconds)
            for kind, report in reports.items():
                bad = report["status_errors"] + report["socket_errors"]
                checks.expect(bad == 0, f"{system.title}: {bad} errors of {report['requests']} {kind} requests")
            # What was in flight when the time was up is stored, but not counted by wrk.
            sent = reports["event"]["requests"]
            checks.expect(sent <= stored <= sent + 200, f"{system.title}: {stored} events in Redis, {sent} answered")
            return reports


def ceiling_records(workload):
    """The same Redis commands, encoded: XADD and ZADD of an event, and ZCOUNT."""
    events = (encode(["XADD", bot.stream, "*", "e", fragment(bot, fields)])
              + encode(["ZADD", bot.online, "GT", "@" * 13, fields["userId"]]) for bot, fields in workload.events())
    online = (encode(["ZCOUNT", bot.online, "1600000000000", "+inf"]) for bot in workload.bots)
    return workload.write("raw-events", events), workload.write("raw-online", online)


def ceiling_once(context, folder, redis, workload):
    events, online = ceiling_records(workload)
    loads.raw(context.tools, redis.path, events, 2, seconds=0.5)
    reports = {}
    for kind, file, replies in (("event", events, 2), ("online", online, 1)):
        with Meter(None, redis) as meter:
            report = loads.raw(context.tools, redis.path, file, replies, seconds=context.options.seconds)
        reports[kind] = meter.per_request(report)
    return reports
