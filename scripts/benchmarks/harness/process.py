"""Processes that the benchmark starts: their CPU time and memory, and an end for each of them, whatever happens."""

import atexit
import ctypes
import os
import signal
import subprocess
import tempfile
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
_running: list["Process"] = []


def _die_with_parent():
    """Should the benchmark itself be killed, its children must not stay behind. PR_SET_PDEATHSIG = 1."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _prepared(nice):
    """What a child does first; it goes without the higher priority where that isn't allowed."""
    def prepare():
        _die_with_parent()
        if nice:
            try:
                os.nice(nice)
            except PermissionError:
                pass

    return prepare


class Process:
    """One started program and its descendants. Only these are ever signalled, each by its own id."""

    def __init__(self, arguments, log, env=None, cwd=None, nice=0):
        self.log_path = log
        self.name = os.path.basename(arguments[0])
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(
                [str(argument) for argument in arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=cwd,
                env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=_prepared(nice))
        self.pid = self.popen.pid
        _running.append(self)

    def alive(self):
        return self.popen.poll() is None

    def tree(self):
        """Ids of the process and of all its living descendants."""
        children: dict[int, list[int]] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                fields = _stat(int(name))
                if fields:
                    children.setdefault(int(fields[1]), []).append(int(name))
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """User and system time of the tree, with children that ended already."""
        total = 0
        for pid in self.tree():
            fields = _stat(pid)
            if fields:
                total += sum(int(value) for value in fields[11:15])
        return total / TICK

    def resident_bytes(self):
        total = 0
        for pid in self.tree():
            fields = _stat(pid)
            if fields:
                total += int(fields[21]) * PAGE
        return total

    def wait_idle(self, share, seconds):
        """Until it has used less than that share of a core for a second."""
        used, deadline = self.cpu_seconds(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(1)
            before, used = used, self.cpu_seconds()
            if used - before < share:
                return
        raise RuntimeError(f"{self.name} has something to do for more than {seconds} s")

    def forget_peak(self):
        """Lets `peak_bytes` begin anew (Linux: proc(5), clear_refs)."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")

    def peak_bytes(self):
        """The most resident bytes of the process itself."""
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))

    def stop(self, grace=10.0):
        if self in _running:
            _running.remove(self)
        tree = self.tree() if self.alive() else []
        if self.alive():
            self.popen.terminate()
            try:
                self.popen.wait(grace)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait(5)
        started = {pid for pid in tree if pid != self.pid}
        for attempt in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + 2
            for pid in [pid for pid in started if _stat(pid)]:
                try:
                    os.kill(pid, attempt)
                except ProcessLookupError:
                    pass
            while any(_stat(pid) for pid in started) and time.monotonic() < deadline:
                time.sleep(0.02)

    def log_tail(self, lines=15):
        with open(self.log_path, errors="replace") as file:
            return "".join(file.readlines()[-lines:])


def _stat(pid):
    """Fields of /proc/PID/stat from the state on ([0] state, [1] parent, [11…14] CPU ticks, [21] resident pages)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields


@atexit.register
def stop_all():
    for process in reversed(list(_running)):
        process.stop(grace=3)


def run(arguments, timeout, env=None, nice=0):
    """Runs a program to its end and returns its standard output; a failure shows its standard error."""
    done = subprocess.run(
        [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
        env={**os.environ, **(env or {})}, preexec_fn=_prepared(nice))
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments[:4]))} … failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def measured(arguments, timeout):
    """Runs a program without children to its end: its output, wall and CPU seconds, and most resident bytes."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        popen = subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=subprocess.STDOUT, preexec_fn=_die_with_parent)
        alarm = threading.Timer(timeout, popen.kill)
        alarm.start()
        try:
            _, status, used = os.wait4(popen.pid, 0)
            popen.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            popen.kill()
            raise
        finally:
            alarm.cancel()
        seconds = time.monotonic() - began
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if popen.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments[:3]))} … ended with {popen.returncode}:\n{text[-2000:]}")
    return {"output": text, "seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}


def eventually(condition, seconds, what):
    """Waits until the condition returns something true and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
