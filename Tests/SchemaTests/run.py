"""Starts a server with a bot that has some events, and schemathesis against it, twice."""

import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../BrowserTests"))
from howused import Bot, Server  # noqa: E402

# Not those that judge which requests are right: the description can't say all that an address is refused for.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance",
]


def run(server, seconds, seed, environment):
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", f"{server.address}/openapi.json"]
    options = ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-time", str(seconds)]
    # An answer without end has no schema; test_openapi.py reads its first lines.
    options += ["--exclude-path", "/live", "--request-timeout", "10", "--seed", str(seed), "--generation-database", "none"]
    options += ["--warnings", "off", "--continue-on-failure", "--no-shrink", "--max-redirects", "0"]
    variables = {**os.environ, **environment, "SCHEMATHESIS_HOOKS": "tokens", "PYTHONPATH": HERE}
    return subprocess.run(command + options, env=variables, cwd=server.folder, timeout=seconds * 3 + 60).returncode


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    seed = int(os.environ.get("HOWUSED_SEED", random.randrange(1 << 32)))
    print(f"HOWUSED_SEED={seed}", flush=True)
    server = Server()
    try:
        server.start()
        bot = server.add_bot(Bot(1, "schema"))
        for user in range(1, 21):
            server.send(bot, "hello", user, param_1="x", language="en")
        server.wait_counted(bot, 20)
        token = {"BOT": "1", "API_TOKEN": bot.api_token, "VIEW_TOKEN": bot.view_token}
        failed = [name for name, set in (("with tokens", token), ("without", {})) if run(server, seconds, seed, set)]
        health = server.get("/health")
        if health[0] != 200:
            failed.append(f"the server isn't healthy: {health}")
    finally:
        server.close()
    if failed:
        sys.exit(f"schema tests: failed: {', '.join(failed)}")


main()
