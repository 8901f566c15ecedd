"""What those ask who read statistics, over HTTP."""

import http.client
import json
import time
import urllib.parse

from .checks import expect
from .process import eventually


class Asker:
    """Asks a server about one bot, over one connection."""

    def __init__(self, system, bot):
        self.bot = bot
        self.link = http.client.HTTPConnection("127.0.0.1", system.port, timeout=30)
        self.asked = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.close()

    def get(self, path, **query):
        """The answer's bytes."""
        status, body = self.ask(path, **query)
        expect(status == 200, f"{path} {query} was answered {status} {body[:300]}")
        return body

    def ask(self, path, **query):
        """The status, and the answer's bytes."""
        return self._get(self.path_of(self.bot, path, query))

    def json(self, path, **query):
        return json.loads(self.get(path, **query))

    @staticmethod
    def path_of(bot, path, query):
        return f"{path}?{urllib.parse.urlencode({'id': bot.id, 'token': bot.view_token, **query})}"

    def _get(self, address):
        self.link.request("GET", address)
        response = self.link.getresponse()
        return response.status, response.read()

    def health(self):
        return json.loads(self._get("/health")[1])

    def uses(self, name, **query):
        """How many uses of an event are counted now. A name that nobody uses makes it a question that wasn't asked
        before, since the same one may be answered as a second ago."""
        self.asked += 1
        return sum(series["total"] for series in self.json("/stats", metric="uses", event=f"{name},nobody {self.asked}",
                                                           **query)["series"])

    def as_of(self):
        """Through when everything is counted in the bot's partition, in Unix seconds; 0: not known yet."""
        return self.json("/events", limit=1)["asOf"] / 1000


def counted(system, bot, seconds):
    """Waits until the statistics have everything that is in the streams now."""
    now = time.time()
    with Asker(system, bot) as asker:
        # What /health says is a second old at most.
        eventually(lambda: asker.health()["statistics"].get("lagEvents") == 0 and time.time() > now + 1.1, seconds,
                   "statistics to have everything")
