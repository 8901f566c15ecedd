"""`howused stats rebuild` of a week against DuckDB, which reads the same files and counts about the same."""

from . import loads, prepare, report
from .asking import Asker
from .checks import expect
from .history import History
from .process import eventually, measured
from .systems import HowUsed
from .workload import Workload

PARAMS = 2     # of an event of the history
TITLES = {"rebuild": "howused stats rebuild", "duckdb": "DuckDB, 2 threads"}


def run(context):
    quick = context.options.quick
    prepare.packages(["duckdb"])
    python = prepare.venv(f"{context.cache}/duckdb", "duckdb") + "/bin/python"
    rounds = {"rebuild": [], "duckdb": []}
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, bots=1)
        # As the server writes them: a frame a second.
        history = History(context, workload.bots[0], days=2 if quick else 7, a_day=10_000 if quick else 435_000,
                          frame_seconds=1)
        try:
            system = HowUsed(context)
            system.folder, system.redis, system.workload, system.data = folder, redis, workload, history.data
            place = system.register()
            for _ in range(context.options.rounds):
                rounds["rebuild"].append(measured([context.binary, "stats", "rebuild", *place], 500))
                peer = measured([python, "-B", f"{loads.HERE}/peers/duckdb/count.py", 2, f"{history.log}/seg-*.zst", PARAMS], 500)
                rounds["duckdb"].append(peer)
                uses = loads.result(peer["output"])["uses"]
                expect(uses == history.truth["uses"], f"DuckDB counted {uses} uses, there are {history.truth['uses']}")
                context.say("; ".join(f"{TITLES[name]} {reports[-1]['seconds']:.2f} s, {reports[-1]['cpu']:.2f} s of CPU, "
                                      f"{reports[-1]['peak'] / 1e6:,.0f} MB" for name, reports in rounds.items()))
            _check(context, folder, redis, workload, history)
            events = history.truth["uses"]
        finally:
            history.close()
    return {"events": events, "days": history.days, **{name: report.summarised(reports, ["seconds", "cpu", "peak"])
                                 for name, reports in rounds.items()}}


def _check(context, folder, redis, workload, history):
    """A server that finds what was rebuilt has nothing to make, and gives the right answers."""
    with context.running("howused", folder, redis, workload, data=history.data) as system:
        with Asker(system, history.bot) as asker:
            def ask(metric):
                return asker.json("/stats", metric=metric, divider="1h", **{"from": history.end - history.days * 86_400,
                                                                            "to": history.end})["series"][0]
            eventually(lambda: asker.as_of() > 0, 10, "statistics")
            uses, users = ask("uses"), ask("users")
        wanted = [history.truth[name] for name in ("uses", "uses", "users", "users_by_hour")]
        found = [uses["total"], sum(uses["values"]), users["total"], sum(users["values"])]
        expect(found == wanted, f"after a rebuild {found} were counted, right are {wanted}")


def ratio(found):
    """Of our time to DuckDB's."""
    return found["rebuild"]["seconds"]["median"] / found["duckdb"]["seconds"]["median"]


def table(found):
    rows = [[TITLES[name], report.spread(found[name]["seconds"], "{:.2f}"), report.spread(found[name]["cpu"], "{:.2f}"),
             report.spread({key: value / 1e6 for key, value in found[name]["peak"].items()}, "{:,.0f}"),
             f"{found['events'] / found[name]['seconds']['median']:,.0f}"] for name in TITLES]
    return (f"\n{found['events']:,} events of one bot in {found['days']} days, counted from the archive\n"
            + report.table(rows, ["", "s", "CPU s", "most MB", "events/s"]) + f"\n{ratio(found):.2f}× DuckDB's time")
