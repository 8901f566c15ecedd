#!/usr/bin/env python3
"""Makes an archive of very many very small segments, sealed by the hour, to see what their number alone costs.

    scripts/benchmarks/segments.py FOLDER [SEGMENTS] [PARTITIONS]

FOLDER is a data folder without an archive. Then, with time(1) before each: `howused archive verify`, `archive status`, and
`howused serve`, whose log tells when it archives.
"""

import hashlib
import os
import struct
import sys
import time

START = 1_700_000_000_000 // 3_600_000 * 3_600_000
HOUR = 3_600_000


def skippable(content):
    return struct.pack("<II", 0x184D2A50, len(content)) + content


def stored(text):
    """A zstd frame of one block that isn't compressed, of up to 255 bytes."""
    return struct.pack("<IBB", 0xFD2FB528, 0x20, len(text)) + struct.pack("<I", 1 | len(text) << 3)[:3] + text


def ids(*milliseconds):
    return b"".join(struct.pack("<QQ", value, 0) for value in milliseconds)


def segment(partition, number):
    at = START + number * HOUR
    previous = at - HOUR if number > 1 else 0
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at // 1000))
    line = f'{{"id":"{at}-0","partition":{partition},"time":"{stamp}","botId":1234567,"userId":42,"event":"/start"}}\n'
    text = line.encode()
    data = stored(text)
    trailer = b"HUb1" + struct.pack("<HHIIII", partition, 0, 1, len(text), len(data), 0) + ids(previous, at, at)
    data += skippable(trailer)
    footer = b"HowUsed1" + struct.pack("<HHIQ", partition, 0, 1, number) + ids(previous, at, at)
    footer += struct.pack("<QQqqQ", 1, len(text), at, at, len(data))
    data += struct.pack("<II", 0x184D2A50, len(footer) + 32) + footer
    return stamp[:10], data + hashlib.sha256(data).digest()


def main(folder, segments=300_000, partitions=16):
    archive = os.path.join(folder, "archive")
    dates = set()
    for partition in range(partitions):
        log = os.path.join(archive, "log", f"p{partition:02}")
        os.makedirs(log)
        for number in range(1, segments // partitions + 1):
            date, data = segment(partition, number)
            dated = os.path.join(archive, f"date={date}")
            if date not in dates:
                os.makedirs(dated)
                dates.add(date)
            path = os.path.join(log, f"seg-{number:016}.ndjson.zst")
            with open(path, "wb") as file:
                file.write(data)
            os.link(path, os.path.join(dated, f"p{partition:02}-{number:016}.ndjson.zst"))


if __name__ == "__main__":
    main(sys.argv[1], *(int(value) for value in sys.argv[2:4]))
