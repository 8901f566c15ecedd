"""The description at /openapi.json: it's valid, and every answer of a real server is as it says."""

import copy
import json
import os
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../BrowserTests"))
from howused import Bot, Server, eventually  # noqa: E402


def closed(schema):
    """The schema, but without room for members that it doesn't name: what is answered must be described."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    return schema


class Description:
    def __init__(self, document):
        self.document = document
        self.closed = closed(document)
        # Which (path, status) was answered by the tests.
        self.seen = set()

    def resolved(self, part):
        reference = part.get("$ref")
        if not reference:
            return part
        for name in reference.split("/")[1:]:
            part = self.document if name == "components" else part
            part = part[name]
        return part

    def validator(self, schema, document):
        return Draft202012Validator({**copy.deepcopy(schema), "components": document["components"]})

    def check_answer(self, method, path, status, headers, body):
        responses = self.document["paths"][path][method]["responses"]
        assert str(status) in responses or "default" in responses, f"{method} {path}: {status} isn't described"
        name = str(status) if str(status) in responses else "default"
        self.seen.add((path, name))
        response = self.resolved(responses[name])
        for header in response.get("headers", {}):
            assert header in headers, f"{path}: {status} without {header}"
        if "content" not in response:
            assert body == b"", f"{path}: {status} has a body"
            return
        kind = headers.get_content_type()
        assert kind in response["content"], f"{path}: {status} as {kind}: {body[:200]}"
        if kind == "application/json":
            schema = closed(response["content"][kind]["schema"])
            problems = list(self.validator(schema, self.closed).iter_errors(json.loads(body)))
            assert not problems, f"{path}: {status} {body[:400]}: {problems[0]}"

    def fits(self, call):
        """Whether the body of a call is as described."""
        schema = self.document["paths"]["/api"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        return self.validator(schema, self.document).is_valid(call)


class OpenAPITests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(private_redis=False, options=["--bot-rate-limit", "200"]).start()
        cls.addClassCleanup(cls.server.close)
        cls.bot = cls.server.add_bot(Bot(1234567, 'A "bot"'))
        cls.description = Description(json.loads(cls.server.get("/openapi.json")[2]))

    def ask(self, path, method="get", query=None, body=None, headers=None):
        """Returns the status, after a look at whether the answer is as described."""
        address = self.server.address + path + (f"?{urllib.parse.urlencode(query, doseq=True)}" if query else "")
        request = urllib.request.Request(address, body, headers or {}, method=method.upper())
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                # Without an end: its first message will do.
                status, answer = response.status, response.readline() if path == "/live" else response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, answer = error.code, error.read()
                response = error
        self.description.check_answer(method, path, status, response.headers, answer)
        return status, answer, response.headers

    def read(self, path, **query):
        return self.ask(path, query={"id": self.bot.id, "token": self.bot.view_token, **query})[0]

    def call(self, status=200, **fields):
        """Posts a call, in JSON. What is stored must be as described, and what isn't described must be refused."""
        call, answered, answer = self.post(**fields)
        self.assertEqual(answered, status, f"{fields}: {answer}")
        if status in (200, 400):
            self.assertEqual(self.description.fits(call), status == 200, f"{fields}: described otherwise")

    def post(self, **fields):
        call = {"botId": self.bot.id, "apiToken": self.bot.api_token, **fields}
        headers = {"Content-Type": "application/json"}
        return call, *self.ask("/api", "post", body=json.dumps(call).encode(), headers=headers)[:2]

    def test_1_it_is_valid(self):
        validate(self.description.document)

    def test_2_calls(self):
        event = {"requestType": "event", "event": "/start", "userId": 42}
        self.call(**event, param_1="en", param_2=7, param_3=True, userRegisterTime=1616161616)
        self.call(**event, param_1=None, param_2="", userRegisterTime="1616161616.25")
        self.call(requestType="event", event="🚀старт", userId="-100123")
        self.call(userId=1)
        self.call(requestType="update", userId=2)
        for seconds in (1, 9999, "300", None):
            self.call(requestType="getOnline", seconds=seconds)
        self.call(requestType="events", events=[{"event": "abc", "userId": 1, "time": time.time() - 60}])

        self.call(400)
        self.call(400, requestType="click", userId=1)
        for wrong in ({"event": "ab"}, {"event": "a" * 21}, {"event": 7}, {"event": None}, {"userId": 0}):
            self.call(400, **{**event, **wrong})
        for wrong in ({"userId": "0"}, {"userId": 1.5}, {"userId": 1 << 63}, {"userId": "1e3"}, {"userId": True}):
            self.call(400, **{**event, **wrong})
        for wrong in ({"param_1": []}, {"param_2": {}}, {"userRegisterTime": []}, {"botId": 0}, {"botId": "x"}):
            self.call(400, **{**event, **wrong})
        for seconds in (0, -1, "0", "many", 1.5, []):
            self.call(400, requestType="getOnline", seconds=seconds)
        for events in (None, [], {}, [7], [{"event": "abc"}], [{"event": "abc", "userId": 1}] * 1001):
            self.call(400, requestType="events", events=events)
        self.call(400, requestType="events", events=[{"event": "abc", "userId": 1, "time": "1616161616"}])

        self.call(401, **{**event, "apiToken": self.bot.view_token})
        self.call(401, **{**event, "apiToken": 7})
        self.call(413, **event, more="x" * (1 << 20))
        self.assertEqual(self.ask("/api", "post", body=b"<a/>", headers={"Content-Type": "text/xml"})[0], 415)
        for body in (b"", b"{", b"a=%", b"\xff"):
            status = self.ask("/api", "post", body=body, headers={"Content-Type": "application/json"})[0]
            self.assertEqual(status, 400, body)
        form = {"botId": self.bot.id, "apiToken": self.bot.api_token, **event}
        self.assertEqual(self.ask("/api", "post", body=urllib.parse.urlencode(form).encode())[0], 200)
        self.call(requestType="events", events=[{"event": "many", "userId": user} for user in range(1, 101)])

    def test_3_statistics(self):
        self.server.wait_counted(self.bot, 105)
        for metric in ("uses", "users", "new", "online", "active", "users,uses,new,online"):
            self.assertEqual(self.read("/stats", metric=metric), 200)
        for more in ({"segment": "event"}, {"segment": "param_1"}, {"event": "/start,many"}, {"param_1": ["en", "x"]}):
            for metric in ("uses", "users", "new"):
                self.assertEqual(self.read("/stats", metric=metric, period="3d", divider="1h", **more), 200)
        for more in ({"metric": "users", "event": "!/start", "param_1": "en", "param_2": "7"}, {"metric": "online"}):
            self.assertEqual(self.read("/stats", compare="previous", **more), 200)
        self.assertEqual(self.read("/stats", type="update", tz="Asia/Kolkata", period="30d", divider="24h"), 200)
        self.assertEqual(self.read("/stats", tz="Asia/Kolkata", period="500d", divider="24h"), 200)
        self.assertEqual(self.read("/stats", format="csv"), 200)
        for by in ("event", "param_1"):
            self.assertEqual(self.read("/top", by=by, search="A", sort="users", limit=5, offset=0), 200)
        for unit in ("day", "week"):
            self.assertEqual(self.read("/retention", unit=unit, event="/start"), 200)
        self.assertEqual(self.read("/retention", format="csv"), 200)
        self.assertEqual(self.read("/events", limit=10), 200)
        self.assertEqual(self.ask("/events", query={"id": self.bot.id, "token": self.bot.api_token})[0], 200)
        for path in ("/stats", "/summary", "/top", "/retention", "/events"):
            query = {"id": self.bot.id, "token": self.bot.view_token, "by": "event"}

            def is_known():
                # It tells through when everything is counted, so that it may have changed since.
                tag = self.ask(path, query=query)[2]["ETag"]
                return self.ask(path, query=query, headers={"If-None-Match": tag})[0] == 304

            eventually(is_known, what=f"answer of {path} that is known already")
        bearer = {"Authorization": f"Bearer {self.bot.view_token}"}
        self.assertEqual(self.ask("/stats", query={"id": self.bot.id}, headers=bearer)[0], 200)
        self.assertEqual(self.read("/summary", tz="Europe/Moscow"), 200)
        self.assertEqual(self.read("/online", seconds="60,9999"), 200)
        self.assertEqual(self.read("/live", seconds=60), 200)
        self.assertEqual(self.ask("/charts")[0], 200)
        for path in ("/stats", "/summary", "/top", "/retention", "/events", "/online", "/live"):
            self.assertEqual(self.ask(path, query={"id": 1, "token": "wrong"})[0], 401)
        for path, wrong in (
            ("/stats", "period"), ("/summary", "tz"), ("/top", "by"), ("/retention", "unit"), ("/events", "limit"),
            ("/online", "seconds"), ("/live", "seconds"),
        ):
            self.assertEqual(self.read(path, **{wrong: "wrong"}), 400)

    def test_4_too_much(self):
        # The limit is of a second, and the second may just have been over.
        many = [{"event": "many", "userId": 1}] * 1000
        eventually(lambda: self.post(requestType="events", events=many)[1] == 429, what="refusal of too many events")

    def test_5_without_redis(self):
        self.assertEqual(self.ask("/health")[0], 200)
        self.server.redis.stop()
        eventually(lambda: self.ask("/health")[0] == 503, what="health that tells that Redis is gone")
        eventually(lambda: self.post(requestType="event", event="/start", userId=42)[1] == 503, what="refusal")
        # Who asks the same within a second is answered the same.
        for path in ("/summary", "/online"):
            eventually(lambda: self.read(path, by="event") == 503, what=f"{path} that tells that Redis is gone")
        # What was counted is in files and in memory.
        for path in ("/stats", "/top", "/retention", "/events"):
            self.assertEqual(self.read(path, by="event"), 200)

    def test_6_every_described_answer_was_seen(self):
        described = {
            (path, status)
            for path, item in self.description.document["paths"].items()
            for status in item.get("post", item.get("get"))["responses"]
        }
        # A server that knows no bots yet refuses viewers and questions; and what is described as `default` needs a broken
        # client.
        rare = {(path, "503") for path in ("/live", "/stats", "/top", "/retention", "/events")}
        missing = {one for one in described - self.description.seen - rare if one[1] != "default"}
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()
