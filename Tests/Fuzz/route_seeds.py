"""Writes requests to every route into a folder, and the values that they are made of, as inputs for the route fuzzer:
route_seeds.py FOLDER. What an input's first byte means stands in RouteFuzzer.swift."""

import hashlib
import os
import sys

TOKEN = "id=1&token=view-token"
PATHS = [
    "/", "/charts", "/charts/", "/bin/charts/6438/19/678cf4eb?id=1&token=view-token&event=a,b&period=3d&divider=24h",
    "/charts/assets/0/app.js", "/charts/assets/0/uplot.css", "/charts/assets/0/none", "/health", "/openapi.json",
    "/nowhere", "/api", "/%2e%2e/", "/charts?lang=ru#part", "//charts", "*", "http://a/charts",
    f"/stats?{TOKEN}", f"/stats?{TOKEN}&metric=users&period=30m&divider=1m&tz=Asia/Tokyo",
    f"/stats?{TOKEN}&metric=uses&from=2026-11-01&to=2026-11-22T10:00:00Z&segment=param_1&format=csv",
    f"/stats?{TOKEN}&metric=online&divider=7d&period=10w&tz=America/New_York",
    f"/stats?{TOKEN}&metric=new&type=update", f"/stats?{TOKEN}&event=%D1%81%D1%82&param_2=a&segment=event&divider=5m",
    f"/stats?{TOKEN}&from=1795000000&to=1795341600&divider=15m", f"/summary?{TOKEN}&tz=Europe/Moscow",
    f"/online?{TOKEN}&seconds=60,120,600", f"/live?{TOKEN}&seconds=5",
]
METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"]
FIELDS = [
    ["Accept-Language: ru-RU,ru;q=0.9,en;q=0.8", "Accept-Encoding: gzip, deflate, br"],
    ["Accept-Language: -", "Accept-Encoding: gzip;q=0", "If-None-Match: W/\"a\", \"b\""],
    ["If-None-Match: *", "Authorization: Bearer view-token", "Connection: close"],
    ["Authorization: bearer ", "Range: bytes=0-", "Expect: 100-continue", "Content-Length: 0"],
    ["Content-Encoding: gzip", "Transfer-Encoding: chunked", "Upgrade: websocket", "Connection: Upgrade"],
]
BODY = b'{"botId":1,"apiToken":"api-token","requestType":"event","event":"/start","userId":42}'
CHUNKED = b"55\r\n" + BODY + b"\r\n0\r\n\r\n"
VALUES = [
    "en-GB, ru;q=0.5", "*;q=0", "gzip;q=0.5, *", "W/\"a\", \"b\"", "multipart/form-data; boundary=\"a b\"",
    "application/json; charset=utf-8",
]


def request(method, path, fields, body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def requests():
    for index, path in enumerate(PATHS):
        yield request("GET", path, FIELDS[index % len(FIELDS)])
        yield request(METHODS[index % len(METHODS)], path, [])
    for path in ["/api", "/", "/stats"]:
        yield request("POST", path, [f"Content-Length: {len(BODY)}"], BODY)
        yield request("POST", path, ["Transfer-Encoding: chunked"], CHUNKED)
        yield request("POST", path, ["Content-Encoding: zstd", f"Content-Length: {len(BODY)}"], BODY)
    # One behind the other on a connection.
    event = request("POST", "/api", [f"Content-Length: {len(BODY)}"], BODY)
    yield event + event + request("GET", "/charts", []) + event
    yield request("GET", "/health", []) + request("POST", "/api", ["Transfer-Encoding: chunked"], CHUNKED)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    seeds = [cut + seed for number, seed in enumerate(requests()) for cut in (b"0", b"%c" % b"123p"[number % 4])]
    seeds += [b"?" + path.partition("?")[2].encode() for path in PATHS if "?" in path]
    seeds += [b"," + value.encode() for value in VALUES]
    for seed in seeds:
        with open(f"{folder}/{hashlib.sha1(seed).hexdigest()}", "wb") as file:
            file.write(seed)


if __name__ == "__main__":
    main(sys.argv[1])
