// Open chart pages, as far as the server notices: each asks all its questions at once over a few keep-alive connections,
// again at the next moment that is the same for all pages of its bot, --every seconds after the last one, and keeps a /live
// connection. As a browser would, it sends back an answer's ETag and takes compressed answers. A round in which anything was refused doesn't count, and is begun again
// after a second, or twice as long as before.
//
// pages --port P --requests FILE --questions N --seconds S [--every 5] [--connections 5] [--bots 1]
// Page n is of bot n % bots. FILE holds for each page the request of /live and N others, all without the empty line that ends a head.
// Prints one line of JSON. Gaps are in milliseconds; the one that hasn't ended when the time is up counts, too.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "records.h"

enum { TAG = 80, LONGEST_HEAD = 8192 };

struct connection {
  int fd, page, question;    // question: -1 is /live, -2 none
  char *in; size_t filled, room;
};

struct page {
  double due, updated;       // when the next round begins; when the last one ended: seconds
  int asked, answered;       // in this round; asked -1: no round is under way
  bool refused;              // in this round
  int failures;              // rounds since the last good one
  uint64_t rounds, told;
  double told_at, longest_gap, longest_silence, longest_round, began;
};

static struct page *pages;
static struct connection *connections;
static struct records requests;
static char (*tags)[TAG];
static int poller, port, questions, many = 5, page_count, bots = 1;
static uint64_t answers, unchanged, errors, refusals, bytes;
static double start;
static double from;          // gaps count from here on: not while everybody comes at once

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double most(double a, double b) { return a > b ? a : b; }

static void fail(const struct connection *c, const char *what) {
  if (errors++) return;
  fprintf(stderr, "page %d, question %d: %s: %.*s\n", c->page, c->question, what,
          (int)(c->filled > 600 ? 600 : c->filled), c->in ? c->in : "");
}

static void open_connection(int index) {
  struct connection *c = &connections[index];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  int one = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  c->filled = 0;
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
}

static void ask(struct connection *c, int question) {
  c->question = question;
  struct record request = requests.items[c->page * (questions + 1) + question + 1];
  char text[LONGEST_HEAD];
  const char *tag = question >= 0 ? tags[c->page * questions + question] : "";
  int length = snprintf(text, sizeof text, "%.*s%s%s%s\r\n", (int)request.length, request.bytes,
                        *tag ? "If-None-Match: " : "", tag, *tag ? "\r\n" : "");
  // A head is far smaller than any socket's buffer.
  if (send(c->fd, text, (size_t)length, MSG_NOSIGNAL) != length) fail(c, "could not be sent");
}

/// What comes behind the head when all of it is there, else -1. Chunks are only counted.
static long body_length(const char *head, const char *body, const char *end, bool *closes) {
  long length = 0;
  bool chunked = false;
  for (const char *line = strstr(head, "\r\n"); line && line + 2 < body; line = strstr(line + 2, "\r\n")) {
    if (!strncasecmp(line + 2, "content-length:", 15)) length = strtol(line + 17, NULL, 10);
    if (!strncasecmp(line + 2, "transfer-encoding: chunked", 26)) chunked = true;
    if (!strncasecmp(line + 2, "connection: close", 17)) *closes = true;
  }
  if (!chunked) return end - body >= length ? length : -1;
  for (const char *at = body;;) {
    const char *line = memmem(at, (size_t)(end - at), "\r\n", 2);
    if (!line) return -1;
    long size = strtol(at, NULL, 16);
    at = line + 2 + size + 2;
    if (at > end) return -1;
    if (!size) return at - body;
  }
}

static void keep_tag(const struct connection *c, const char *head, const char *body) {
  for (const char *line = strstr(head, "\r\n"); line && line + 2 < body; line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, "etag:", 5)) continue;
    const char *value = line + 7 + strspn(line + 7, " "), *stop = strstr(value, "\r\n");
    if (stop - value < TAG) snprintf(tags[c->page * questions + c->question], TAG, "%.*s", (int)(stop - value), value);
  }
}

/// When a page asks next: as Dashboard/Web/rounds.js has it.
static double next_moment(const struct page *p, double time, double every) {
  double phase = every * (double)((uint32_t)((p - pages) % bots) * 2654435761u) / 4294967296.0;
  double since = (time - start - phase) / every;
  double wait = every * (1 - (since - (double)(int64_t)(since + 1) + 1));
  return time + (wait < every / 5 ? wait + every : wait);
}

static void round_ended(struct page *p, double time, double every) {
  p->asked = -1;
  if (p->refused) {
    double wait = 0.5 * (1 << (p->failures < 4 ? p->failures++ : 4));
    p->due = time + most(1, wait);
    return;
  }
  p->failures = 0;
  p->due = next_moment(p, time, every);
  if (time > from) p->longest_gap = most(p->longest_gap, time - most(p->updated, from));
  if (time > from) p->longest_round = most(p->longest_round, time - p->began);
  p->updated = time;
  p->rounds++;
}

/// Asks the next question over the same connection, if there is one left.
static void answered(struct connection *c, double time, double every) {
  struct page *p = &pages[c->page];
  answers++;
  p->answered++;
  c->question = -2;
  if (p->asked < questions) return ask(c, p->asked++);
  if (p->answered < questions) return;
  round_ended(p, time, every);
}

static void read_live(struct connection *c, double time) {
  struct page *p = &pages[c->page];
  // Heads and heartbeats aside, a message has one line of data.
  for (char *at = c->in; (at = strstr(at, "\ndata: ")); at += 7) {
    if (p->told && time > from) p->longest_silence = most(p->longest_silence, time - most(p->told_at, from));
    p->told_at = time;
    p->told++;
  }
  // A message may have come in pieces: what may be the beginning of the next line of data stays.
  size_t keep = c->filled < 6 ? c->filled : 6;
  char *tail = c->in + c->filled - keep;
  char *found = memrchr(tail, '\n', keep);
  keep = found ? (size_t)(c->in + c->filled - found) : 0;
  memmove(c->in, c->in + c->filled - keep, keep);
  c->filled = keep;
}

static void read_from(int index, double every) {
  struct connection *c = &connections[index];
  for (;;) {
    if (c->room - c->filled < 16384) {
      c->room = c->room ? c->room * 2 : 32768;
      if (c->room > (16u << 20) || !(c->in = realloc(c->in, c->room))) die("an answer is too long");
    }
    ssize_t n = recv(c->fd, c->in + c->filled, c->room - c->filled - 1, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (n <= 0) {
      // An idle connection may be closed by the server; a browser opens another one.
      if (c->question != -2) fail(c, "the server closed the connection");
      close(c->fd);
      open_connection(index);
      if (c->question != -2) ask(c, c->question);
      return;
    }
    c->filled += (size_t)n;
    bytes += (uint64_t)n;
    if ((size_t)n < c->room - c->filled) break;
  }
  c->in[c->filled] = 0;
  double time = now();
  if (c->question == -1) return read_live(c, time);
  char *end = strstr(c->in, "\r\n\r\n");
  if (!end || c->question == -2) return;
  bool closes = false, changed = !strncmp(c->in, "HTTP/1.1 200", 12), same = !strncmp(c->in, "HTTP/1.1 304", 12);
  if (!same && body_length(c->in, end + 4, c->in + c->filled, &closes) < 0) return;
  if (!strncmp(c->in, "HTTP/1.1 503", 12)) {
    refusals++;
    pages[c->page].refused = true;
  } else if (!changed && !same) fail(c, "answered");
  if (changed) keep_tag(c, c->in, end + 4);
  unchanged += same;
  c->filled = 0;
  if (closes) { close(c->fd); open_connection(index); }
  answered(c, time, every);
}

static void begin(int page, double time) {
  struct page *p = &pages[page];
  p->asked = p->answered = 0;
  p->refused = false;
  p->began = time;
  for (int i = 1; i <= many && p->asked < questions; i++) ask(&connections[page * (many + 1) + i], p->asked++);
}

int main(int argc, char **argv) {
  const char *file = NULL;
  double seconds = 10, every = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (!strcmp(name, "--port")) port = atoi(value);
    else if (!strcmp(name, "--requests")) file = value;
    else if (!strcmp(name, "--questions")) questions = atoi(value);
    else if (!strcmp(name, "--seconds")) seconds = atof(value);
    else if (!strcmp(name, "--every")) every = atof(value);
    else if (!strcmp(name, "--connections")) many = atoi(value);
    else if (!strcmp(name, "--bots")) bots = atoi(value);
    else { fprintf(stderr, "unknown option %s\n", name); return 2; }
  }
  if (port <= 0 || !file || questions < 1 || questions > 100 || seconds <= 0 || seconds > 600 || every <= 0 || many < 1 || bots < 1) {
    fprintf(stderr, "usage: pages --port P --requests FILE --questions N --seconds S\n");
    return 2;
  }
  requests = read_records(file);
  page_count = (int)requests.count / (questions + 1);
  if (!page_count || requests.count % (size_t)(questions + 1)) {
    fprintf(stderr, "%s: not whole pages\n", file);
    return 2;
  }
  pages = calloc((size_t)page_count, sizeof *pages);
  connections = calloc((size_t)(page_count * (many + 1)), sizeof *connections);
  tags = calloc((size_t)(page_count * questions), TAG);
  if (!pages || !connections || !tags) die("calloc");
  poller = epoll_create1(0);
  for (int i = 0; i < page_count * (many + 1); i++) {
    connections[i].page = i / (many + 1);
    connections[i].question = -2;
    open_connection(i);
  }
  start = now();
  double until = start + every + seconds;
  from = start + every;   // everybody has begun by then
  for (int i = 0; i < page_count; i++) {
    ask(&connections[i * (many + 1)], -1);
    // Spread over the time between two rounds, in no particular order.
    pages[i].due = start + every * (double)(((uint64_t)i * 2654435761u) % 1000003u) / 1000003.0;
    pages[i].asked = -1;
  }
  struct epoll_event events[512];
  double time;
  while ((time = now()) < until) {
    for (int i = 0; i < page_count; i++) if (pages[i].asked < 0 && pages[i].due <= time) begin(i, time);
    int ready = epoll_wait(poller, events, 512, 10);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) read_from((int)events[i].data.u32, every);
  }
  double gap = 0, silence = 0, round = 0;
  uint64_t fewest = UINT64_MAX, rounds = 0, told = UINT64_MAX;
  for (int i = 0; i < page_count; i++) {
    struct page *p = &pages[i];
    gap = most(gap, most(p->longest_gap, time - most(p->updated, from)));
    silence = most(silence, most(p->longest_silence, time - most(p->told_at, from)));
    round = most(round, p->longest_round);
    rounds += p->rounds;
    if (p->rounds < fewest) fewest = p->rounds;
    if (p->told < told) told = p->told;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
             + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("RESULT {\"pages\":%d,\"answers\":%llu,\"unchanged\":%llu,\"errors\":%llu,\"refusals\":%llu,\"bytes\":%llu,"
         "\"rounds\":%llu,\"fewest_rounds\":%llu,\"fewest_told\":%llu,\"gap_ms\":%.0f,\"silence_ms\":%.0f,\"round_ms\":%.0f,\"cpu\":%.3f,"
         "\"seconds\":%.3f}\n",
         page_count, (unsigned long long)answers, (unsigned long long)unchanged, (unsigned long long)errors,
         (unsigned long long)refusals,
         (unsigned long long)bytes, (unsigned long long)rounds, (unsigned long long)fewest, (unsigned long long)told,
         gap * 1000, silence * 1000, round * 1000, cpu, time - start);
  return errors ? 1 : 0;
}
