"""Counts an archive's segments as a person with DuckDB would: count.py THREADS FILES PARAMS. FILES is a pattern, PARAMS
how many params the events have: more would only cost. By the hour: uses by event and params, and users, approximately, of
everything, of each event, of each param's values, and of these in each event. Prints one line of JSON."""

import json
import sys

import duckdb

threads, files, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
params = [f"param_{number}" for number in range(1, count + 1)]
columns = {"time": "TIMESTAMP", "userId": "BIGINT", "event": "VARCHAR", **dict.fromkeys(params, "VARCHAR")}

database = duckdb.connect()
database.execute(f"SET threads = {threads}")
database.execute("SET preserve_insertion_order = false")
names = ", ".join(params)
database.execute(f"""
  CREATE TABLE events AS
  SELECT date_trunc('hour', time) AS hour, userId, event, {names}
  FROM read_json($files, format = 'newline_delimited', compression = 'zstd', columns = {columns})""", {"files": files})
database.execute(f"CREATE TABLE uses AS SELECT hour, event, {names}, count(*) AS uses FROM events GROUP BY ALL")
sets = ["(hour)", "(hour, event)"]
for name in params:
    sets += [f"(hour, {name})", f"(hour, event, {name})"]
database.execute(f"""
  CREATE TABLE users AS
  SELECT hour, event, {names}, approx_count_distinct(userId) AS users
  FROM events GROUP BY GROUPING SETS ({", ".join(sets)})""")
uses, combinations = database.execute("SELECT sum(uses), count(*) FROM uses").fetchone()
rows = database.execute("SELECT count(*) FROM users").fetchone()[0]
print("RESULT " + json.dumps({"uses": int(uses), "combinations": combinations, "rows": rows}))
