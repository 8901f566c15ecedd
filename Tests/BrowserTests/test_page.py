"""What the page shows is what the API says, in every setting of its controls."""

import re

from browser import TIME_ZONE, BrowserTestCase, bot, expect
from howused import eventually

SCRIPT = "<img src=x onerror="
EVENTS = ["/start", "common", "регистрация", SCRIPT]
LANGUAGES = ["ru", "en", "de"]


class PageTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.server.add_bot(bot(1234567, "Weather & rates"))
        cls.sent = 0
        for user in range(1, 41):
            for event in EVENTS[: 1 + user % len(EVENTS)]:
                cls.send(event, user)
        cls.server.wait_counted(cls.bot, cls.sent)

    @classmethod
    def send(cls, event, user):
        cls.server.send(cls.bot, event, user, param_1=LANGUAGES[user % 3], param_2="ref_42" if user % 5 == 0 else None)
        cls.sent += 1

    def stats(self, metric, **query):
        return self.server.ask("/stats", self.bot, metric=metric, **({"period": "24h", "tz": TIME_ZONE} | query))

    def test_numbers_equal_the_api(self):
        page = self.loaded(self.open(self.bot))
        summary = self.server.ask("/summary", self.bot, tz=TIME_ZONE)
        expect(page.get_by_role("heading", level=1)).to_have_text("Weather & rates")
        for key in ["users", "uses", "new", "peakOnline"]:
            expect(page.locator(f"[data-today={key}]")).to_have_text(f"{summary['today'][key]:,}")
            expect(page.locator(f"[data-yesterday={key}]")).to_have_text(f"all of yesterday: {summary['yesterday'][key]:,}")
            before = page.locator(".card", has=page.locator(f"[data-today={key}]")).locator(".before")
            expect(before).to_have_text(f"vs. yesterday by this time: {summary['today']['comparedWith'][key]:,}")
        expect(page.locator("#online")).to_have_text("40")
        for metric in ["users", "uses", "new"]:
            self.assertEqual(self.total(page, metric), self.stats(metric)["series"][0]["total"], metric)
        for metric in ["users", "uses", "new", "online"]:
            values = self.stats(metric)["series"][0]["values"]
            shown = [int(row[1].replace(",", "")) for row in self.table(page, metric)]
            self.assertEqual(sum(shown[1:]), sum(values[::-1][1:]), metric)
        self.shot(page, "page")

    def test_live_count_moves_with_an_event(self):
        live = self.server.add_bot(bot(2222222, "Live"))
        self.server.send(live, "/start", 1)
        page = self.loaded(self.open(live))
        expect(page.locator("#online")).to_have_text("1")
        self.server.send(live, "/start", 2)
        expect(page.locator("#online")).to_have_text("2", timeout=3000)
        expect(page.locator(".windows button[data-value='600'] b")).to_have_text("2")
        expect(page.locator("[data-today=uses]")).to_have_text("2")
        expect(page).to_have_title(re.compile("^2 · Live$"))

    def test_online_window(self):
        page = self.loaded(self.open(self.bot))
        page.locator(".windows button[data-value='600']").click()
        expect(page.locator(".caption")).to_have_text("people in the last 10 minutes")
        self.assertEqual(self.link(page)["seconds"], "600")
        page.reload()
        expect(page.locator(".windows [aria-pressed=true]")).to_have_attribute("data-value", "600")
        # Back: what is counted, how it is called and which button is pressed go together.
        page.locator(".windows button[data-value='60']").click()
        page.go_back()
        expect(page.locator(".windows [aria-pressed=true]")).to_have_attribute("data-value", "600")
        expect(page.locator(".caption")).to_have_text("people in the last 10 minutes")
        expect(page.locator("#online")).to_have_text(page.locator(".windows button[data-value='600'] b").inner_text())

    def test_windows_are_of_one_moment(self):
        page = self.loaded(self.open(self.bot))
        expect(page.locator(".status")).to_have_text("Live")
        for _ in range(5):
            counts = [int(text) for text in page.locator(".windows b").all_inner_texts()]
            self.assertEqual(counts, sorted(counts), "a longer window can't have fewer people")
            page.wait_for_timeout(300)

    def test_text_from_outside_stays_text(self):
        page = self.loaded(self.open(self.bot, query={"segment": "event"}))
        expect(page.locator("img")).to_have_count(0)
        expect(self.chart(page, "uses").locator(".legend").get_by_text(SCRIPT)).to_be_visible()
        self.top(page).get_by_role("button", name=SCRIPT, exact=True).click()
        expect(page.locator(".chip")).to_have_text(f"{SCRIPT} ×")
        expect(page.locator("img")).to_have_count(0)

    def test_filter_by_click_and_by_typing(self):
        page = self.loaded(self.open(self.bot))
        self.top(page).get_by_role("button", name="common", exact=True).click()
        self.loaded(page)
        expected = self.stats("uses", event="common")["series"][0]["total"]
        eventually(lambda: self.total(page, "uses") == expected)
        self.assertEqual(self.link(page)["event"], "common")

        page.get_by_label("Event", exact=True).fill("/start")
        page.keyboard.press("Enter")
        expected = sum(series["total"] for series in self.stats("uses", event="common,/start")["series"])
        eventually(lambda: self.total(page, "uses") == expected)
        self.assertEqual(self.link(page)["event"], "common,/start")

        for value in ["ru", "en"]:
            page.get_by_label("Param 1", exact=True).fill(value)
            page.keyboard.press("Enter")
        for metric in ["uses", "users", "new"]:
            expected = self.stats(metric, event="common,/start", param_1="ru,en")["series"][0]["total"]
            eventually(lambda: self.total(page, metric) == expected, what=f"{expected} {metric}")
        self.assertEqual(self.link(page)["param_1"], "ru,en")
        self.shot(page, "filtered")

        page.go_back()
        expect(self.filter(page, "Param 1").locator(".chip")).to_have_text(["ru ×"])
        page.get_by_role("button", name="Clear filters").click()
        eventually(lambda: self.total(page, "uses") == self.stats("uses")["series"][0]["total"])
        self.assertNotIn("event", self.link(page))

    def test_is_not(self):
        page = self.loaded(self.open(self.bot, query={"param_1": "ru"}))
        box = self.filter(page, "Param 1")
        expect(box.locator(".sense")).to_have_text("is")
        box.locator(".sense").click()
        expect(box.locator(".sense")).to_have_text("is not")
        self.assertEqual(self.link(page)["param_1"], "!ru")
        expected = self.stats("uses", param_1="!ru")["series"][0]["total"]
        self.assertLess(expected, self.stats("uses")["series"][0]["total"])
        eventually(lambda: self.total(page, "uses") == expected)
        box.get_by_role("button", name="Remove ru").click()
        self.assertNotIn("param_1", self.link(page))
        eventually(lambda: self.total(page, "uses") == self.stats("uses")["series"][0]["total"])

    def test_split(self):
        page = self.loaded(self.open(self.bot))
        page.get_by_label("Split by").select_option("param_1")
        self.assertEqual(self.link(page)["segment"], "param_1")
        legend = self.chart(page, "uses").locator(".legend")
        expect(legend.get_by_role("button")).to_have_count(3)
        answer = self.stats("uses", segment="param_1")
        expected = [[series["name"], f"{series['total']:,}"] for series in answer["series"]]
        texts = [[b.locator(".name").inner_text(), b.locator("b").inner_text()] for b in legend.get_by_role("button").all()]
        self.assertEqual(texts, expected)
        sum_of_all = sum(series["total"] for series in answer["series"])
        for button, series in zip(legend.get_by_role("button").all(), answer["series"]):
            share = float(button.locator("small").inner_text().rstrip("%")) / 100
            self.assertAlmostEqual(share, series["total"] / sum_of_all, delta=0.0006)
        # People may be in several series: their own numbers, no sum and no shares.
        users = self.stats("users", segment="param_1")["series"]
        shown = self.chart(page, "users").locator(".legend").get_by_role("button")
        self.assertEqual([b.locator("b").inner_text() for b in shown.all()], [f"{series['total']:,}" for series in users])
        self.assertEqual("".join(b.locator("small").inner_text() for b in shown.all()), "")
        self.assertEqual(self.chart(page, "users").locator(".readout").inner_text().strip(), "")
        page.hover(".chart[data-metric=users] .u-over", position={"x": 200, "y": 60})
        self.assertNotIn("·", self.chart(page, "users").locator(".readout").inner_text())
        page.mouse.move(0, 0)
        self.shot(page, "split")

        # The legend hides and shows.
        first = legend.get_by_role("button").first
        first.click()
        expect(first).to_have_attribute("aria-pressed", "false")
        self.assertEqual(self.total(page, "uses"), sum(series["total"] for series in answer["series"][1:]))
        first.click()
        self.assertEqual(self.total(page, "uses"), sum(series["total"] for series in answer["series"]))

    def test_hosted_link(self):
        tail = "/bin/charts/6438/19/678cf4eb1efb80c5669b1f3b443d38850d4d642f"
        query = {"event": "common,/start", "period": "3d", "divider": "24h"}
        page = self.loaded(self.open(self.bot, path=tail, query=query))
        expect(page.locator(".chip")).to_have_text(["common ×", "/start ×"])
        expect(page.get_by_label("Bucket")).to_have_value("24h")
        expect(page.get_by_role("button", name="3 d")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="7 d").click()
        self.assertIn(tail, page.url)
        self.assertEqual(self.link(page)["period"], "7d")

    def test_zoom_by_dragging_and_back(self):
        page = self.loaded(self.open(self.bot))
        entries = page.evaluate("history.length")
        plot = self.chart(page, "uses").locator(".u-over")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 60, steps=8)
        page.mouse.up()
        page.wait_for_url(re.compile("from="))
        link = self.link(page)
        self.assertAlmostEqual(int(link["to"]) - int(link["from"]), 6 * 3600, delta=3600)
        expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
        self.loaded(page)
        # The charts were told of one drag, all four; the crosshair of before points at nothing any more.
        self.assertEqual(page.evaluate("history.length"), entries + 1)
        self.assertRegex(self.chart(page, "uses").locator(".readout").inner_text(), r"^\d+ total$")
        self.shot(page, "zoomed")
        page.get_by_role("button", name="Zoom out").click()
        self.assertNotIn("from", self.link(page))
        page.go_back()
        self.assertEqual(self.link(page)["from"], link["from"])

    def test_one_crosshair_across_all_charts(self):
        page = self.loaded(self.open(self.bot, query={"period": "3d", "divider": "1h"}))
        page.hover(".chart[data-metric=uses] .u-over", position={"x": 200, "y": 60})
        texts = [self.chart(page, metric).locator(".readout").inner_text() for metric in ["users", "uses", "new", "online"]]
        times = {text.rsplit(" · ", 1)[0] for text in texts}
        self.assertEqual(len(times), 1, texts)
        self.assertRegex(times.pop(), r"^\w{3},? \d+ \w{3,4}, \d\d:00")

    def test_custom_range(self):
        page = self.loaded(self.open(self.bot))
        page.get_by_role("button", name="Custom…").click()
        page.get_by_label("From").fill("2026-01-02T03:00")
        page.get_by_label("To", exact=True).fill("2026-01-05T03:00")
        page.get_by_role("button", name="Show", exact=True).click()
        self.loaded(page)
        # 3 in the morning in Moscow is midnight in UTC.
        self.assertEqual((self.link(page)["from"], self.link(page)["to"]), ("1767312000", "1767571200"))
        expect(self.chart(page, "uses").get_by_text("Nothing happened in this period")).to_be_visible()
        self.shot(page, "empty-period")

    def test_csv(self):
        page = self.loaded(self.open(self.bot, query={"segment": "event"}))
        with page.expect_download() as download:
            self.chart(page, "uses").get_by_role("link", name="Download Uses as CSV").click()
        with open(download.value.path(), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("регистрация", text)

    def test_people_by_several_params(self):
        query = {"param_1": "ru", "param_2": "ref_42"}
        page = self.loaded(self.open(self.bot, query=query))
        for metric in ["uses", "users", "new"]:
            self.assertEqual(self.total(page, metric), self.stats(metric, **query)["series"][0]["total"], metric)

    def test_a_refused_question_says_so(self):
        self.expected = ("Failed to load resource: the server responded with a status of 400",)
        page = self.loaded(self.open(self.bot, query={"period": "7d", "divider": "1m"}))
        expect(self.chart(page, "users").get_by_text("Minutes are kept for 48 hours")).to_be_visible()
        self.shot(page, "refused")

    def test_how_far_it_is_counted(self):
        def lag(address, answer):
            answer["asOf"] -= behind

        behind = 0
        page = self.loaded(self.open(self.bot, answer=lag))
        expect(page.locator(".updated")).to_have_text(re.compile(r"^Counted through \d?\d:\d\d:\d\d$"))
        behind = 20_000
        expect(page.locator(".updated")).to_have_text(re.compile(r"^2\d s behind$"))
        self.shot(page, "behind")
        behind = 0
        expect(page.locator(".updated")).to_have_text(re.compile("^Counted through"))
