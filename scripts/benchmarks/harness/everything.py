"""What archive, statistics and live viewers leave of the throughput."""

import time

from . import archive, consumers, loads, report
from .asking import Asker
from .checks import expect
from .live import Viewers
from .measure import Meter, event_file
from .process import eventually
from .workload import Workload

FIGURES = ["per_second", "server_us", "redis_us"]
VIEWERS = 10


def run(context):
    """Events as fast as they are answered, with archive and statistics off, and with both and some viewers, in turn."""
    rounds = {"ingest alone": [], "everything": []}
    for _ in range(context.options.rounds):
        for name, reports in rounds.items():
            with context.folder() as folder, context.redis(folder) as redis:
                workload = Workload(folder, users=context.options.users, headers=context.options.headers)
                if name == "ingest alone":
                    consumers.archive_off(redis)
                    arguments = consumers.NO_STATISTICS
                else:
                    arguments = []
                with context.running("howused", folder, redis, workload, arguments=arguments) as system:
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
    ended = time.time()
    for bot in system.workload.bots:
        with Asker(system, bot) as asker:
            eventually(lambda: asker.as_of() >= ended, 60, "statistics to catch up")
    return {**answered, "behind": time.time() - ended}


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
