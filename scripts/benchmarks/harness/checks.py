"""Whether a system does what it is measured for: right status, right JSON, events really in Redis."""

import json
import socket


def ask(port, request, timeout=5):
    """Sends one prepared request; returns the status and the body."""
    with socket.create_connection(("127.0.0.1", port), timeout) as link:
        link.sendall(request)
        with link.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            length = None
            while (line := stream.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length is None:
                raise RuntimeError("an answer without Content-Length")
            return status, stream.read(length).decode()


def expect(condition, what):
    if not condition:
        raise RuntimeError(what)


def check(system, redis):
    """Sends a few requests of each kind and looks at the answers and into Redis."""
    bot = system.workload.bots[0]
    before, _ = redis.events()
    for user in (1, 2, 3, 2, 1):
        status, answer = ask(system.port, system.event_request(
            bot, {"userId": 900_000_000 + user, "event": "регистрация", "param_1": "en"}))
        expect(status == 200 and system.accepted(answer), f"{system.title}: event answered {status} {answer}")
    after, _ = redis.events()
    expect(after - before == 5, f"{system.title}: {after - before} events in Redis, sent 5")
    status, answer = ask(system.port, system.online_request(bot))
    expect(status == 200, f"{system.title}: getOnline answered {status} {answer}")
    online = system.online_count(answer)
    expect(online == 3, f"{system.title}: {online} users online, expected 3")
    if not system.authorises:
        return
    fields = {"requestType": "event", "userId": 5, "event": "message"}
    for status_wanted, changed in ((401, {"apiToken": "wrong"}), (400, {"event": "ab"}), (400, {"userId": "x"})):
        body = {"botId": bot.id, "apiToken": bot.token, **fields, **changed}
        status, answer = ask(system.port, system.workload.http(system.path, json.dumps(body).encode()))
        expect(status == status_wanted and json.loads(answer)["ok"] is False,
               f"{system.title}: {changed} answered {status} {answer}, expected {status_wanted}")
    expect(redis.events()[0] == after, f"{system.title}: stored a refused event")
