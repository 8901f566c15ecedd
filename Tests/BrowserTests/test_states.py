"""When there is nothing to see: no data yet, a wrong token, a lost connection."""

import re

from browser import BrowserTestCase, bot, expect
from howused import eventually


class StatesTests(BrowserTestCase):
    private_redis = False

    def test_no_data_yet_then_the_first_event(self):
        fresh = self.server.add_bot(bot(3333333, "Fresh bot"))
        page = self.open(fresh)
        expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
        expect(page.locator("pre")).to_contain_text(f"curl {self.server.address}/api")
        expect(page.locator("pre")).to_contain_text('"botId":3333333')
        self.shot(page, "no-data")
        self.server.send(fresh, "/start", 42)
        expect(page.get_by_role("heading", name="Waiting for the first event")).to_have_count(0)
        expect(self.chart(page, "uses")).to_be_visible()
        # What says that there was one may have come sooner than the chart.
        eventually(lambda: page.wait_for_timeout(50) or self.total(page, "uses") == 1, what="one use")

    def test_wrong_token(self):
        self.expected = ("Failed to load resource: the server responded with a status of 401",)
        known = self.server.add_bot(bot(4444444))
        page = self.open(known, query={"token": "wrong-token-wrong"})
        expect(page.get_by_role("heading", name="This link doesn’t open any charts")).to_be_visible()
        expect(page.locator(".chart")).to_have_count(0)
        self.shot(page, "wrong-token")
        page.get_by_label("View token").fill(known.view_token)
        page.get_by_role("button", name="Open").click()
        expect(page.locator("#online")).to_have_text("0")

    def test_no_link(self):
        page = self.open()
        expect(page.get_by_role("heading", name="Open a bot’s charts")).to_be_visible()
        self.shot(page, "no-link")

    def test_redis_stopped_and_started(self):
        self.expected = ("Failed to load resource",)
        used = self.server.add_bot(bot(5555555, "Survivor"))
        for user in range(1, 8):
            self.server.send(used, "/start", user)
        self.server.wait_counted(used, 7)
        page = self.loaded(self.open(used))
        expect(page.locator(".status")).to_have_text("Live")
        self.server.redis.stop()
        expect(page.locator(".banner")).to_be_visible(timeout=15_000)
        # The server still is there, and says so.
        expect(page.locator(".status")).to_have_text("Waiting for storage")
        self.assertEqual(self.total(page, "uses"), 7, "what was seen stays")
        self.shot(page, "lost-redis")
        # Who comes now sees the charts, which need no Redis, and what is waited for.
        other = self.open(used)
        expect(other.locator(".status")).to_have_text("Waiting for storage", timeout=15_000)
        eventually(
            lambda: other.wait_for_timeout(50) or self.total(other, "uses") == 7, what="what was counted without Redis"
        )
        self.shot(other, "waiting")
        self.server.redis.start()
        expect(page.locator(".banner")).to_be_hidden(timeout=20_000)
        expect(page.locator(".status")).to_have_text("Live")
        self.loaded(other)
        self.assertEqual(self.total(other, "uses"), 7)
        self.server.send(used, "/start", 8)
        expect(page.locator("#online")).to_have_text("8")
        expect(page.locator("[data-today=uses]")).to_have_text("8")

    def test_network_lost_and_found(self):
        self.expected = ("Failed to load resource",)
        used = self.server.add_bot(bot(6666666))
        self.server.send(used, "/start", 1)
        self.server.wait_counted(used, 1)
        page = self.loaded(self.open(used))
        page.context.set_offline(True)
        expect(page.locator(".banner")).to_have_text(re.compile("Connection lost"), timeout=15_000)
        self.assertEqual(self.total(page, "uses"), 1)
        self.shot(page, "lost-network")
        page.context.set_offline(False)
        expect(page.locator(".banner")).to_be_hidden(timeout=15_000)
        expect(page.locator(".status")).to_have_text("Live")
