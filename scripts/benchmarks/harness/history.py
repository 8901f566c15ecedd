"""A bot's past, as the archive files that a server would have written, and what is in them."""

import datetime
import glob
import hashlib
import os
import re
import struct
import tempfile
import time

from . import loads
from .process import run
from .workload import PARTITIONS, mix

A_DAY = 435_000
USERS = 300_000
# Where in a segment's footer, counted from its start, its number, its first id and its count are, as SegmentFooter.swift
# says; and its size without the SHA-256.
NUMBER, FIRST, COUNT, SIZE = 24, 48, 80, 120


class History:
    """Ends with the last full hour. `truth` is what the maker of the files counted; see load/makearchive.c."""

    def __init__(self, context, bot, days, a_day=A_DAY, users=USERS, frame_seconds=60):
        self.bot, self.days = bot, days
        self.place = tempfile.TemporaryDirectory(prefix="hub-", dir="/tmp")
        self.data = f"{self.place.name}/data"
        self.partition = mix(bot.id) % PARTITIONS
        self.end = int(time.time()) // 3600 * 3600
        self.log = f"{self.data}/archive/log/p{self.partition:02}"
        self.statistics = f"{self.data}/archive/statistics/p{self.partition:02}"
        os.makedirs(self.log)
        self.truth = loads.result(run(
            [f"{context.tools}/makearchive", "--folder", self.log, "--partition", self.partition, "--bot", bot.id, "--end",
             self.end, "--days", days, "--a-day", a_day, "--users", users, "--frame-seconds", frame_seconds], 600))
        # Events and the first one's month by segment.
        self.segments = dict(_sealed(path) for path in sorted(glob.glob(f"{self.log}/seg-*")))

    def close(self):
        self.place.cleanup()

    def remove_statistics(self):
        for path in glob.glob(f"{self.data}/archive/statistics/*/*") + glob.glob(f"{self.data}/archive/statistics/*/.*"):
            os.unlink(path)

    def files(self):
        """Bytes of the statistics' files, by name."""
        found = {}
        for path in glob.glob(f"{self.statistics}/*.hur"):
            try:
                found[os.path.basename(path)] = os.path.getsize(path)
            except FileNotFoundError:
                pass
        return found

    def events_in(self, name):
        """How many events a day's or a month's file holds."""
        if month := re.fullmatch(r"month-(\d{4}-\d\d)-\d+\.hur", name):
            return sum(count for count, of in self.segments.values() if of == month[1])
        first, last = (int(number) for number in re.fullmatch(r"(?:day|min)-(\d+)-(\d+)\.hur", name).groups())
        return sum(count for number, (count, _) in self.segments.items() if first <= number <= last)

    def is_covered(self):
        """Whether a file of the statistics says that it knows the last segment."""
        return any(int(re.findall(r"\d+", name)[-1]) >= len(self.segments) for name in self.files())


def _sealed(path):
    """Adds the SHA-256 to a segment."""
    with open(path, "r+b") as file:
        content = file.read()
        file.write(hashlib.sha256(content).digest())
    footer = content[-SIZE:]
    number, = struct.unpack_from("<Q", footer, NUMBER)
    first, = struct.unpack_from("<Q", footer, FIRST)
    count, = struct.unpack_from("<Q", footer, COUNT)
    return number, (count, datetime.datetime.fromtimestamp(first / 1000, datetime.UTC).strftime("%Y-%m"))
