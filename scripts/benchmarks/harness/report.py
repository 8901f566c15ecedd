"""Tables for the terminal."""

import statistics

from .systems import SYSTEMS

TITLES = {**{name: system.title for name, system in SYSTEMS.items()}, "ceiling": "raw Redis commands"}

COLUMNS = [("per_second", "requests/s", "{:,.0f}"), ("server_us", "server µs", "{:.2f}"),
           ("redis_us", "Redis µs", "{:.2f}"), ("p50", "p50 µs", "{:,.0f}"), ("p99", "p99 µs", "{:,.0f}"),
           ("p999", "p99.9 µs", "{:,.0f}")]


def summarised(reports, figures):
    """Median, least and most of each figure over the rounds."""
    result = {}
    for figure in figures:
        values = [report[figure] for report in reports if figure in report]
        if values:
            result[figure] = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return result


def table(rows, head):
    widths = [max(len(str(row[column])) for row in [head, *rows]) for column in range(len(head))]
    lines = []
    for row in [head, ["─" * width for width in widths], *rows]:
        cells = [str(cell).ljust(width) if not column else str(cell).rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def spread(figure, form):
    if not figure:
        return "–"
    median, least, most = (form.format(figure[key]) for key in ("median", "min", "max"))
    return median if least == most else f"{median} ({least}…{most})"


def comparison(summary):
    parts = []
    for kind, title in (("event", "event: one a request"), ("online", "getOnline")):
        systems = summary[kind]
        rows = [[TITLES[name], *(spread(figures.get(key), form) for key, _, form in COLUMNS)]
                for name, figures in systems.items()]
        parts.append(f"\n{title}, median (least…most)\n" + table(rows, ["", *(head for _, head, _ in COLUMNS)]))
        if "howused" in systems and len(systems) > 1:
            parts.append(f"\n{title}: HowUsed as a ratio to\n" + ratios(systems))
    return "\n".join(parts)


def ratios(systems):
    ours = systems["howused"]
    columns = [("per_second", "requests/s"), ("server_us", "server CPU"), ("redis_us", "Redis CPU"),
               ("total_us", "server + Redis CPU"), ("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")]
    rows = []
    for name, theirs in systems.items():
        if name == "howused":
            continue
        cells = []
        for key, _ in columns:
            if key in theirs and key in ours and theirs[key]["median"]:
                cells.append(f"{ours[key]['median'] / theirs[key]['median']:.2f}×")
            else:
                cells.append("–")
        rows.append([TITLES[name], *cells])
    return table(rows, ["", *(head for _, head in columns)])
