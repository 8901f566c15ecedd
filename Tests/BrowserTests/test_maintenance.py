"""What an operator does beside the running server, as the page sees it."""

import subprocess
import threading

from browser import BrowserTestCase, bot, expect
from howused import BINARY, eventually


class MaintenanceTests(BrowserTestCase):
    def command(self, *arguments):
        done = subprocess.run([BINARY, *arguments, *self.server.store], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def answers(self, used):
        """What doesn't change by itself while nothing is sent."""
        day = {"period": "2d", "divider": "24h"}
        asked = [self.server.ask("/stats", used, metric=metric, **day) for metric in ["uses", "users", "new"]]
        asked += [self.server.ask("/stats", used, metric=metric, segment="event", **day) for metric in ["uses", "users"]]
        summary = self.server.ask("/summary", used)
        return [answer["series"] for answer in asked] + [summary["topEvents"], summary["today"]["uses"], summary["today"]["new"]]

    def test_rebuild_changes_no_number(self):
        used = self.server.add_bot(bot(8888888, "Rebuilt"))
        for user in range(1, 61):
            self.server.send(used, ["/start", "common", "help"][user % 3], user % 40 + 1)
        self.server.wait_counted(used, 60)
        page = self.loaded(self.open(used))
        self.assertEqual(self.total(page, "uses"), 60)
        before = self.answers(used)
        # Never less than what was there, whenever one looks.
        seen, done = [], threading.Event()

        def look():
            while not done.is_set():
                seen.append(self.answers(used))

        looker = threading.Thread(target=look)
        looker.start()
        try:
            # Of what isn't sealed nothing is in files.
            for _ in range(2):
                self.assertRegex(self.command("stats", "rebuild"), r"Counted \d+ events anew")
        finally:
            done.set()
            looker.join()
        self.assertGreater(len(seen), 0)
        for answers in [*seen, self.answers(used)]:
            self.assertEqual(answers, before)
        self.server.send(used, "/start", 100)
        # Each chart is drawn when its own answer comes.
        for chart, total in (("uses", 61), ("users", 41)):
            drawn = lambda: page.wait_for_timeout(50) or self.total(page, chart) == total
            eventually(drawn, what=f"{total} {chart} on the page")

    def test_a_removed_bot_has_no_page_and_comes_back_empty(self):
        self.expected = ("Failed to load resource: the server responded with a status of 401",)
        used = self.server.add_bot(bot(9999999, "Removed"))
        for user in range(1, 11):
            self.server.send(used, "/start", user)
        self.server.wait_counted(used, 10)
        page = self.loaded(self.open(used))
        self.command("bot", "remove", str(used.id), "--yes")
        expect(page.get_by_role("heading", name="This link doesn’t open any charts")).to_be_visible(timeout=20_000)
        self.assertEqual(self.server.get(f"/stats?id={used.id}&token={used.view_token}")[0], 401)
        self.server.add_bot(used)
        self.assertEqual(self.server.uses(used), 0)
        summary = self.server.ask("/summary", used)
        self.assertEqual((summary["today"]["users"], summary["online"]["600"], summary["topEvents"]), (0, 0, []))
        page.reload()
        expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
        self.server.send(used, "/start", 1)
        self.server.wait_counted(used, 1)
        self.assertEqual(self.server.ask("/stats", used, metric="new")["series"][0]["total"], 1)
