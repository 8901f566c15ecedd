"""What HowUsed wants to reach, against what this run measured."""

from . import everything
from .report import table


def rows(figures):
    """(what, goal, measured, reached) of every goal whose parts this run measured."""
    found = []

    def goal(what, limit, measured, form="{:.2f}×", least=False):
        try:
            value = measured()
        except KeyError:
            return   # that part wasn't run
        reached = value >= limit if least else value <= limit
        found.append([what, ("≥ " if least else "≤ ") + form.format(limit), form.format(value),
                      "reached" if reached else "MISSED"])

    def median(kind, name, figure):
        return figures["comparison"]["summary"][kind][name][figure]["median"]

    def ratio(kind, name, figure):
        return lambda: median(kind, "howused", figure) / median(kind, name, figure)

    goal("event: server CPU / webdis's", 0.60, ratio("event", "webdis", "server_us"))
    goal("event: server CPU / nginx + Lua's", 0.40, ratio("event", "nginx", "server_us"))
    goal("event: server + Redis CPU / webdis's", 0.60, ratio("event", "webdis", "total_us"))
    goal("event: throughput / webdis's", 1.3, ratio("event", "webdis", "per_second"), least=True)
    goal("event: throughput / nginx + Lua's", 1.8, ratio("event", "nginx", "per_second"), least=True)
    goal("getOnline: server CPU / webdis's", 0.60, ratio("online", "webdis", "server_us"))
    goal("getOnline: throughput / webdis's", 1.4, ratio("online", "webdis", "per_second"), least=True)
    goal("getOnline: throughput / nginx + Lua's", 1.8, ratio("online", "nginx", "per_second"), least=True)

    def open_load(figure):
        rounds = sorted(report[figure] for report in figures["latency"]["howused"])
        return rounds[len(rounds) // 2] / 1000

    goal("getOnline p99 at half of maximum ingest", 1.5, lambda: open_load("p99"), "{:.2f} ms")
    goal("getOnline p99.9 at half of maximum ingest", 5, lambda: open_load("p999"), "{:.2f} ms")
    goal("batches of 100: events/s / the ceiling's", 0.85,
         lambda: figures["batch"]["howused"]["per_second"]["median"]
         / figures["batch"]["ceiling"]["per_second"]["median"], least=True)
    goal("getOnline: server + Redis CPU, 10 M users / 1 k", 1.5,
         lambda: figures["users"][10_000_000]["online"]["total_us"] / figures["users"][1_000]["online"]["total_us"])
    goal("memory of a connection, at 10,000", 25, lambda: figures["connections"][10_000]["bytes_a_connection"] / 1000,
         "{:.1f} KB")
    goal("archive: server CPU added to an event", 1.5,
         lambda: figures["archive"]["on"]["server_us"]["median"] - figures["archive"]["off"]["server_us"]["median"],
         "{:.2f} µs")
    goal("archive: disk an event", 26, lambda: figures["drain"]["bytes_an_event"], "{:.1f} bytes")
    goal("draining a backlog / maximum ingest", 4,
         lambda: figures["drain"]["per_second"] / median("event", "howused", "per_second"), least=True)
    for metric in ("uses", "users"):
        goal(f"/stats over 90 days by the hour, 20 series: {metric}", 20,
             lambda metric=metric: figures["stats"][metric]["ms"]["median"], "{:.1f} ms")
    # Rounded: the time between ticks is measured from outside, to a few milliseconds.
    goal("1,000 live viewers of a bot: ZCOUNT a second", 1, lambda: round(figures["live"]["zcounts_a_second"], 2), "{:.2f}")
    goal("1,000 live viewers of a bot: events a second to each", 1,
         lambda: round(figures["live"]["events_a_second"]["least"], 2), "{:.2f}", least=True)
    goal("1,000 live viewers of a bot: of a core", 5, lambda: 100 * figures["live"]["server"], "{:.1f} %")
    for load, what in (("compare", "statistics"), ("new", "statistics, user new to its minute")):
        for figure, which, limit in (("others_us", "server", 2), ("redis_us", "Redis", 1.5)):
            goal(f"{what}: {which} CPU added to an event", limit,
                 lambda load=load, figure=figure: everything.added(figures["aggregator"], load, figure), "{:.2f} µs")
    goal("ingest with everything on / ingest alone", 0.85, lambda: everything.ratio(figures["everything"]), least=True)
    goal("first chart drawn after", 300, lambda: figures["page"]["first_chart_ms"]["median"], "{:.0f} ms")
    goal("the whole page", 120, lambda: figures["page"]["bytes"]["max"] / 1000, "{:.0f} KB")
    return found


def report(figures):
    found = rows(figures)
    return "\ngoals\n" + table(found, ["", "goal", "measured", ""]) if found else ""
