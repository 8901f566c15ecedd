"""A HowUsed server of its own for a test: a free port, a temporary folder, and a Redis that the test can stop."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BINARY = os.environ.get("HOWUSED_BINARY", os.path.join(ROOT, ".build/debug/howused"))


def eventually(check, seconds=15, what="the expected state"):
    """Returns the first true result of `check`, which may also raise until it's true."""
    deadline = time.monotonic() + seconds
    problem = None
    while True:
        try:
            result = check()
            if result:
                return result
        except (OSError, AssertionError, KeyError) as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {seconds} s ({problem})")
        time.sleep(0.05)


class Bot:
    def __init__(self, number, name):
        self.id = number
        self.name = name
        self.api_token = str(uuid.uuid4())
        self.view_token = str(uuid.uuid4())


class Redis:
    """A redis-server on a Unix socket."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = os.path.join(folder, "redis.sock")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes"],
            stdout=subprocess.DEVNULL,
        )
        eventually(self._answers, what="answer of Redis")

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Server:
    def __init__(self, private_redis=True, options=()):
        """`options` are further ones of `howused serve`."""
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="howused-")
        self.redis = None if private_redis else Redis(self.folder)
        self.store = ["--data-dir", os.path.join(self.folder, "data")]
        if self.redis:
            self.store += ["--redis-url", f"unix://{self.redis.socket}"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.log = open(os.path.join(self.folder, "log"), "wb")

    def start(self):
        if self.redis and not self.redis.process:
            self.redis.start()
        command = [BINARY, "serve", "--port", str(self.port), "--threads", "1", *self.options, *self.store]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        eventually(lambda: self.get("/health")[0] == 200, 30, f"ready server (see {self.log.name})")
        return self

    def close(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.redis:
            self.redis.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_bot(self, bot):
        subprocess.run(
            [BINARY, "bot", "add", str(bot.id), "--name", bot.name, "--api-token", bot.api_token]
            + ["--view-token", bot.view_token, *self.store],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        eventually(lambda: self.ask("/online", bot)["ok"], what="bot on the server")
        return bot

    def get(self, path, headers={}):
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def ask(self, path, bot, **query):
        """The JSON of a statistics query, with the bot's view token."""
        query = urllib.parse.urlencode({"id": bot.id, "token": bot.view_token, **query})
        status, _, body = self.get(f"{path}?{query}")
        assert status == 200, f"{path}: {status} {body[:300]}"
        return json.loads(body)

    def post(self, bot, body):
        data = json.dumps({"botId": bot.id, "apiToken": bot.api_token, **body}).encode()
        request = urllib.request.Request(self.address + "/api", data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return json.loads(error.read())

    def send(self, bot, event, user, **more):
        answer = self.post(bot, {"requestType": "event", "event": event, "userId": user, **more})
        assert answer == {"ok": True}, answer

    def wait_counted(self, bot, uses):
        """Until the statistics have caught up with what was sent."""
        eventually(lambda: self.uses(bot) == uses, what=f"count of {uses} uses")

    def uses(self, bot):
        answer = self.ask("/stats", bot, metric="uses", period="7d", divider="1h")
        return sum(series["total"] for series in answer["series"])
