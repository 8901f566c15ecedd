// The peer "Node": its own http module, one process a worker, and a minimal pipelined Redis client.
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const fs = require('node:fs');
const { Redis } = require('./redis.js');

const { BENCH_PORT, BENCH_REDIS, BENCH_BOTS, BENCH_THREADS } = process.env;

if (cluster.isPrimary) {
  for (let i = 0; i < Number(BENCH_THREADS); i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  serve();
}

function serve() {
  const bots = new Map(Object.entries(JSON.parse(fs.readFileSync(BENCH_BOTS, 'utf8'))));
  const redis = new Redis(BENCH_REDIS);

  const answer = (response, status, body) => {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  };
  const refuse = (response, status, error, field, description) =>
    answer(response, status, { ok: false, error_code: status, error, field, description });

  const integer = (value, low, high) => {
    if (typeof value === 'string' && /^-?[1-9]\d{0,18}$/.test(value)) value = Number(value);
    return Number.isInteger(value) && value >= low && value <= high && value !== 0 ? value : undefined;
  };

  function event(response, bot, botId, body) {
    const { event } = body;
    const length = typeof event === 'string' ? [...event].length : 0;
    if (length < 3 || length > 20 || /[\x00-\x1f]/.test(event)) {
      return refuse(response, 400, 'invalid_event', 'event', 'Bad Request: event must be 3 to 20 characters');
    }
    const userId = integer(body.userId, -(2 ** 63), 2 ** 63);
    if (userId === undefined) {
      return refuse(response, 400, 'invalid_user_id', 'userId', 'Bad Request: userId must be an integer');
    }
    const record = { botId, userId, event };
    for (const name of ['param_1', 'param_2', 'param_3']) {
      const value = body[name];
      if (value === undefined || value === null || value === '') continue;
      const text = String(value);
      if (typeof value === 'object' || Buffer.byteLength(text) > 256) {
        return refuse(response, 400, 'invalid_param', name, `Bad Request: ${name} must be text of up to 256 bytes`);
      }
      record[name] = text;
    }
    const registered = body.userRegisterTime ?? body.registerTime;
    if (registered !== undefined) {
      const seconds = Math.floor(Number(registered));
      if (!(seconds >= 1262304000 && seconds <= Date.now() / 1000 + 86400)) {
        return refuse(response, 400, 'invalid_user_register_time', 'userRegisterTime', 'Bad Request: userRegisterTime');
      }
      record.userRegisterTime = seconds;
    }
    const fragment = JSON.stringify(record).slice(1, -1);
    let failure = null;
    redis.send(['XADD', bot.stream, '*', 'e', fragment], (error) => { failure = error; });
    redis.send(['ZADD', bot.online, 'GT', String(Date.now()), String(userId)], (error) =>
      error ?? failure
        ? refuse(response, 503, 'unavailable', undefined, 'Service Unavailable: the event was not stored')
        : answer(response, 200, { ok: true }));
  }

  function getOnline(response, bot, body) {
    const seconds = Math.min(integer(body.seconds ?? 120, 1, Number.MAX_SAFE_INTEGER) ?? 0, 600);
    if (!seconds) {
      return refuse(response, 400, 'invalid_seconds', 'seconds', 'Bad Request: seconds must be an integer of at least 1');
    }
    redis.send(['ZCOUNT', bot.online, String(Date.now() - seconds * 1000), '+inf'], (error, onlineCount) =>
      error
        ? refuse(response, 503, 'unavailable', undefined, 'Service Unavailable: Redis did not answer')
        : answer(response, 200, { ok: true, onlineCount }));
  }

  function handle(response, text) {
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      return refuse(response, 400, 'invalid_json', undefined, 'Bad Request: the body must be JSON');
    }
    const botId = integer(body?.botId, 1, 2 ** 53);
    if (botId === undefined) return refuse(response, 400, 'invalid_bot_id', 'botId', 'Bad Request: botId');
    const bot = bots.get(String(botId));
    if (bot === undefined || bot.token !== body.apiToken) {
      return refuse(response, 401, 'unauthorized', undefined, 'Unauthorized: unknown bot or wrong token');
    }
    if (body.requestType === 'event') return event(response, bot, botId, body);
    if (body.requestType === 'getOnline') return getOnline(response, bot, body);
    refuse(response, 400, 'invalid_request_type', 'requestType', 'Bad Request: unknown requestType');
  }

  const server = http.createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/api') {
      return refuse(response, 404, 'not_found', undefined, 'Not Found');
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => handle(response, chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString()));
  });
  server.keepAliveTimeout = 300000;
  server.listen(Number(BENCH_PORT), '127.0.0.1', 4096);
}
