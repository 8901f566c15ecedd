"""Takes a picture of the chart page with the demo's traffic: picture.py FILE. See scripts/picture."""

import os
import re
import subprocess
import sys

from playwright.sync_api import expect, sync_playwright

from howused import BINARY, Bot, Server, eventually

# As wide as a README is shown, twice as sharp would be too large.
SIZE = {"width": 1280, "height": 860}
LARGEST = 200_000
# How long sending and counting three weeks of events may take, in seconds.
LONGEST = 300


def take(server, bot, file):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="en-GB", timezone_id="Europe/Berlin", color_scheme="light")
        page.goto(f"{server.address}/charts?id={bot.id}&token={bot.view_token}&period=7d")
        expect(page.locator(".chart[aria-busy=false]:not([data-metric=active])")).to_have_count(4, timeout=30_000)
        # A second for the live count.
        page.wait_for_timeout(2_500)
        page.screenshot(path=file, animations="disabled")
        browser.close()


def fill(server, bot):
    """What `scripts/run --demo` sends, and a while of what happens now; returns when all of it is counted."""
    command = [BINARY, "simulate", "--bot", str(bot.id), "--history", "21d", "--for", "20s", *server.store]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST).stdout
    sent = int(re.search(r"Sent (\d+) events of bot", said).group(1))

    def is_counted():
        answer = server.ask("/stats", bot, metric="uses", period="23d", divider="24h")
        return sum(series["total"] for series in answer["series"]) >= sent

    eventually(is_counted, LONGEST, f"count of {sent} events")


def main(file):
    server = Server()
    try:
        bot = server.start().add_bot(Bot(1234567, "Demo bot"))
        fill(server, bot)
        take(server, bot, file)
    finally:
        server.close()
    size = os.path.getsize(file)
    print(f"{file}: {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"picture: more than {LARGEST:,} bytes")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
