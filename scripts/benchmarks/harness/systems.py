"""The systems that are compared. Each starts its server on a free port beside a private Redis, knows what a request
to it looks like, and stops what it started."""

import json
import os
import socket
import urllib.parse

from .process import Process, eventually, run
from .workload import compact, fragment

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = f"{HERE}/peers"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class System:
    name = ""
    title = ""
    authorises = True   # and validates
    path = "/api"

    def __init__(self, context):
        self.context = context

    def start(self, folder, redis, workload, threads):
        self.folder, self.redis, self.workload, self.threads = folder, redis, workload, threads
        self.port = free_port()
        self.process = self.launch()
        eventually(self._listens, 30, f"{self.title} to listen")

    def launch(self):
        raise NotImplementedError

    def spawn(self, arguments, **options):
        return Process(arguments, log=f"{self.folder}/{self.name}.log", **options)

    def _listens(self):
        if not self.process.alive():
            raise RuntimeError(f"{self.title} ended:\n{self.process.log_tail()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except ConnectionError:
            return False
        return self.ready()

    def ready(self):
        return True

    def stop(self):
        self.process.stop()

    # What a request looks like.

    def body(self, bot, fields):
        return compact({"botId": bot.id, "apiToken": bot.token, **fields}).encode()

    def event_request(self, bot, fields):
        return self.workload.http(self.path, self.body(bot, {"requestType": "event", **fields}))

    def online_request(self, bot, **fields):
        return self.workload.http(self.path, self.body(bot, {"requestType": "getOnline", **fields}))

    def online_count(self, answer):
        return json.loads(answer)["onlineCount"]

    def accepted(self, answer):
        return json.loads(answer) == {"ok": True}


class HowUsed(System):
    name = "howused"
    title = "HowUsed"
    arguments: list[str] = []
    data = None

    def launch(self):
        place = self.register()
        return self.spawn([self.context.binary, "serve", "--host", "127.0.0.1", "--port", self.port,
                           "--threads", self.threads, "--bot-rate-limit", 1 << 23, *place, *self.arguments])

    def register(self):
        """Makes the bots known; returns the options that say where everything is."""
        binary = self.context.binary
        self.data = self.data or f"{self.folder}/data"
        place = ["--data-dir", self.data, "--redis-url", f"unix://{self.redis.path}"]
        first, *others = self.workload.bots
        if not self.redis.command("HEXISTS", first.registry, first.id):
            run([binary, "bot", "add", first.id, "--api-token", first.token, "--view-token", first.view_token, *place],
                20)
        # Ten thousand commands would take minutes, so the rest is written as that command does.
        self.redis.pipeline([["HSET", bot.registry, bot.id, bot.record()] for bot in others])
        return place

    def ready(self):
        """Bots may take a moment to be known."""
        from .checks import ask
        status, _ = ask(self.port, self.online_request(self.workload.bots[0]))
        return status == 200

    def batch_request(self, bot, items):
        return self.workload.http(self.path, self.body(bot, {"requestType": "events", "events": items}))


class Nginx(System):
    name = "nginx"
    title = "nginx + Lua"

    def launch(self):
        modules = next(path for path in ("/usr/lib/nginx/modules", "/usr/share/nginx/modules")
                       if os.path.exists(f"{path}/ngx_http_lua_module.so"))
        with open(f"{PEERS}/nginx/nginx.conf") as file:
            text = file.read()
        for name, value in {
            "USER": "user root;" if os.geteuid() == 0 else "", "MODULES": modules, "THREADS": self.threads,
            "FOLDER": self.folder, "SCRIPTS": f"{PEERS}/nginx", "BOTS": self.workload.write_bots(),
            "SOCKET": self.redis.path, "PORT": self.port,
        }.items():
            text = text.replace(f"@{name}@", str(value))
        with open(f"{self.folder}/nginx.conf", "w") as file:
            file.write(text)
        return self.spawn(["nginx", "-p", self.folder, "-e", "stderr", "-c", f"{self.folder}/nginx.conf"])


class Webdis(System):
    name = "webdis"
    title = "webdis, one FCALL"
    authorises = False

    def launch(self):
        with open(f"{PEERS}/webdis/event.lua") as file:
            self.redis.command("FUNCTION", "LOAD", file.read())
        path = f"{self.folder}/webdis.json"
        with open(path, "w") as file:
            json.dump({"redis_host": self.redis.path, "redis_port": 0, "redis_auth": None, "http_host": "127.0.0.1",
                       "http_port": self.port, "threads": self.threads, "pool_size": self.context.webdis_pool,
                       "daemonize": False, "websockets": False, "database": 0, "verbosity": 1,
                       "http_max_request_size": 1 << 20, "logfile": f"{self.folder}/webdis.log"}, file)
        return self.spawn(["webdis", path])

    @staticmethod
    def command(*parts):
        return "/".join(urllib.parse.quote(part, safe='":,{}_') for part in parts).encode()

    def event_request(self, bot, fields):
        body = self.command("FCALL", "event", "2", bot.stream, bot.online, fragment(bot, fields), str(fields["userId"]))
        return self.workload.http("/", body, content_type="text/plain")

    def online_request(self, bot):
        # It can't compute the time, so this counts everything from a fixed one: the same work for Redis.
        return self.workload.http("/", self.command("ZCOUNT", bot.online, "1600000000000", "+inf"), "text/plain")

    def online_count(self, answer):
        return json.loads(answer)["ZCOUNT"]

    def accepted(self, answer):
        return json.loads(answer) == {"FCALL": "OK"}


class FastAPI(System):
    name = "fastapi"
    title = "FastAPI + redis-py"

    def launch(self):
        env = {"BENCH_BOTS": self.workload.write_bots(), "BENCH_REDIS": self.redis.path,
               "PYTHONDONTWRITEBYTECODE": "1"}
        return self.spawn([self.context.venv + "/bin/uvicorn", "app:app", "--host", "127.0.0.1", "--port", self.port,
                           "--workers", self.threads, "--no-access-log", "--log-level", "warning"],
                          cwd=f"{PEERS}/fastapi", env=env)


class Node(System):
    name = "node"
    title = "Node http"

    def launch(self):
        env = {"BENCH_BOTS": self.workload.write_bots(), "BENCH_REDIS": self.redis.path,
               "BENCH_PORT": str(self.port), "BENCH_THREADS": str(self.threads)}
        return self.spawn(["node", f"{PEERS}/node/server.js"], env=env)


SYSTEMS = {system.name: system for system in (HowUsed, Nginx, Webdis, FastAPI, Node)}
