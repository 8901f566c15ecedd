"""A believable crowd: bots of very different sizes, whose users each have a language and a source that never change."""

import random

from .workload import Workload

LANGUAGES = ["ru", "en", "uk", "de", "es", "fr", "it", "pt-br", "tr", "fa"]
NAMES = [f"event {number:02}" for number in range(20)]
SOURCES = [f"source {number}" for number in range(300)]


class Crowd(Workload):
    """Bots, names, languages and sources follow Zipf's law; the n-th of all users is seen in proportion to 1/√n."""

    def __init__(self, folder, bots=200, users=300_000, records=20_000, **options):
        super().__init__(folder, bots=bots, users=users, records=records, **options)
        dice = random.Random(self.seed)
        self.languages = dice.choices(LANGUAGES, _zipf(len(LANGUAGES)), k=users)
        self.sources = dice.choices(SOURCES, _zipf(len(SOURCES), 0.8), k=users)

    def events(self, count=None):
        dice = random.Random(self.seed + 1)
        count = count or self.records
        bots = dice.choices(self.bots, _zipf(len(self.bots)), k=count)
        names = dice.choices(NAMES, _zipf(len(NAMES)), k=count)
        for bot, name in zip(bots, names):
            user = int(self.users * dice.random() ** 2)
            # As long and as far apart as real ids are.
            fields = {"userId": 100_000_000 + user * 2_654_435_761 % 7_900_000_000, "event": name,
                      "param_1": self.languages[user], "param_2": self.sources[user]}
            if user % 4 == 0:
                fields["userRegisterTime"] = 1_616_161_616
            yield bot, fields


def _zipf(count, exponent=1.0):
    return [(number + 1) ** -exponent for number in range(count)]
