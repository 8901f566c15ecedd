"""What a request costs, and where: scripts/benchmarks/profile.py event|online [--system howused|webdis|…]

Prints system calls a request (strace), user and kernel share and the top functions (perf), and, with --callgrind,
instructions, allocations and reference counting a request, in user space (valgrind; exact, and steady even on a busy
machine, so it's what to compare two versions by). Needs Debian's linux-perf, strace and valgrind.
"""

import argparse
import collections
import os
import re
import shutil
import signal
import subprocess
import time

from harness import loads, prepare, systems
from harness.measure import Context, Meter, event_file, online_file
from harness.workload import Workload

ROOT = prepare.HERE.rsplit("/scripts/", 1)[0]
COUNTED = ["swift_retain", "swift_release", "swift_beginAccess", "swift_allocObject", "malloc",
           "swift_isUniquelyReferenced_nonNull_native"]


def attached(context, name, kind, tool, seconds=4):
    """Runs the load with a tool attached to the server; returns how many requests it saw."""
    with context.folder() as folder, context.redis(folder) as redis:
        workload = Workload(folder)
        with context.running(name, folder, redis, workload) as system:
            requests = (event_file if kind == "event" else online_file)(system, workload)
            loads.closed(system.port, requests, 1)
            watcher = subprocess.Popen([*tool, "-p", ",".join(map(str, system.process.tree()))], stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            with Meter(system.process, redis) as meter:
                report = loads.closed(system.port, requests, seconds)
            watcher.send_signal(signal.SIGINT)
            watcher.wait(60)
            return meter.per_request(report)


def system_calls(context, name, kind, folder):
    output = f"{folder}/strace"
    report = attached(context, name, kind, ["strace", "-f", "-c", "-o", output])
    print(f"\nsystem calls a request ({name}, {kind}; strace slows it down, so ticks hold fewer requests)")
    with open(output) as file:
        for line in file:
            fields = line.split()
            if len(fields) >= 5 and fields[3].isdigit() and int(fields[3]) / report["requests"] >= 0.01:
                print(f"  {int(fields[3]) / report['requests']:6.2f}  {fields[-1]}")


def shares(context, name, kind, folder):
    output = f"{folder}/perf.data"
    report = attached(context, name, kind, ["perf", "record", "-q", "-F", "4999", "-o", output])
    print(f"\nwhere the {report['server_us']:.2f} µs of a request go ({name}, {kind})")
    for sort, lines in (("dso", 6), ("symbol", 40)):
        listed = subprocess.run(["perf", "report", "-i", output, "--stdio", "--sort", sort], capture_output=True, text=True)
        listed = demangled([line for line in listed.stdout.splitlines() if line and not line.startswith("#")][:lines])
        print(*(re.sub(r"\s+-\s+-\s*$", "", line)[:130] for line in listed), sep="\n", end="\n\n")


def demangled(lines):
    if not shutil.which("swift"):
        return lines
    return subprocess.run(["swift", "demangle", "--simplified"], input="\n".join(lines), capture_output=True,
                          text=True).stdout.splitlines()


class UnderCallgrind(systems.HowUsed):
    output = ""

    def spawn(self, arguments, **options):
        tool = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={self.output}"]
        return super().spawn([*tool, *arguments], **options)


def instructions(context, kind, folder):
    # valgrind cannot read Swift's debug information; it gets by with the symbols.
    binary = f"{folder}/howused"
    whole = f"{context.binary}.debug"   # where scripts/build leaves the symbols
    whole = whole if os.path.exists(whole) else context.binary
    subprocess.run(["objcopy", "--strip-debug", whole, binary], check=True)
    context.binary, context.threads = binary, 1
    UnderCallgrind.output = f"{folder}/callgrind"
    systems.SYSTEMS["howused"] = UnderCallgrind
    with context.folder() as place, context.redis(place) as redis:
        workload = Workload(place)
        with context.running("howused", place, redis, workload) as system:
            requests = (event_file if kind == "event" else online_file)(system, workload)
            loads.closed(system.port, requests, 2)
            for state in ("on", "off"):
                subprocess.run(["callgrind_control", "-i", state, str(system.process.pid)], check=True,
                               stdout=subprocess.DEVNULL)
                if state == "on":
                    report = loads.closed(system.port, requests, 6)
    cost, calls = read_callgrind(UnderCallgrind.output)
    total = sum(cost.values()) / report["requests"]
    print(f"\n{total:,.0f} instructions a request in user space ({kind}, one thread)")
    for function in COUNTED:
        print(f"  {calls[function] / report['requests']:7.2f} × {function}")
    top = cost.most_common(40)
    for line in demangled([f"  {value / report['requests']:8,.0f}  {name}" for name, value in top]):
        print(line[:130])


def read_callgrind(path):
    """(instructions of each function itself, how often it was called); the format: valgrind's manual, cl-format."""
    names, cost, calls = {}, collections.Counter(), collections.Counter()

    def name(text):
        number, _, given = text.partition(" ")
        if given:
            names[number] = given
        return names[number]

    function, skip = "", False
    with open(path, errors="replace") as file:
        for line in file:
            if line.startswith("fn="):
                function = name(line[3:].rstrip())
            elif line.startswith("cfn="):
                called = name(line[4:].rstrip())
            elif line.startswith("calls="):
                calls[called] += int(line[6:].split()[0])
                skip = True   # the next line is the cost of the call, which is the called function's own
            elif line[0] in "+-*0123456789":
                if not skip:
                    cost[function] += int(line.split()[1])
                skip = False
    return cost, calls


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["event", "online"])
    parser.add_argument("--system", default="howused", choices=list(systems.SYSTEMS))
    parser.add_argument("--binary", default=f"{ROOT}/.build/release/howused")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--callgrind", action="store_true")
    chosen = parser.parse_args()
    for name, value in {"appendonly": False, "webdis_pool": 1, "server_arguments": []}.items():
        setattr(chosen, name, value)
    context = Context(chosen, prepare.compile_tools(f"{ROOT}/.build/bench/tools"), f"{ROOT}/.build/bench/venv")
    with context.folder() as folder:
        if chosen.callgrind:
            instructions(context, chosen.kind, folder)
        else:
            system_calls(context, chosen.system, chosen.kind, folder)
            shares(context, chosen.system, chosen.kind, folder)


if __name__ == "__main__":
    main()
