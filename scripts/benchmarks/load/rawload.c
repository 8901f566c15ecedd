// The ceiling: Redis commands straight from a pipelining client, without HTTP; and quick filling of a Redis.
//
// rawload replay --socket PATH --requests FILE --replies N [--connections C] [--depth D] [--seconds S] [--count N]
//   Replays records of encoded commands, N replies a record, with D records in flight on each connection.
//   Thirteen '@' in a record become the current time in milliseconds.
// rawload online --socket PATH --key KEY --count N
//   ZADDs members 1…N to KEY, each with the time at which it is sent.
// Prints one line of JSON.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "records.h"

enum { IN = 1 << 20, OUT = 4 << 20 };

struct connection {
  int fd;
  char *out; size_t out_begin, out_end;
  char *in; size_t in_end;
  uint64_t awaited;   // replies
};

static uint64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void open_connection(struct connection *c, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) { fprintf(stderr, "socket path too long\n"); exit(1); }
  strcpy(address.sun_path, path);
  c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) die(path);
  c->out = malloc(OUT); c->in = malloc(IN);
  if (!c->out || !c->in) die("malloc");
}

static void append(struct connection *c, const char *bytes, size_t length) {
  memcpy(c->out + c->out_end, bytes, length);
  c->out_end += length;
}

static void append_record(struct connection *c, struct record r, uint64_t ms) {
  char *start = c->out + c->out_end;
  append(c, r.bytes, r.length);
  char *mark = memmem(start, r.length, "@@@@@@@@@@@@@", 13);
  if (!mark) return;
  char digits[21];
  snprintf(digits, sizeof digits, "%013llu", (unsigned long long)ms);
  memcpy(mark, digits, 13);
}

/// Takes complete replies off the input buffer and returns how many; these commands answer with one line or one bulk.
static uint64_t take_replies(struct connection *c, uint64_t *errors) {
  uint64_t taken = 0;
  size_t at = 0;
  while (at < c->in_end) {
    char *line_end = memchr(c->in + at, '\n', c->in_end - at);
    if (!line_end) break;
    size_t next = (size_t)(line_end - c->in) + 1;
    if (c->in[at] == '$') {
      long length = strtol(c->in + at + 1, NULL, 10);
      if (length >= 0) next += (size_t)length + 2;
      if (next > c->in_end) break;
    } else if (c->in[at] == '-') {
      if (!(*errors)++) fprintf(stderr, "redis: %.*s\n", (int)(next - at), c->in + at);
    }
    at = next; taken++;
  }
  memmove(c->in, c->in + at, c->in_end - at);
  c->in_end -= at;
  return taken;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "", *path = NULL, *file = NULL, *key = NULL;
  int many = 4; uint64_t depth = 32, replies = 1, count = UINT64_MAX; double seconds = 600;
  for (int i = 2; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (!strcmp(name, "--socket")) path = value;
    else if (!strcmp(name, "--requests")) file = value;
    else if (!strcmp(name, "--key")) key = value;
    else if (!strcmp(name, "--replies")) replies = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--connections")) many = atoi(value);
    else if (!strcmp(name, "--depth")) depth = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--seconds")) seconds = atof(value);
    else if (!strcmp(name, "--count")) count = strtoull(value, NULL, 10);
    else { fprintf(stderr, "unknown option %s\n", name); return 2; }
  }
  bool filling = !strcmp(mode, "online");
  if (!path || (filling ? !key : !file) || (!filling && strcmp(mode, "replay")) || many < 1 || many > 256 || !replies) {
    fprintf(stderr, "usage: rawload replay --socket PATH --requests FILE | rawload online --socket PATH --key KEY\n");
    return 2;
  }
  struct records records = {0};
  if (!filling) records = read_records(file); else replies = 1;
  struct connection *all = calloc((size_t)many, sizeof *all);
  struct pollfd *polled = calloc((size_t)many, sizeof *polled);
  for (int i = 0; i < many; i++) open_connection(&all[i], path);
  uint64_t start = now_ns(CLOCK_MONOTONIC), until = start + (uint64_t)(seconds * 1e9);
  uint64_t deadline = until + 10000000000u, sent = 0, done = 0, errors = 0, member = 0;
  for (;;) {
    uint64_t now = now_ns(CLOCK_MONOTONIC);
    bool sending = now < until && (filling ? member < count : sent < count);
    uint64_t ms = now_ns(CLOCK_REALTIME) / 1000000;
    bool waiting = false;
    for (int i = 0; i < many; i++) {
      struct connection *c = &all[i];
      while (sending && c->awaited + replies <= depth * replies) {
        if (filling) {
          if (member >= count || c->out_end + 16384 > OUT) break;
          uint64_t batch = count - member < 200 ? count - member : 200;
          int n = sprintf(c->out + c->out_end, "*%llu\r\n$4\r\nZADD\r\n$%zu\r\n%s\r\n",
                          (unsigned long long)(2 + 2 * batch), strlen(key), key);
          c->out_end += (size_t)n;
          for (uint64_t j = 0; j < batch; j++) {
            char text[24];
            int digits = sprintf(text, "%llu", (unsigned long long)++member);
            n = sprintf(c->out + c->out_end, "$13\r\n%013llu\r\n$%d\r\n%s\r\n",
                        (unsigned long long)ms, digits, text);
            c->out_end += (size_t)n;
          }
        } else {
          struct record r = records.items[sent % records.count];
          if (sent >= count || c->out_end + r.length > OUT) break;
          append_record(c, r, ms);
        }
        sent++; c->awaited += replies;
      }
      while (c->out_begin < c->out_end) {
        ssize_t n = send(c->fd, c->out + c->out_begin, c->out_end - c->out_begin, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR) die("send");
        if (n < 0) break;
        c->out_begin += (size_t)n;
      }
      if (c->out_begin == c->out_end) c->out_begin = c->out_end = 0;
      bool pending = c->out_begin < c->out_end;
      polled[i] = (struct pollfd){.fd = c->fd, .events = (short)(POLLIN | (pending ? POLLOUT : 0))};
      waiting |= c->awaited > 0;
    }
    if (!waiting && !sending) break;
    if (now > deadline) { fprintf(stderr, "no reply within 10 s\n"); return 1; }
    if (poll(polled, (nfds_t)many, 100) < 0 && errno != EINTR) die("poll");
    for (int i = 0; i < many; i++) {
      if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      struct connection *c = &all[i];
      ssize_t n = recv(c->fd, c->in + c->in_end, IN - c->in_end, MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) die("recv");
      if (n < 0) continue;
      c->in_end += (size_t)n;
      uint64_t taken = take_replies(c, &errors);
      c->awaited -= taken; done += taken;
    }
  }
  double took = (double)(now_ns(CLOCK_MONOTONIC) - start) / 1e9;
  printf("RESULT {\"requests\":%llu,\"duration_us\":%.0f,\"errors\":%llu}\n",
         (unsigned long long)(done / replies), took * 1e6, (unsigned long long)errors);
  return errors ? 1 : 0;
}
