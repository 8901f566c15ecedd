"""A bot with days of history, sent as backfilled batches: the page as people will mostly see it."""

import math
import random
import time
import urllib.parse

from browser import TIME_ZONE, BrowserTestCase, bot, expect

EVENTS = {"/start": 30, "forecast": 50, "регистрация": 8, "settings": 6, "inline": 20, "/help": 4, "share": 3, "premium": 2}
LANGUAGES = {"ru": 50, "en": 30, "uk": 9, "de": 6, "es": 5}
SOURCES = {"ref_42": 2, "ads-google": 3, "channel": 5, None: 20}


class HistoryTests(BrowserTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.server.add_bot(bot(7777777, "Погода и курсы"))
        cls.sent = cls.events()
        for start in range(0, len(cls.sent), 1000):
            batch = cls.sent[start : start + 1000]
            answer = cls.server.post(cls.bot, {"requestType": "events", "events": batch})
            assert answer.get("accepted") == len(batch), answer
        cls.server.wait_counted(cls.bot, len(cls.sent))

    @classmethod
    def events(cls):
        """Six days with nights, and people who come back."""
        chance = random.Random(7)
        pick = lambda weights: chance.choices(list(weights), list(weights.values()))[0]
        now = time.time()
        events = []
        moment = now - 6 * 86400
        while moment < now - 1:
            day = 0.5 + 0.5 * math.sin((moment % 86400) / 86400 * 2 * math.pi - 2)
            moment += chance.expovariate((0.002 + 0.02 * day) * (1 + (moment - now) / 86400 / 12))
            user = int(chance.random() ** 2.5 * 3000) + 1
            event = {"event": pick(EVENTS), "userId": user, "param_1": list(LANGUAGES)[user % 5], "param_2": pick(SOURCES)}
            # The last two minutes are live, the rest is backfilled.
            if moment < now - 110:
                event["time"] = round(moment, 3)
            events.append({key: value for key, value in event.items() if value is not None})
        for user in range(1, 38):
            events.append({"event": pick(EVENTS), "userId": user, "param_1": list(LANGUAGES)[user % 5]})
        return events

    def test_backfilled_days_are_on_the_page(self):
        page = self.loaded(self.open(self.bot, query={"period": "7d", "divider": "24h"}))
        self.assertEqual(self.total(page, "uses"), len(self.sent))
        answer = self.server.ask("/stats", self.bot, metric="uses", period="7d", divider="24h", tz=TIME_ZONE)
        shown = [int(row[1].replace(",", "")) for row in self.table(page, "uses")]
        self.assertEqual(shown[::-1], answer["series"][0]["values"])
        self.shot(page, "history-days")

    def test_what_numbers_lack_is_said(self):
        def lack(address, answer):
            if "/summary" in address:
                answer["approximate"] = True
                answer["today"]["users"] = 123_456
            answer["noteCode"] = "utc_days"
            metric = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query).get("metric")
            if metric == ["uses"]:
                values = [0] * (len(answer["time"]) - 1) + [1234]
                answer["series"].append({"name": "__unattributed__", "total": 1234, "values": values})
            if metric == ["users"]:
                answer["approximate"] = True

        words = {
            "en-GB": ["days in UTC", "1,234 uses are “Not told apart”", "estimated from a part of them"],
            "ru-RU": ["дни по UTC", "1 234 использования «Не различены»", "оцениваются по их части"],
        }
        for locale, (days, uses, estimates) in words.items():
            query = {"period": "3d", "divider": "1h", "segment": "event"}
            phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
            page = self.loaded(self.open(self.bot, locale=locale, query=query, answer=lack, **phone))
            for metric, texts in {"users": [days, estimates], "uses": [days, uses]}.items():
                # The thin spaces of numbers are no-break ones.
                notes = self.chart(page, metric).locator(".notes").inner_text().replace("\xa0", " ")
                for text in texts:
                    self.assertIn(text, notes)
            expect(page.locator(".hint")).to_contain_text(days)
            expect(page.locator("[data-today=users]")).to_contain_text("≈")
            self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), 360, "scrolls sideways")
            self.shot(page, f"lacking-{locale}")

    def test_pictures(self):
        day = {"query": {"period": "24h"}}
        split = {"query": {"period": "3d", "divider": "1h", "segment": "event"}}
        for name, settings in {
            "history": day,
            "history-dark": day | {"color_scheme": "dark"},
            "history-split": split,
            "history-split-dark-russian": split | {"color_scheme": "dark", "locale": "ru-RU"},
            "history-week-by-language": {"query": {"period": "7d", "divider": "24h", "segment": "param_1"}},
            "history-phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True} | split,
            "history-compared": {"query": {"period": "3d", "divider": "1h", "compare": "previous"}},
            "history-wide": {"viewport": {"width": 1920, "height": 1080}, "query": {"period": "7d"}},
        }.items():
            with self.subTest(name):
                page = self.loaded(self.open(self.bot, **settings))
                if "split" in name:
                    page.hover(".chart[data-metric=uses] .u-over", position={"x": 200, "y": 60})
                expect(page.locator(".status")).not_to_be_empty()
                self.shot(page, name)
