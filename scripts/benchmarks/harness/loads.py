"""Runs of the load generators. Each returns what the generator reported, with CPU per request added by the caller."""

import json
import os

from .process import Process, run

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def result(output):
    for line in output.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line[7:])
    raise RuntimeError("no result from the load generator:\n" + output[-2000:])


def closed_arguments(port, requests, seconds, connections=64, threads=2):
    return ["wrk", "-t", min(threads, connections), "-c", connections, "-d", f"{seconds}s", "--timeout", "10s",
            "-s", f"{HERE}/load/replay.lua", f"http://127.0.0.1:{port}/", "--", requests]


def closed_background(log, *arguments, **options):
    return Process(closed_arguments(*arguments, **options), log=log)


def closed(port, requests, seconds, connections=64, threads=2):
    """wrk: every connection sends its next request when the last one was answered."""
    report = result(run(closed_arguments(port, requests, seconds, connections, threads), timeout=seconds + 60))
    report["per_second"] = report["requests"] / (report["duration_us"] / 1e6)
    return report


def closed_many(tools, port, requests, seconds, connections=64):
    """The same for files of more than some ten thousand requests: reading those takes wrk's Lua up to a minute, during
    which its other thread is at work already."""
    report = result(run(open_arguments(tools, port, requests, 0, seconds, connections=connections, warmup=0),
                        timeout=seconds + 60))
    bad = report["failed"] + report["unanswered"]
    if bad:
        raise RuntimeError(f"{bad} of {report['requests']} requests failed: {report}")
    return {**report, "per_second": report["rate"]}


def open_arguments(tools, port, requests, rate, seconds, connections=64, warmup=0.5, hold=0, expect='"ok":true'):
    return [f"{tools}/openload", "--port", port, "--rate", rate, "--seconds", seconds, "--connections", connections,
            "--warmup", warmup, "--hold", hold, "--requests", requests, "--expect", expect]


def open_loop(tools, port, requests, rate, seconds, nice=0, **options):
    """openload: requests are due by schedule, latency counts from when they were due."""
    return result(run(open_arguments(tools, port, requests, rate, seconds, **options),
                      timeout=seconds + 60, nice=nice))


def open_background(tools, log, port, requests, rate, seconds, nice=0, **options):
    return Process(open_arguments(tools, port, requests, rate, seconds, **options), log=log, nice=nice)


def raw(tools, socket, requests, replies, seconds=600, count=None, connections=4, depth=32):
    arguments = [f"{tools}/rawload", "replay", "--socket", socket, "--requests", requests, "--replies", replies,
                 "--connections", connections, "--depth", depth, "--seconds", seconds]
    if count:
        arguments += ["--count", count]
    report = result(run(arguments, timeout=700))
    report["per_second"] = report["requests"] / (report["duration_us"] / 1e6)
    return report


def fill_online(tools, socket, key, count):
    result(run([f"{tools}/rawload", "online", "--socket", socket, "--key", key, "--count", count],
               timeout=300))
