// An open-loop HTTP load generator: requests are due by a fixed schedule, whether or not earlier ones were
// answered, and a latency is counted from the moment a request was DUE, not from when it could be sent.
// So a server that stops for a second shows as a second of waiting for everyone who came in that second
// (a closed loop such as wrk's would send nothing meanwhile and hide it: "coordinated omission").
//
// openload --port P --rate R --seconds S --connections C --requests FILE [--warmup S] [--hold S] [--expect TEXT]
// A due request goes to the connection that has been idle longest; with none idle it waits its turn. With --rate 0 a
// request is due whenever a connection is idle: a closed loop, for more different requests than wrk's Lua can hold.
// Prints one line of JSON. With --hold, prints "HOLDING" when done and keeps the connections open that long.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "records.h"

enum { BUFFER = 4096 };

struct connection {
  int fd;
  uint64_t due;              // of the request in flight
  const char *rest; size_t rest_length;  // what the socket has not taken yet
  char *buffer; size_t filled;
};

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct connection *connections;
static int *idle; static size_t idle_head, idle_count, connection_count;
static int poller;
static uint32_t *latencies; static size_t latency_count, latency_room;   // µs
static uint64_t failed, completed, warmup_until;
static const char *expected;

static void add_latency(uint64_t due, uint64_t end) {
  if (due < warmup_until) return;
  uint64_t us = (end - due) / 1000;
  if (latency_count < latency_room) latencies[latency_count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void push_idle(int index) {
  idle[(idle_head + idle_count++) % connection_count] = index;
}

static int pop_idle(void) {
  int index = idle[idle_head];
  idle_head = (idle_head + 1) % connection_count;
  idle_count--;
  return index;
}

static void watch(int index, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = (uint32_t)index};
  if (epoll_ctl(poller, operation, connections[index].fd, &event)) die("epoll_ctl");
}

static void open_connection(int index, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  connections[index] = (struct connection){.fd = fd, .buffer = malloc(BUFFER)};
  watch(index, EPOLL_CTL_ADD, EPOLLIN);
  push_idle(index);
}

static void drop(int index, int port, uint64_t now) {
  add_latency(connections[index].due, now);
  failed++;
  close(connections[index].fd);
  free(connections[index].buffer);
  open_connection(index, port);
}

static bool flush(int index) {
  struct connection *c = &connections[index];
  while (c->rest_length) {
    ssize_t n = send(c->fd, c->rest, c->rest_length, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      watch(index, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      return true;
    }
    c->rest += n; c->rest_length -= (size_t)n;
    if (!c->rest_length) return true;
  }
  return true;
}

/// Bytes of the complete response at the head of the buffer; 0 when it is not complete, -1 when it makes no sense.
static long response_length(struct connection *c, bool *good) {
  c->buffer[c->filled] = 0;
  char *end = strstr(c->buffer, "\r\n\r\n");
  if (!end) return c->filled >= BUFFER - 1 ? -1 : 0;
  long body = -1;
  for (char *line = strstr(c->buffer, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
    if (!strncasecmp(line + 2, "content-length:", 15)) body = strtol(line + 17, NULL, 10);
  if (body < 0) return -1;
  long total = (end + 4 - c->buffer) + body;
  if (total > (long)c->filled) return total > BUFFER - 1 ? -1 : 0;
  *good = !strncmp(c->buffer, "HTTP/1.1 200", 12) && (!expected || strstr(end, expected));
  return total;
}

static void read_from(int index, int port) {
  struct connection *c = &connections[index];
  ssize_t n = recv(c->fd, c->buffer + c->filled, BUFFER - 1 - c->filled, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  uint64_t now = now_ns();
  if (n <= 0) { drop(index, port, now); return; }
  c->filled += (size_t)n;
  bool good = false;
  long length = response_length(c, &good);
  if (length < 0) { drop(index, port, now); return; }
  if (length == 0) return;
  add_latency(c->due, now);
  completed++;
  if (!good) failed++;
  c->filled = 0;
  push_idle(index);
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static double percentile(double p) {
  if (!latency_count) return -1;
  size_t at = (size_t)(p / 100 * (double)latency_count);
  return latencies[at < latency_count ? at : latency_count - 1];
}

int main(int argc, char **argv) {
  int port = 0, many = 64;
  double rate = 1000, seconds = 5, warmup = 0.5, hold = 0;
  const char *file = NULL;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (!strcmp(name, "--port")) port = atoi(value);
    else if (!strcmp(name, "--connections")) many = atoi(value);
    else if (!strcmp(name, "--rate")) rate = atof(value);
    else if (!strcmp(name, "--seconds")) seconds = atof(value);
    else if (!strcmp(name, "--warmup")) warmup = atof(value);
    else if (!strcmp(name, "--hold")) hold = atof(value);
    else if (!strcmp(name, "--requests")) file = value;
    else if (!strcmp(name, "--expect")) expected = value;
    else { fprintf(stderr, "unknown option %s\n", name); return 2; }
  }
  if (port <= 0 || many < 1 || many > 50000 || rate < 0 || seconds <= 0 || seconds > 600 || !file) {
    fprintf(stderr, "usage: openload --port P --rate R --seconds S --connections C --requests FILE\n");
    return 2;
  }
  struct records requests = read_records(file);
  prctl(PR_SET_TIMERSLACK, 1000);   // the default of 50 µs would show up as latency
  connection_count = (size_t)many;
  connections = calloc(connection_count, sizeof *connections);
  idle = calloc(connection_count, sizeof *idle);
  poller = epoll_create1(0);
  for (int i = 0; i < many; i++) open_connection(i, port);

  bool closed = rate == 0;
  if (closed) rate = 500000;   // more than comes; room for their latencies
  latency_room = (size_t)(rate * (seconds + 1)) + 1000;
  latencies = malloc(latency_room * sizeof *latencies);
  if (!latencies) die("malloc");
  double gap = closed ? 0 : 1e9 / rate;
  uint64_t start = now_ns() + 1000000, scheduled = 0;
  warmup_until = start + (uint64_t)(warmup * 1e9);
  uint64_t until = warmup_until + (uint64_t)(seconds * 1e9), deadline = until + 3000000000u;
  uint64_t sent = 0, total = closed ? UINT64_MAX : (uint64_t)((double)(until - start) / gap);
  struct epoll_event events[256];
  for (;;) {
    uint64_t now = now_ns();
    if (closed && now >= until) total = scheduled;
    // Send everything that is due and for which a connection is free; the rest keeps its due time.
    while (scheduled < total && idle_count) {
      uint64_t due = closed ? now : start + (uint64_t)((double)scheduled * gap);
      if (due > now) break;
      int index = pop_idle();
      struct connection *c = &connections[index];
      struct record request = requests.items[scheduled++ % requests.count];
      c->due = due; c->rest = request.bytes; c->rest_length = request.length;
      sent++;
      if (!flush(index)) drop(index, port, now);
    }
    if ((scheduled == total && idle_count == connection_count) || now > deadline) break;
    uint64_t wake = deadline;
    if (scheduled < total && idle_count) wake = closed ? now : start + (uint64_t)((double)scheduled * gap);
    uint64_t wait = wake > now ? wake - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
    int ready = epoll_pwait2(poller, events, 256, &timeout, NULL);
    if (ready < 0 && errno != EINTR) die("epoll_pwait2");
    for (int i = 0; i < ready; i++) {
      int index = (int)events[i].data.u32;
      if (events[i].events & EPOLLOUT) {
        if (!flush(index)) { drop(index, port, now_ns()); continue; }
        if (!connections[index].rest_length) watch(index, EPOLL_CTL_MOD, EPOLLIN);
      }
      if (events[i].events & ~(uint32_t)EPOLLOUT) read_from(index, port);
    }
  }
  // What was due and never answered has waited until now at least: it counts, or a dead server would look fast.
  uint64_t end = now_ns(), unanswered = 0;
  for (; scheduled < total; scheduled++, unanswered++) add_latency(start + (uint64_t)((double)scheduled * gap), end);
  unanswered += sent - completed > failed ? sent - completed - failed : 0;
  qsort(latencies, latency_count, sizeof *latencies, by_value);
  printf("RESULT {\"requests\":%zu,\"completed\":%llu,\"failed\":%llu,\"unanswered\":%llu,\"rate\":%.1f,"
         "\"p50\":%.0f,\"p90\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"max\":%.0f}\n",
         latency_count, (unsigned long long)completed, (unsigned long long)failed, (unsigned long long)unanswered,
         (double)completed / ((double)(end - start) / 1e9),
         percentile(50), percentile(90), percentile(99), percentile(99.9), percentile(100));
  if (hold > 0) {
    printf("HOLDING\n");
    fflush(stdout);
    usleep((useconds_t)(hold * 1e6));
  }
  return 0;
}
