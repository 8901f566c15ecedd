// A minimal pipelined Redis client: the commands of one tick go out in one write, replies match a queue.
'use strict';
const net = require('node:net');

class Redis {
  constructor(path) {
    this.queue = [];
    this.head = 0;
    this.pending = '';
    this.rest = '';
    this.socket = net.connect(path);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text) => this.read(text));
    this.socket.on('close', () => process.exit(1));
  }

  send(parts, reply) {
    if (this.pending === '') setImmediate(() => this.flush());
    let text = `*${parts.length}\r\n`;
    for (const part of parts) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
    this.pending += text;
    this.queue.push(reply);
  }

  flush() {
    this.socket.write(this.pending, 'utf8');
    this.pending = '';
  }

  read(text) {
    const input = this.rest === '' ? text : this.rest + text;
    let at = 0;
    for (;;) {
      const end = input.indexOf('\r\n', at);
      if (end < 0) break;
      const line = input.slice(at + 1, end);
      let next = end + 2, error = null, value = line;
      switch (input[at]) {
        case '$': {
          const length = Number(line);
          if (input.length < next + length + 2) { this.rest = input.slice(at); return; }
          value = input.slice(next, next + length);
          next += length + 2;
          break;
        }
        case ':': value = Number(line); break;
        case '-': error = new Error(line); break;
      }
      at = next;
      const reply = this.queue[this.head++];
      if (this.head > 1024) { this.queue.splice(0, this.head); this.head = 0; }
      if (reply) reply(error, value);
    }
    this.rest = input.slice(at);
  }
}

module.exports = { Redis };
