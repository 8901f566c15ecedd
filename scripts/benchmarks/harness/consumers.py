"""What reads the streams behind ingest: how the archive and the statistics are kept off."""

from .workload import PARTITIONS

# For `howused serve`.
NO_STATISTICS = ["--no-statistics"]


def archive_off(redis):
    """Somebody else holds the leases of all partitions."""
    redis.pipeline([["SET", "hu:{p%02d}:archive:lease" % partition, "benchmark", "PX", 600_000]
                    for partition in range(PARTITIONS)])
