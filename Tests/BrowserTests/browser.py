"""What the tests of the chart page share: one Chromium, one server, and pages that must stay free of errors."""

import os
import re
import unittest
import urllib.parse

from playwright.sync_api import expect, sync_playwright

from howused import ROOT, Bot, Server

SCREENSHOTS = os.path.join(ROOT, ".cache/screenshots")
TIME_ZONE = "Europe/Moscow"
expect.set_options(timeout=10_000)


class BrowserTestCase(unittest.TestCase):
    private_redis = True

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.private_redis).start()
        cls.addClassCleanup(cls.server.close)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)
        os.makedirs(SCREENSHOTS, exist_ok=True)

    def setUp(self):
        # What the browser itself says about an answer that a test provokes (a 401 of a wrong token), by its start.
        self.expected = ()
        self.problems = []
        self.strangers = []

    def tearDown(self):
        self.assertEqual(self.problems, [], "errors in the browser's console")
        self.assertEqual(self.strangers, [], "requests to another host")

    def open(self, bot=None, path="/charts", **settings):
        """A page with the bot's link; `query` adds to it, `answer` changes what the statistics say, given an address
        and the answer's JSON; the other settings are the browser context's."""
        query = {"id": bot.id, "token": bot.view_token} if bot else {}
        query |= settings.pop("query", {})
        answer = settings.pop("answer", None)
        settings = {"locale": "en-GB", "timezone_id": TIME_ZONE, "viewport": {"width": 1360, "height": 900}} | settings
        context = self.browser.new_context(**settings)
        self.addCleanup(context.close)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._request)
        if answer:
            for source in ["stats", "summary", "top"]:
                page.route(f"**/{source}?*", lambda route: self._answer(route, answer))
        page.goto(f"{self.server.address}{path}?{urllib.parse.urlencode(query)}")
        return page

    def _answer(self, route, change):
        response = route.fetch()
        body = response.json()
        # Several metrics are changed as if each had been asked for alone.
        for chart in body.get("charts", []):
            change(re.sub(r"metric=[^&]*", f"metric={chart['metric']}", route.request.url), chart)
        if "charts" not in body:
            change(route.request.url, body)
        route.fulfill(response=response, json=body)

    def _console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(self.expected or ("\0",)):
            self.problems.append(message.text)

    def _request(self, request):
        if not request.url.startswith((self.server.address + "/", "data:", "blob:")):
            self.strangers.append(request.url)

    def shot(self, page, name):
        # The live dot breathes and numbers grow: a picture is for looking at, not for comparing.
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True, animations="disabled")

    def link(self, page):
        """The query of the address bar."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))

    def chart(self, page, metric):
        return page.locator(f".chart[data-metric={metric}]")

    def total(self, page, metric):
        """The number that stands beside a chart's title."""
        text = self.chart(page, metric).locator(".readout").inner_text()
        return int("".join(filter(str.isdigit, text)) or -1)

    def table(self, page, metric):
        """A chart's data, as its table shows it: rows of cells, the newest first."""
        chart = self.chart(page, metric)
        chart.get_by_role("button", name="Table").click()
        expect(chart.locator("tbody tr").first).to_be_visible()
        rows = chart.locator("tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
        chart.get_by_role("button", name="Table").click()
        return rows

    def loaded(self, page):
        """Waits until every chart shows the answer to what was asked last; that of active users is asked for when seen."""
        expect(page.locator(".chart[aria-busy=false]:not([data-metric=active])")).to_have_count(4)
        return page

    def top(self, page):
        """The top lists, in view and answered."""
        panel = page.locator(".top-panel")
        panel.scroll_into_view_if_needed()
        expect(panel.locator("[role=tabpanel]")).to_have_attribute("aria-busy", "false")
        return panel

    def filter(self, page, name):
        """The box of the filter by a dimension, by what it's called."""
        return page.locator(".filter", has=page.get_by_label(name, exact=True))


def bot(number, name="Demo bot"):
    return Bot(number, name)
