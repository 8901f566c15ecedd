"""How soon the chart page shows its first chart, in a real browser."""

import os
import shutil
import subprocess
import time

from . import loads, report
from .asking import counted
from .checks import ask, expect
from .process import run as run_program
from .workload import Workload

ROOT = os.path.dirname(os.path.dirname(loads.HERE))
TIMES = 10
EVENTS = 5000


def run(context):
    """Nil, with a line that says why, where there is no browser or nothing to drive it."""
    python = os.environ.get("HOWUSED_TEST_PYTHON", f"{ROOT}/scripts/.venv/bin/python")
    if not shutil.which("chromium") or not _has_playwright(python):
        context.say("left out: needs Debian's chromium and Playwright, which scripts/test sets up")
        return None
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder, bots=1, users=1000)
        bot = workload.bots[0]
        with context.running("howused", folder, redis, workload) as system:
            _fill_a_day(system, workload)
            counted(system, bot, 30)
            address = f"http://127.0.0.1:{system.port}/charts?id={bot.id}&token={bot.view_token}"
            found = loads.result(run_program([python, "-B", f"{loads.HERE}/load/firstchart.py", address, TIMES], 90))
    return report.summarised(found["reports"], ["first_chart_ms", "bytes"])


def _has_playwright(python):
    return os.path.exists(python) and subprocess.run(
        [python, "-c", "import playwright"], capture_output=True, timeout=30).returncode == 0


def _fill_a_day(system, workload):
    """Events spread over the last 24 hours, which the page shows when it is opened, in batches with times."""
    now, bot = int(time.time()), workload.bots[0]
    items = [{**fields, "time": now - number * 86_000 // EVENTS} for number, (_, fields) in
             enumerate(workload.events(count=EVENTS))]
    for at in range(0, EVENTS, 500):
        status, answer = ask(system.port, system.batch_request(bot, items[at:at + 500]))
        expect(status == 200, f"a batch was answered {status} {answer}")


def table(found):
    rows = [[report.spread(found["first_chart_ms"], "{:.0f}"), report.spread(found["bytes"], "{:,.0f}")]]
    return "\n" + report.table(rows, ["first chart, ms", "bytes"])
