"""The peer "FastAPI": what most people would write. FastAPI and pydantic, redis-py with hiredis, uvicorn."""

import json
import os
import time
from contextlib import asynccontextmanager
from typing import Annotated, Literal, Union

import redis.asyncio as redis
from fastapi import Body, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

with open(os.environ["BENCH_BOTS"]) as file:
    BOTS = {int(key): value for key, value in json.load(file).items()}


class Event(BaseModel):
    requestType: Literal["event"]
    botId: Annotated[int, Field(ge=1, le=2**53)]
    apiToken: str
    event: Annotated[str, Field(min_length=3, max_length=20, pattern=r"^[^\x00-\x1f]*$")]
    userId: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    param_1: Annotated[str, Field(max_length=256)] | None = None
    param_2: Annotated[str, Field(max_length=256)] | None = None
    param_3: Annotated[str, Field(max_length=256)] | None = None
    userRegisterTime: Annotated[float, Field(ge=1262304000)] | None = None


class GetOnline(BaseModel):
    requestType: Literal["getOnline"]
    botId: Annotated[int, Field(ge=1, le=2**53)]
    apiToken: str
    seconds: Annotated[int, Field(ge=1)] = 120


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = redis.Redis(unix_socket_path=os.environ["BENCH_REDIS"])
    yield
    await app.state.redis.aclose()


app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError):
    first = error.errors()[0]
    return refusal(400, "invalid_request", f"Bad Request: {first['loc']}: {first['msg']}")


def refusal(status: int, code: str, description: str) -> JSONResponse:
    return JSONResponse({"ok": False, "error_code": status, "error": code, "description": description}, status)


@app.post("/api")
async def api(body: Annotated[Union[Event, GetOnline], Body(discriminator="requestType")], request: Request):
    bot = BOTS.get(body.botId)
    if bot is None or bot["token"] != body.apiToken:
        return refusal(401, "unauthorized", "Unauthorized: unknown bot or wrong token")
    store: redis.Redis = request.app.state.redis
    now = int(time.time() * 1000)
    if isinstance(body, GetOnline):
        count = await store.zcount(bot["online"], now - 1000 * min(body.seconds, 600), "+inf")
        return JSONResponse({"ok": True, "onlineCount": count})
    fields = body.model_dump(exclude={"requestType", "apiToken"}, exclude_none=True)
    fragment = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)[1:-1]
    async with store.pipeline(transaction=False) as pipeline:
        pipeline.xadd(bot["stream"], {"e": fragment})
        pipeline.zadd(bot["online"], {str(body.userId): now}, gt=True)
        await pipeline.execute()
    return JSONResponse({"ok": True})
