"""How long `/stats` takes over 90 days by the hour, in 20 series."""

import http.client
import json
import random
import time
import urllib.parse

from . import consumers, report
from .checks import expect
from .measure import Meter
from .process import eventually
from .workload import LANGUAGES, Workload, fragment

HOUR = 3600
DAYS = 90
NAMES = [f"event {number:02}" for number in range(20)]
# Of the first bot, events have no params, and each name is used a dozen times an hour, by about as many users. Of the
# second one each name comes with six values of a param, which are to be added up.
BOTS = [{"events_an_hour": 240, "languages": [""]}, {"events_an_hour": 120, "languages": LANGUAGES}]
# What is asked of which bot.
QUESTIONS = {"uses": ("uses", 0), "users": ("users", 0), "uses, with a param": ("uses", 1)}


def run(context):
    hours, queries = (24, 1) if context.options.quick else (DAYS * 24, 30)
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, bots=len(BOTS), users=context.options.users)
        end = int(time.time()) // HOUR * HOUR
        start = end - hours * HOUR
        expected = [_write_history(redis, workload, bot, shape, start, hours)
                    for bot, shape in zip(workload.bots, BOTS)]
        consumers.archive_off(redis)
        with context.running("howused", folder, redis, workload) as system:
            eventually(lambda: consumers.counted(redis), 120, "statistics of the history")
            found = {}
            for title, (metric, number) in QUESTIONS.items():
                answer, found[title] = _ask(system, redis, workload.bots[number], metric, queries, start, end)
                _check(answer, metric, hours, expected[number])
                context.say(f"{title}: {report.spread(found[title]['ms'], '{:.1f}')} ms")
    return found


def _write_history(redis, workload, bot, shape, start, hours):
    """Puts events of long ago into the stream, with the ids that they would have had, and the server's own aggregator
    counts them: a batch's `time` reaches back only 7 days. Returns how often each event name was used."""
    dice = random.Random(bot.id)
    expected = dict.fromkeys(NAMES, 0)
    an_hour = shape["events_an_hour"]
    for day in range(0, hours, 24):
        commands = []
        for number in range(min(24, hours - day) * an_hour):
            name = dice.choice(NAMES)
            expected[name] += 1
            fields = {"userId": dice.randrange(1, workload.users + 1), "event": name}
            if language := dice.choice(shape["languages"]):
                fields["param_1"] = language
            at = (start + day * HOUR) * 1000 + number * (HOUR * 1000 // an_hour)
            commands.append(["XADD", bot.stream, f"{at}-0", "e", fragment(bot, fields)])
        redis.pipeline(commands)
    return expected


def _ask(system, redis, bot, metric, queries, start, end):
    path = "/stats?" + urllib.parse.urlencode({
        "id": bot.id, "token": bot.view_token, "metric": metric, "segment": "event", "divider": "1h", "from": start,
        "to": end})
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=30)
    times = []
    with Meter(system.process, redis) as meter:
        for _ in range(queries + 1):   # the first one's time is not reported
            began = time.monotonic()
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            times.append({"ms": (time.monotonic() - began) * 1000})
            expect(response.status == 200, f"/stats answered {response.status} {body[:300]}")
    connection.close()
    server, redis_cpu = (cpu * 1000 / len(times) for cpu in meter.cpu)
    return json.loads(body), {**report.summarised(times[1:], ["ms"]), "server_ms": server, "redis_ms": redis_cpu,
                              "bytes": len(body)}


def _check(answer, metric, hours, expected):
    totals = {series["name"]: sum(series["values"]) for series in answer["series"]}
    expect(len(answer["time"]) == hours and totals.keys() == expected.keys(), f"/stats: {answer['time'][:1]}, {totals}")
    if metric == "uses":
        expect(totals == expected, f"/stats counted {totals}, put in were {expected}")
    else:
        # Now and then a user does the same thing twice in an hour.
        expect(all(0.99 * expected[name] <= total <= expected[name] for name, total in totals.items()), f"/stats: {totals}")


def table(found):
    rows = [[title, report.spread(one["ms"], "{:.1f}"), f"{one['server_ms']:.1f}", f"{one['redis_ms']:.1f}",
             f"{one['bytes'] / 1000:,.0f}"] for title, one in found.items()]
    return "\n/stats by the hour, in 20 series\n" + report.table(rows, ["", "ms", "server CPU ms", "Redis CPU ms", "KB"])
