"""What is sent: bots, users and events, the same for every system, and the files of requests that hold them."""

import hashlib
import json
import random
import uuid

EVENTS = ["message", "start", "callback_query", "settings", "регистрация", "inline_query", "subscribe", "payment_ok"]
LANGUAGES = ["en", "ru", "de", "es", "uk", "pt-br"]
PARTITIONS = 16

# What the headers besides Host, Content-Type and Content-Length are: nothing, or what these clients send by themselves.
HEADERS = {
    "minimal": {},
    "requests": {"User-Agent": "python-requests/2.32.3", "Accept-Encoding": "gzip, deflate", "Accept": "*/*",
                 "Connection": "keep-alive"},
    "fetch": {"connection": "keep-alive", "accept": "*/*", "accept-language": "*", "sec-fetch-mode": "cors",
              "user-agent": "node", "accept-encoding": "gzip, deflate"},
}


class Bot:
    def __init__(self, number):
        self.id = 1_000_000 + number
        self.token = str(uuid.UUID(int=(self.id << 64) | 0x4000_8000_0000_0000_0000))
        self.view_token = str(uuid.UUID(int=(self.id << 65) | 0x4000_8000_0000_0000_0001))
        tag = "hu:{p%02d}" % (mix(self.id) % PARTITIONS)
        self.stream = f"{tag}:events"
        self.online = f"{tag}:online:{self.id}"
        self.registry = f"{tag}:bots"

    def record(self):
        """The bot as HowUsed keeps it in its registry."""
        api, view = (hashlib.sha256(token.encode()).hexdigest() for token in (self.token, self.view_token))
        return compact({"apiTokenHash": api, "created": 1_763_800_000, "name": "", "viewTokenHash": view})


def mix(value):
    """SplitMix64's finaliser, as HowUsed spreads bots over partitions."""
    mask = 2**64 - 1
    value = (value + 0x9E3779B97F4A7C15) & mask
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & mask
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & mask
    return value ^ (value >> 31)


class Workload:
    def __init__(self, folder, bots=10, users=100_000, records=20_000, headers="minimal", seed=1):
        self.folder, self.users, self.records = folder, users, records
        self.bots = [Bot(number) for number in range(bots)]
        self.headers = HEADERS[headers]
        self.seed = seed

    def write_bots(self):
        path = f"{self.folder}/bots.json"
        with open(path, "w") as file:
            json.dump({bot.id: {"token": bot.token, "stream": bot.stream, "online": bot.online} for bot in self.bots},
                      file)
        return path

    def events(self, count=None):
        """Pairs of a bot and an event's fields. Every bot gets some; users are spread over all there are."""
        dice = random.Random(self.seed)
        for number in range(count or max(self.records, len(self.bots))):
            bot = self.bots[number % len(self.bots)]
            fields = {"userId": dice.randrange(1, self.users + 1), "event": dice.choice(EVENTS),
                      "param_1": dice.choice(LANGUAGES)}
            if number % 4 == 0:
                fields["userRegisterTime"] = 1_616_161_616 + dice.randrange(10_000_000)
            yield bot, fields

    def write(self, name, records):
        path = f"{self.folder}/{name}.requests"
        with open(path, "wb") as file:
            for record in records:
                file.write(b"%d\n" % len(record) + record)
        return path

    def http(self, path, body, content_type="application/json"):
        head = {"Host": "127.0.0.1", **self.headers, "Content-Type": content_type, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def fragment(bot, fields):
    """An event as it lies in the stream."""
    order = ["userId", "event", "param_1", "param_2", "param_3", "userRegisterTime"]
    return compact({"botId": bot.id, **{name: fields[name] for name in order if name in fields}})[1:-1]
