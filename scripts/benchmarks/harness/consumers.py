"""What reads the streams behind ingest: how the archive and the statistics are kept off, and when the latter are done."""

from .workload import PARTITIONS

# No event's id is later, so whoever has read through here finds nothing new.
END = f"{2**64 - 2}-0"


def archive_off(redis):
    """Somebody else holds the leases of all partitions."""
    redis.pipeline([["SET", "hu:{p%02d}:archive:lease" % partition, "benchmark", "PX", 600_000]
                    for partition in range(PARTITIONS)])


def statistics_off(redis):
    """As if everything that will ever come were counted already. The streams are still looked at."""
    redis.pipeline([["SET", "hu:{p%02d}:stats:position" % partition, END] for partition in range(PARTITIONS)])


def counted(redis):
    """Whether the statistics have everything that is in the streams."""
    for key in redis.command("KEYS", "hu:{*}:events"):
        info = redis.command("XINFO", "STREAM", key)
        last = dict(zip(info[::2], info[1::2]))["last-generated-id"]
        if redis.command("GET", key.replace(":events", ":stats:position")) != last:
            return False
    return True
