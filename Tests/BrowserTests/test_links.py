"""Links that people and bots write, whole and broken; and a browser whose time zone the server doesn't know."""

import json
import time
import urllib.parse

from browser import BrowserTestCase, bot, expect


class LinkTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.server.add_bot(bot(1357911, "Linked"))
        for user in range(1, 13):
            event = ["/start", "a,b", "!xy", "back\\slash"][user % 4]
            cls.server.send(cls.bot, event, user, param_1=["ru", "en", "de"][user % 3])
        cls.server.wait_counted(cls.bot, 12)

    def opened(self, tail):
        """The page with `tail` written behind its link as it is, once all is loaded."""
        context = self.browser.new_context(locale="en-GB", timezone_id="Europe/Moscow", viewport={"width": 1360, "height": 900})
        self.addCleanup(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(f"{self.server.address}/charts?id={self.bot.id}&token={self.bot.view_token}{tail}")
        self.loaded(page)
        expect(page.locator(".banner")).to_be_hidden()
        return page

    def test_what_is_written_twice_or_wrong(self):
        now = int(time.time())
        today = time.strftime("%Y-%m-%d", time.gmtime(now + 3 * 3600))
        midnight = now - (now + 3 * 3600) % 86400
        for tail, uses, link in [
            ("&param_1=&param_1=", 12, {}),
            ("&param_1=ru&param_1=en", 8, {"param_1": "ru,en"}),
            ("&param_1=!ru&param_1=!en", 4, {"param_1": "!ru,en"}),
            ("&event=a%5C,b", 3, {"event": "a\\,b"}),
            ("&event=%5C!xy,back%5C%5Cslash", 6, {"event": "\\!xy,back\\\\slash"}),
            ("&event=!/start,a%5C,b", 6, {"event": "!/start,a\\,b"}),
            (f"&from={today}", 12, {"from": str(midnight)}),
            (f"&from={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(now - 7200))}", 12, {"from": str(now - 7200)}),
            ("&period=soon&divider=3q&segment=mood&seconds=7&compare=next&from=then", 12, {}),
            (f"&from={now}&to={now - 60}", 12, {}),
        ]:
            with self.subTest(tail):
                page = self.opened(tail)
                self.assertEqual(self.total(page, "uses"), uses)
                page.locator(".windows button[data-value='60']").click()
                always = ("id", "token", "seconds", "period")
                written = {name: text for name, text in self.link(page).items() if name not in always}
                self.assertEqual(written, link)
                page.context.close()

    def test_zone_that_the_server_does_not_know(self):
        self.expected = ("Failed to load resource: the server responded with a status of 400",)
        page = self.open()
        asked = []

        def answer(route):
            zone = urllib.parse.parse_qs(urllib.parse.urlsplit(route.request.url).query).get("tz", ["UTC"])[0]
            asked.append(zone)
            if zone == "UTC":
                return route.continue_()
            body = {"ok": False, "error_code": 400, "description": "Bad Request: tz must be a time zone's name", "field": "tz"}
            route.fulfill(status=400, content_type="application/json", body=json.dumps(body))

        for source in ["stats", "summary", "top"]:
            page.route(f"**/{source}?*", answer)
        query = {"id": self.bot.id, "token": self.bot.view_token, "period": "3d", "divider": "24h"}
        page.goto(f"{self.server.address}/charts?{urllib.parse.urlencode(query)}")
        self.loaded(page)
        expect(page.locator(".hint")).to_contain_text("doesn’t know the time zone Europe/Moscow, so days and times are in UTC")
        self.assertEqual(self.total(page, "uses"), 12)
        asked.clear()
        page.wait_for_timeout(6000)
        self.assertEqual(set(asked), {"UTC"}, "it isn't asked for in that zone again")
        self.shot(page, "unknown-zone")
