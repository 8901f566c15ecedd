"""What schemathesis asks before it sends a request: with tokens, most requests are about the bot that exists."""

import os

import schemathesis

BOT = os.environ.get("BOT")
API_TOKEN = os.environ.get("API_TOKEN")
VIEW_TOKEN = os.environ.get("VIEW_TOKEN")


@schemathesis.hook
def before_call(context, case, kwargs):
    if not BOT:
        return
    if case.path == "/api":
        if isinstance(case.body, dict):
            case.body = {**case.body, "botId": int(BOT), "apiToken": API_TOKEN}
    elif isinstance(case.query, dict) and ("id" in case.query or "token" in case.query):
        case.query["id"] = BOT
        case.query["token"] = VIEW_TOKEN
