"""Languages, colours, phones, keyboards, and how fast and closed the page is."""

import json
import re

from browser import BrowserTestCase, bot, expect
from howused import eventually


class ReaderTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.server.add_bot(bot(1234567))
        for user in range(1, 31):
            cls.server.send(cls.bot, ["/start", "common", "регистрация"][user % 3], user, param_1=["ru", "en"][user % 2])
        cls.server.wait_counted(cls.bot, 30)

    def test_language_by_header_and_by_switch(self):
        page = self.loaded(self.open(self.bot, locale="ru-RU"))
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.get_by_role("heading", name="Сейчас онлайн")).to_be_visible()
        expect(page.locator(".caption")).to_have_text("человек за последние 2 минуты")
        self.shot(page, "russian")
        # Every plural that Russian has, in every text that counts people.
        forms = page.evaluate("""async () => {
          const src = document.querySelector("script[type=module]").src
          const {counted} = await import(new URL("text.js", src))
          return [1, 2, 5, 11, 21, 22, 25, 111, 1000].map((n) => counted("inLast", n, {window: ""}).trim())
        }""")
        self.assertEqual([form.split()[0] for form in forms], ["человек", "человека"] + ["человек"] * 3 + ["человека"] + ["человек"] * 3)
        page.get_by_role("button", name="EN", exact=True).click()
        expect(page.get_by_role("heading", name="Online now")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Online now")).to_be_visible()
        _, headers, body = self.server.get("/charts", {"Accept-Language": "ru,en;q=0.5"})
        self.assertIn(b'<html lang="ru">', body)
        self.assertIn("Accept-Language", headers["Vary"])

    def test_colours_by_system_and_by_switch(self):
        background = "() => getComputedStyle(document.body).backgroundColor"
        page = self.loaded(self.open(self.bot, color_scheme="dark", query={"segment": "event"}))
        dark = page.evaluate(background)
        self.shot(page, "dark")
        page.get_by_role("button", name="Light").click()
        light = page.evaluate(background)
        self.assertNotEqual(light, dark)
        page.reload()
        self.assertEqual(page.evaluate(background), light)
        page.get_by_role("button", name="Auto").first.click()
        self.assertEqual(page.evaluate(background), dark)
        page.emulate_media(color_scheme="light")
        self.assertEqual(page.evaluate(background), light)

    def test_phone(self):
        for name, settings in {
            "phone": {"viewport": {"width": 390, "height": 844}},
            "phone-small-russian-dark": {
                "viewport": {"width": 320, "height": 640}, "locale": "ru-RU", "color_scheme": "dark",
                "query": {"segment": "param_1", "event": "common,/start"},
            },
        }.items():
            page = self.loaded(self.open(self.bot, has_touch=True, is_mobile=True, **settings))
            wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            self.assertEqual(wider, 0, "scrolls sideways")
            self.shot(page, name)

    def test_keyboard(self):
        page = self.loaded(self.open(self.bot))
        chart = self.chart(page, "uses")
        plot = chart.get_by_role("application")
        plot.focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        spoken = chart.locator("[aria-live]")
        expect(spoken).to_have_text(re.compile(r"\d?\d:\d\d.*: \d+$"))
        before = spoken.inner_text()
        page.keyboard.press("ArrowLeft")
        expect(spoken).not_to_have_text(before)
        page.keyboard.press("+")
        page.wait_for_url(re.compile("from="))
        self.loaded(page)
        page.keyboard.press("Escape")
        page.wait_for_url(re.compile("^((?!from=).)*$"))
        # Everything that can be clicked can be reached, and says what it is.
        nameless = page.evaluate("""() => [...document.querySelectorAll("button, a, input, select")]
          .filter((one) => one.checkVisibility() && !(one.ariaLabel || one.innerText?.trim() || one.labels?.length))
          .map((one) => one.outerHTML)""")
        self.assertEqual(nameless, [])
        self.top(page).get_by_role("button", name="common", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator(".chip")).to_have_text("common ×")

    def test_changes_are_heard_and_keep_the_focus(self):
        page = self.loaded(self.open(self.bot))
        spoken = page.locator("main > [role=status].hidden")
        expect(spoken).to_have_text("")
        self.top(page).get_by_role("button", name="common", exact=True).focus()
        page.keyboard.press("Enter")
        expect(spoken).to_have_text(re.compile(r"Uses: 10 total"))
        page.get_by_role("button", name="Remove common").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Event", exact=True)).to_be_focused()
        page.get_by_label("Split by").select_option("event")
        page.get_by_role("button", name="Clear filters").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Event", exact=True)).to_be_focused()
        # In the order in which it is seen.
        page.evaluate("document.body.focus()")
        places = page.evaluate("""() => [...document.querySelectorAll("button, a, input, select, [tabindex]")]
          .filter((one) => one.checkVisibility() && one.tabIndex >= 0)
          .map((one) => one.closest(".switches, .overview, .controls, .charts, .panels")?.classList[0])
          .filter((name, i, all) => name && name !== all[i - 1])""")
        self.assertEqual(places, ["switches", "overview", "controls", "charts", "panels"])

    def test_filters_fold_on_a_phone(self):
        page = self.loaded(self.open(self.bot, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True))
        expect(page.get_by_label("Param 1", exact=True)).to_be_hidden()
        unfold = page.get_by_role("button", name="Filters", exact=True)
        expect(unfold).to_have_attribute("aria-expanded", "false")
        unfold.click()
        expect(unfold).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_label("Param 1", exact=True)).to_be_visible()
        expect(page.get_by_text("Tap a chart")).to_be_visible()

    def test_nothing_moves_while_it_comes(self):
        for settings in [{}, {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}]:
            page = self.loaded(self.open(self.bot, **settings))
            page.wait_for_timeout(1500)
            shift = page.evaluate("""() => new Promise((told) => new PerformanceObserver((list) => told(
              list.getEntries().filter((one) => !one.hadRecentInput).reduce((sum, {value}) => sum + value, 0)
            )).observe({type: "layout-shift", buffered: true}) ?? setTimeout(() => told(0), 500))""")
            self.assertLess(shift, 0.05)

    def test_table_instead_of_chart(self):
        page = self.loaded(self.open(self.bot, query={"segment": "event", "period": "1h"}))
        chart = self.chart(page, "uses")
        chart.get_by_role("button", name="Table").click()
        expect(chart.get_by_role("columnheader")).to_have_count(4)
        expect(chart.locator("tbody td").first).to_be_visible()
        cells = chart.locator("tbody td").all_inner_texts()
        self.assertEqual(sum(map(int, cells)), 30)
        self.shot(page, "table")

    def test_closed_to_the_outside(self):
        page = self.loaded(self.open(self.bot))
        _, headers, _ = self.server.get("/charts")
        policy = headers["Content-Security-Policy"]
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]:
            self.assertIn(part, policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        # The policy is in force, not only sent.
        blocked = page.evaluate("""() => {
          const script = document.createElement("script")
          try { script.text = "window.ran = true" } catch { return true }
          document.head.append(script)
          return window.ran !== true
        }""")
        self.assertTrue(blocked)
        self.problems.clear()

    def test_files_are_cached_for_ever_and_the_page_is_not(self):
        _, headers, body = self.server.get("/charts", {"Accept-Encoding": "gzip"})
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(headers["Cache-Control"], "no-cache")
        status, _, body = self.server.get("/charts", {"Accept-Encoding": "gzip", "If-None-Match": headers["ETag"]})
        self.assertEqual((status, body), (304, b""))
        html = self.server.get("/charts")[2].decode()
        path = re.search(r'"(/charts/assets/\w+/app\.js)"', html)[1]
        _, headers, _ = self.server.get(path)
        self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(headers["Content-Type"], "text/javascript; charset=utf-8")
        _, headers, _ = self.server.get(re.sub(r"assets/\w+", "assets/0123456789", path))
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(self.server.get("/charts/assets/x/nothing.js")[0], 404)

    def test_small_and_quick(self):
        """First chart and transferred bytes, printed; the bounds are generous because machines differ."""
        times = []
        for _ in range(5):
            context = self.browser.new_context()
            page = context.new_page()
            page.goto(f"{self.server.address}/charts?id={self.bot.id}&token={self.bot.view_token}")
            first = 'performance.getEntriesByName("first-chart")[0]?.startTime'
            times.append(eventually(lambda: page.evaluate(first), what="chart"))
            files = json.loads(page.evaluate("""() => JSON.stringify(performance.getEntriesByType("resource")
              .filter((entry) => entry.name.includes("/charts/assets/")).map((entry) => entry.transferSize))"""))
            document = page.evaluate('performance.getEntriesByType("navigation")[0].transferSize')
            context.close()
        total = document + sum(files)
        print(f"\nfirst chart after {min(times):.0f}–{max(times):.0f} ms; {len(files) + 1} files, {total} bytes transferred")
        self.assertLess(min(times), 3000)
        self.assertLess(total, 120_000)
