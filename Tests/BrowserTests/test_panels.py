"""What came after the four charts: the previous period, active users, retention, top lists, the last events."""

import json
import re
import urllib.parse

from browser import TIME_ZONE, BrowserTestCase, bot, expect
from howused import eventually

REFERRALS = 23


class PanelTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.server.add_bot(bot(2468101, "Panels"))
        cls.sent = 0
        for user in range(1, 61):
            for event in ["/start", "common"][: 1 + user % 2]:
                cls.server.send(cls.bot, event, user, param_1=["ru", "en"][user % 2], param_2=f"ref_{user % REFERRALS}")
                cls.sent += 1
        cls.server.wait_counted(cls.bot, cls.sent)

    def requests(self, page, path):
        """The queries of what was asked for from now on."""
        seen = []

        def note(request):
            address = urllib.parse.urlsplit(request.url)
            if address.path == path:
                seen.append(dict(urllib.parse.parse_qsl(address.query)))

        page.on("request", note)
        return seen

    def rows(self, panel):
        return panel.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => (cell.querySelector('.name') ?? cell).innerText))"
        )

    def test_top_is_what_the_api_says(self):
        page = self.loaded(self.open(self.bot))
        panel = self.top(page)
        # Param 3 has no values.
        expect(panel.get_by_role("tab")).to_have_text(["Events", "Param 1", "Param 2"])
        panel.get_by_role("tab", name="Param 2").click()
        expect(panel.locator("tbody tr")).to_have_count(10)
        answer = self.server.ask("/top", self.bot, by="param_2", period="24h", tz=TIME_ZONE)
        expected = [[row["name"], *(f"{row[key]:,}" for key in ["uses", "users", "new"])] for row in answer["rows"]]
        self.assertEqual([row[:4] for row in self.rows(panel)], expected)
        expect(panel.locator(".count-of")).to_have_text(f"1–10 of {REFERRALS}")
        share = answer["rows"][0]["uses"] / self.sent
        title = panel.locator("tbody td").first.get_attribute("title")
        self.assertAlmostEqual(float(title.split("%")[0]) / 100, share, delta=0.0006)
        self.assertTrue(title.endswith(f" of {self.sent} uses"), title)
        self.shot(page, "top")

        panel.get_by_role("button", name="Next page").click()
        expect(panel.locator(".count-of")).to_have_text(f"11–20 of {REFERRALS}")
        panel.get_by_label("Rows").select_option("50")
        expect(panel.locator("tbody tr")).to_have_count(REFERRALS)
        panel.get_by_label("Search in").fill("EF_1")
        expect(panel.locator("tbody tr")).to_have_count(11)
        panel.get_by_label("Search in").fill("nobody")
        expect(panel.get_by_text("Nothing is called so")).to_be_visible()
        asked = self.requests(page, "/top")
        panel.get_by_label("Search in").fill("")
        panel.locator("thead").get_by_role("button", name="Users").click()
        expect(panel.locator("[aria-sort=descending]")).to_have_text("Users")
        eventually(lambda: page.wait_for_timeout(50) or any(query["sort"] == "users" for query in asked), what="sorted rows")

    def test_top_chooses_and_leaves_out(self):
        page = self.loaded(self.open(self.bot))
        panel = self.top(page)
        panel.get_by_role("tab", name="Param 2").click()
        panel.get_by_label("Rows").select_option("50")
        panel.get_by_role("button", name="ref_1", exact=True).click()
        panel.get_by_role("button", name="ref_2", exact=True).click()
        self.assertEqual(self.link(page)["param_2"], "ref_1,ref_2")
        # The list isn't filtered by itself, so that more can be chosen; the others are.
        expect(panel.locator("tr.chosen")).to_have_count(2)
        panel.get_by_role("tab", name="Events").click()
        answer = self.server.ask("/top", self.bot, by="event", period="24h", tz=TIME_ZONE, param_2="ref_1,ref_2")
        eventually(lambda: page.wait_for_timeout(50) or [row[:2] for row in self.rows(panel)]
                   == [[row["name"], str(row["uses"])] for row in answer["rows"]], what="filtered rows")
        panel.locator("tr", has_text="common").hover()
        panel.get_by_role("button", name="Everything but common").click()
        self.assertEqual(self.link(page)["event"], "!common")
        expect(panel.locator("tr.left-out")).to_have_count(1)
        expected = self.server.ask("/stats", self.bot, metric="uses", event="!common", param_2="ref_1,ref_2", tz=TIME_ZONE)
        eventually(lambda: page.wait_for_timeout(50) or self.total(page, "uses") == expected["series"][0]["total"])
        self.shot(page, "left-out")
        panel.get_by_role("button", name="Count common again").click()
        self.assertNotIn("event", self.link(page))

    def test_previous_period(self):
        page = self.loaded(self.open(self.bot))
        page.get_by_label("Compare").check()
        self.assertEqual(self.link(page)["compare"], "previous")
        uses = self.chart(page, "uses")
        expect(uses.locator(".note")).to_contain_text("Dashed")
        expect(uses.locator(".readout")).to_contain_text("before: 0")
        self.assertEqual(len(self.table(page, "uses")[0]), 3)
        self.shot(page, "compared")
        # What is split isn't compared, and the link keeps the wish.
        page.get_by_label("Split by").select_option("event")
        self.loaded(page)
        expect(page.get_by_label("Compare")).to_be_disabled()
        expect(uses.get_by_text("Dashed")).to_have_count(0)
        page.get_by_label("Split by").select_option("")
        page.reload()
        expect(self.chart(page, "uses").locator(".note")).to_contain_text("Dashed")

    def test_active_users(self):
        page = self.loaded(self.open(self.bot, query={"param_1": "ru"}))
        chart = self.chart(page, "active")
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("aria-busy", "false")
        rows = self.table(page, "active")
        self.assertEqual(rows[0][1:], ["30", "30", "30", "100%"])
        expect(chart.locator(".legend button")).to_have_text([re.compile("^Daily"), re.compile("^Weekly"), re.compile("^Monthly")])
        expect(chart.locator(".readout")).to_have_text(re.compile(r"\d"))
        self.shot(page, "active")

    def test_retention(self):
        page = self.open(self.bot)
        asked = self.requests(page, "/retention")
        self.loaded(page)
        panel = page.locator(".retention")
        panel.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        self.assertEqual(asked, [], "nobody opened it")
        panel.get_by_role("button", name="Open: Retention").click()
        expect(panel.locator("tbody tr")).to_have_count(12)
        expect(panel.locator("tbody tr").last.locator("td").nth(0)).to_have_text("60")
        expect(panel.locator("tbody tr").last.locator("td").nth(1)).to_have_text(re.compile("^100%"))
        panel.locator("tbody tr").last.locator("td").nth(1).focus()
        text = re.compile(r"the same week · 100%: 60 of 60 users \(so far\)$")
        expect(panel.locator(".note")).to_have_text(text)
        page.keyboard.press("ArrowUp")
        expect(panel.locator(".note")).not_to_have_text(re.compile("60 of 60"))
        self.shot(page, "retention-weeks")
        panel.get_by_role("button", name="Days").click()
        expect(panel.locator("tbody tr")).to_have_count(30)
        self.assertEqual([query["unit"] for query in asked], ["week", "day"])
        self.shot(page, "retention-days")

    def test_feed(self):
        told = self.server.add_bot(bot(2468102, "Told"))
        for user in range(1, 56):
            self.server.send(told, ["/start", "common"][user % 2], user)
        page = self.loaded(self.open(told))
        asked = self.requests(page, "/events")
        page.wait_for_timeout(2500)
        self.assertEqual(asked, [], "nobody opened it")
        panel = page.locator(".feed")
        panel.get_by_role("button", name="Open: Last events").click()
        expect(panel.locator("li")).to_have_count(50)
        answer = self.server.ask("/events", told)
        shown = panel.locator("li").evaluate_all("rows => rows.map(row => row.querySelector('.what').innerText)")
        self.assertEqual(shown, [event["event"] for event in answer["events"]])
        self.assertNotIn("userId", answer["events"][0], "the view token doesn't tell who it was")
        expect(panel.locator(".who").first).to_have_text(answer["events"][0]["user"])
        self.shot(page, "feed")
        # It waits while it is being read, and goes on afterwards.
        panel.locator("ol").hover()
        expect(panel.get_by_text("Paused")).to_be_visible()
        before = len(asked)
        page.wait_for_timeout(3000)
        self.assertEqual(len(asked), before)
        self.server.send(told, "/start", 1, param_3="<b>new</b>")
        page.mouse.move(5, 5)
        expect(panel.locator("li").first).to_contain_text("<b>new</b>")
        # It's as open as it was after a change of language.
        page.get_by_role("button", name="RU", exact=True).click()
        expect(page.locator(".feed li")).to_have_count(50)

    def test_only_what_is_seen_is_asked_for(self):
        page = self.loaded(self.open(self.bot))
        page.evaluate("scrollTo(0, 0)")
        tops, stats = self.requests(page, "/top"), self.requests(page, "/stats")
        lives = self.requests(page, "/summary")
        page.wait_for_timeout(11_000)
        self.assertEqual(tops, [])
        self.assertIn(len(lives), [2, 3])
        for metric in ["users", "uses"]:
            asked = [query for query in stats if metric in query["metric"].split(",")]
            self.assertIn(len(asked), [2, 3], json.dumps(stats))
        together = [query["metric"] for query in stats if query["metric"].startswith("users,uses")]
        self.assertIn(len(together), [2, 3], "what is renewed is asked for at once")
