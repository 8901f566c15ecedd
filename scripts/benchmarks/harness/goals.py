"""What HowUsed wants to reach, against what this run measured."""

from . import everything, pages, statcatchup, stathistory, statlive, statrebuild
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
    statistics(goal, figures)
    # Rounded: the time between ticks is measured from outside, to a few milliseconds. All viewers are told four windows.
    goal("1,000 live viewers of a bot: ZCOUNT of a window a second", 1,
         lambda: round(figures["live"]["zcounts_a_second"] / 4, 2), "{:.2f}")
    goal("1,000 live viewers of a bot: events a second to each", 1,
         lambda: round(figures["live"]["events_a_second"]["least"], 2), "{:.2f}", least=True)
    goal("1,000 live viewers of a bot: of a core", 5, lambda: 100 * figures["live"]["server"], "{:.1f} %")
    goal("ingest with everything on / ingest alone", 0.85, lambda: everything.ratio(figures["everything"]), least=True)
    goal("first chart drawn after", 300, lambda: figures["page"]["first_chart_ms"]["median"], "{:.0f} ms")
    goal("the whole page", 120, lambda: figures["page"]["bytes"]["max"] / 1000, "{:.0f} KB")
    return found


def statistics(goal, figures):
    """Issue 8's."""
    def of(section, figure, *more):
        return lambda: figure(figures[f"statistics-{section}"], *more)

    goal("statistics beside 75 % of the maximum: most seconds behind", 2, of("live", lambda found: found["on"]["lag"]),
         "{:.2f} s")
    goal("ingest with statistics / without", 0.90, of("live", statlive.ratio), least=True)
    goal("statistics: Redis's commands an event", 0.3, of("live", statlive.redis_us), "{:.3f} µs")
    goal("statistics of a backlog: events/s", 500_000,
         of("catchup", lambda found: found["alone"]["per_second"]["median"]), "{:,.0f}", least=True)
    goal("another bot's event meanwhile, counted after", 2, of("catchup", lambda found: found["alone"]["ping"]["max"]), "{:.2f} s")
    for kind, title in (("event", "event"), ("online", "getOnline")):
        goal(f"{title} p99 meanwhile / without a backlog", 2, of("catchup", statcatchup.worse, kind))
    goal("stats rebuild / DuckDB's time", 1, of("rebuild", statrebuild.ratio))
    goal("stats rebuild: memory", 300, of("rebuild", lambda found: found["rebuild"]["peak"]["max"] / 1e6), "{:.0f} MB")
    for kind, limit in (("day", 5), ("month", 3)):
        goal(f"{kind} files: an event", limit,
             of("size", lambda found, kind=kind: found[kind]["bytes"] / found[kind]["events"]), "{:.2f} bytes")
    goal("Redis beside streams and online users, 90 days of a bot", 25,
         of("size", lambda found: found["redis_bytes"] / 1e6), "{:.3f} MB")
    goal("/stats of 90 days, the second time: the slowest", 20, of("queries", stathistory.slowest, "second"), "{:.1f} ms")
    goal("/stats of 90 days, the first time: from stored figures", 100,
         of("queries", stathistory.slowest, "first", False), "{:.1f} ms")
    goal("/stats of 90 days, the first time: everything scanned", 700,
         of("queries", stathistory.slowest, "first", True), "{:.1f} ms")
    goal("/stats of 90 days: memory of a question", 50, of("queries", lambda found: stathistory.memory(found) / 1e6), "{:.0f} MB")
    page = figures.get("pages", {})
    goal("an open page: Redis's commands in 5 s", 60, lambda: page["commands"][1], "{:.0f}")
    goal("ten pages of one bot: Redis's commands / one's", 2, lambda: page["commands"][10] / page["commands"][1])
    goal("1,000 open pages: longest time between updates", 7,
         lambda: page["ingest"]["with pages"]["gap_ms"]["max"] / 1000, "{:.2f} s")
    goal("ingest with 1,000 open pages / alone", 0.85, lambda: pages.ratio(figures["pages"]), least=True)


def report(figures):
    found = rows(figures)
    return "\ngoals\n" + table(found, ["", "goal", "measured", ""]) if found else ""
