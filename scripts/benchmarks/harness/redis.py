"""A private redis-server on a Unix socket in a temporary folder, and the few lines that talk to it."""

import os
import socket

from .process import Process, eventually


class Redis:
    def __init__(self, folder, appendonly=False):
        self.path = os.path.join(folder, "redis.sock")
        self.process = Process(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--unixsocketperm", "777", "--dir", folder,
             "--save", "", "--appendonly", "yes" if appendonly else "no", "--appendfsync", "everysec",
             "--maxclients", "15000", "--daemonize", "no", "--loglevel", "warning"],
            log=os.path.join(folder, "redis.log"))
        eventually(self._answers, 10, "redis-server")

    def _answers(self):
        if not self.process.alive():
            raise RuntimeError("redis-server ended:\n" + self.process.log_tail())
        try:
            return self.command("PING") == "PONG"
        except (FileNotFoundError, ConnectionError):
            return False

    def command(self, *arguments):
        return self.pipeline([arguments])[0]

    def pipeline(self, commands):
        """Replies in order; at most a few ten thousand commands, since replies are read after the last was sent."""
        if not commands:
            return []
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(60)
            link.connect(self.path)
            link.sendall(b"".join(encode(command) for command in commands))
            with link.makefile("rb") as replies:
                return [_reply(replies) for _ in commands]

    def events(self):
        """How many events were ever added to the streams, whether trimmed since or not, as (added, still there)."""
        added = waiting = 0
        for key in self.command("KEYS", "hu:{*}:events"):
            info = self.command("XINFO", "STREAM", key)
            fields = dict(zip(info[::2], info[1::2]))
            added += fields["entries-added"]
            waiting += fields["length"]
        return added, waiting

    def command_stats(self):
        """Of each command how often it was called, and how many seconds it took by Redis's own count."""
        found = {}
        for line in self.command("INFO", "commandstats").splitlines():
            if line.startswith("cmdstat_"):
                name, _, figures = line.removeprefix("cmdstat_").partition(":")
                name = name.split("|")[0]    # XINFO|STREAM
                figures = dict(figure.split("=") for figure in figures.split(","))
                calls, seconds = found.get(name, (0, 0.0))
                found[name] = (calls + int(figures["calls"]), seconds + int(figures["usec"]) / 1e6)
        return found

    def command_seconds(self):
        return {name: seconds for name, (_, seconds) in self.command_stats().items()}

    def stop(self):
        self.process.stop()


def encode(command):
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _reply(stream):
    line = stream.readline()
    if not line:
        raise ConnectionError("redis closed the connection")
    kind, value = line[:1], line[1:-2]
    if kind == b"+":
        return value.decode()
    if kind == b"-":
        raise RuntimeError("redis: " + value.decode())
    if kind == b":":
        return int(value)
    if kind == b"$":
        if value == b"-1":
            return None
        return stream.read(int(value) + 2)[:-2].decode("utf-8", "replace")
    return [_reply(stream) for _ in range(int(value))]
