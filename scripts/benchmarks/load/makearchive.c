// Makes a partition's archive of one bot, as the server would have written it: a segment an hour, each of frames with
// their marks, and a footer that lacks its SHA-256 (harness/history.py adds it).
//
// makearchive --folder LOG --partition N --bot ID --end SECONDS --days N --a-day N --users N --frame-seconds N
// Events by name, users' languages (param_1) and sources (param_2) follow Zipf's law; a user's language and source never
// change; the n-th of all users is seen in proportion to 1/√n. Half as many events come at night as on average.
// Prints what is in it, counted apart from everything else: one line of JSON.
#define _GNU_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

enum { EVENTS = 20, LANGUAGES = 10, SOURCES = 300, DIGEST = 32, FOOTER = 8 + 112 + DIGEST, MARK = 8 + 72 };
static const char *languages[LANGUAGES] = {"ru", "en", "uk", "de", "es", "fr", "it", "pt-br", "tr", "fa"};

struct user { int64_t id; uint8_t language; uint16_t source; uint32_t names; int32_t day, hour; bool filtered; };
struct id { uint64_t ms, sequence; };
struct bytes { uint8_t *at; size_t count, room; };

static void die(const char *what) { perror(what); exit(1); }

static void *room(size_t size) {
  void *found = calloc(1, size);
  if (!found) die("calloc");
  return found;
}

static uint64_t seed = 42;
static uint64_t next(void) {   // SplitMix64
  uint64_t z = seed += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}
static double unit(void) { return (double)(next() >> 11) / 9007199254740992.0; }

static void zipf(double *sums, int count, double exponent) {
  double sum = 0;
  for (int i = 0; i < count; i++) sums[i] = sum += pow(i + 1, -exponent);
  for (int i = 0; i < count; i++) sums[i] /= sum;
}
static int pick(const double *sums, int count) {
  double at = unit();
  int low = 0, high = count - 1;
  while (low < high) {
    int middle = (low + high) / 2;
    if (sums[middle] < at) low = middle + 1; else high = middle;
  }
  return low;
}

static void need(struct bytes *b, size_t more) {
  if (b->count + more <= b->room) return;
  b->room = (b->count + more) * 2;
  if (!(b->at = realloc(b->at, b->room))) die("realloc");
}
static void put(struct bytes *b, const void *from, size_t count) {
  need(b, count);
  memcpy(b->at + b->count, from, count);
  b->count += count;
}
// As they lie in memory, which is little-endian wherever this runs.
#define FIELD(type) static void put_##type(struct bytes *b, type value) { put(b, &value, sizeof value); }
FIELD(uint16_t) FIELD(uint32_t) FIELD(uint64_t) FIELD(int64_t)
static void put_id(struct bytes *b, struct id id) { put_uint64_t(b, id.ms); put_uint64_t(b, id.sequence); }

static char *text(char *to, const char *from) { while (*from) *to++ = *from++; return to; }
static char *decimal(char *to, uint64_t value) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10); while (value /= 10);
  while (count) *to++ = digits[--count];
  return to;
}
static char *fixed(char *to, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; i--, value /= 10) to[i] = (char)('0' + value % 10);
  return to + digits;
}

int main(int argc, char **argv) {
  const char *folder = NULL;
  int64_t partition = 0, bot = 0, end = 0, days = 0, a_day = 0, user_count = 0, frame_seconds = 60;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    int64_t number = atoll(value);
    if (!strcmp(name, "--folder")) folder = value;
    else if (!strcmp(name, "--partition")) partition = number;
    else if (!strcmp(name, "--bot")) bot = number;
    else if (!strcmp(name, "--end")) end = number;
    else if (!strcmp(name, "--days")) days = number;
    else if (!strcmp(name, "--a-day")) a_day = number;
    else if (!strcmp(name, "--users")) user_count = number;
    else if (!strcmp(name, "--frame-seconds")) frame_seconds = number;
    else { fprintf(stderr, "unknown option %s\n", name); return 2; }
  }
  if (!folder || bot < 1 || end % 3600 || days < 1 || days > 400 || a_day < 240 || a_day > 1200000 || user_count < 1
      || user_count > 10000000 || frame_seconds < 1 || frame_seconds > 3600) {
    fprintf(stderr, "usage: makearchive --folder F --partition N --bot ID --end S --days N --a-day N --users N\n");
    return 2;
  }
  double names[EVENTS], language_sums[LANGUAGES], source_sums[SOURCES];
  zipf(names, EVENTS, 1);
  zipf(language_sums, LANGUAGES, 1);
  zipf(source_sums, SOURCES, 0.8);
  struct user *users = room((size_t)user_count * sizeof *users);
  for (int64_t i = 0; i < user_count; i++) {
    // Different ids, as long and as far apart as real ones: the factor and the range have no common divisor.
    users[i] = (struct user){.id = 100000000 + (int64_t)((uint64_t)i * 2654435761u % 7900000000u), .day = -1, .hour = -1,
                             .language = (uint8_t)pick(language_sums, LANGUAGES),
                             .source = (uint16_t)pick(source_sums, SOURCES)};
  }
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);

  uint64_t uses = 0, by_name[EVENTS] = {0}, users_by_hour = 0, users_by_day = 0, filtered = 0, filtered_users = 0;
  struct id last = {0, 0};
  struct bytes file = {0}, lines = {0};
  double left = 0;
  int64_t hours = days * 24, start = end - hours * 3600;
  for (int64_t hour = 0; hour < hours; hour++) {
    int64_t at = start + hour * 3600;
    left += (double)a_day / 24 * (1 + 0.5 * sin(2 * M_PI * (double)(at % 86400) / 86400 - 2));
    int64_t count = (int64_t)left;
    left -= (double)count;
    if (!count) continue;
    time_t seconds = at;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    char stem[32];
    strftime(stem, sizeof stem, "%Y-%m-%dT%H:", &tm);
    file.count = 0;
    struct id previous_segment = last, first = {0, 0}, frame_first = {0, 0}, frame_previous = last;
    uint64_t raw = 0, frames = 0, in_frame = 0;
    int64_t frame_end = frame_seconds * 1000;
    for (int64_t number = 0; number <= count; number++) {
      int64_t ms = number == count ? INT64_MAX : (int64_t)(((double)number + unit()) * 3600000 / (double)count);
      if (ms >= frame_end && in_frame) {
        need(&file, ZSTD_compressBound(lines.count) + MARK);
        size_t size = ZSTD_compress2(context, file.at + file.count, file.room - file.count, lines.at, lines.count);
        if (ZSTD_isError(size)) { fprintf(stderr, "zstd: %s\n", ZSTD_getErrorName(size)); return 1; }
        file.count += size;
        put_uint32_t(&file, 0x184D2A50); put_uint32_t(&file, MARK - 8);
        put(&file, "HUb1", 4); put_uint16_t(&file, (uint16_t)partition); put_uint16_t(&file, 0);
        put_uint32_t(&file, (uint32_t)in_frame); put_uint32_t(&file, (uint32_t)lines.count);
        put_uint32_t(&file, (uint32_t)size); put_uint32_t(&file, 0);
        put_id(&file, frame_previous); put_id(&file, frame_first); put_id(&file, last);
        raw += lines.count; frames++;
        lines.count = in_frame = 0;
        frame_previous = last;
      }
      if (number == count) break;
      if (ms >= frame_end) frame_end = (ms / (frame_seconds * 1000) + 1) * frame_seconds * 1000;
      uint64_t now = (uint64_t)(at * 1000 + ms);
      last = (struct id){now, now == last.ms ? last.sequence + 1 : 0};
      if (!number) first = last;
      if (!in_frame++) frame_first = last;
      double r = unit();
      struct user *user = &users[(int64_t)((double)user_count * r * r)];
      int name = pick(names, EVENTS);
      need(&lines, 512);
      char *begin = (char *)lines.at + lines.count, *to = begin;
      to = decimal(text(to, "{\"id\":\""), last.ms);
      *to++ = '-';
      to = decimal(to, last.sequence);
      to = decimal(text(to, "\",\"partition\":"), (uint64_t)partition);
      to = text(text(to, ",\"time\":\""), stem);
      to = fixed(to, (unsigned)(ms / 60000), 2); *to++ = ':';
      to = fixed(to, (unsigned)(ms / 1000 % 60), 2); *to++ = '.';
      to = fixed(to, (unsigned)(ms % 1000), 3);
      to = decimal(text(to, "Z\",\"botId\":"), (uint64_t)bot);
      to = decimal(text(to, ",\"userId\":"), (uint64_t)user->id);
      to = fixed(text(to, ",\"event\":\"event "), (unsigned)name, 2);
      to = text(text(to, "\",\"param_1\":\""), languages[user->language]);
      to = decimal(text(to, "\",\"param_2\":\"source "), user->source);
      *to++ = '"';
      if (user->id % 4 == 0) to = text(to, ",\"userRegisterTime\":1616161616");
      to = text(to, "}\n");
      lines.count += (size_t)(to - begin);
      uses++; by_name[name]++;
      user->names |= 1u << name;
      if (user->hour != hour) { user->hour = (int32_t)hour; users_by_hour++; }
      if (user->day != at / 86400) { user->day = (int32_t)(at / 86400); users_by_day++; }
      if (user->language == 1 && user->source == 7) {
        filtered++;
        if (!user->filtered) { user->filtered = true; filtered_users++; }
      }
    }
    uint64_t size = file.count;
    put_uint32_t(&file, 0x184D2A50); put_uint32_t(&file, FOOTER - 8);
    put(&file, "HowUsed1", 8); put_uint16_t(&file, (uint16_t)partition); put_uint16_t(&file, 0);
    put_uint32_t(&file, (uint32_t)frames); put_uint64_t(&file, (uint64_t)hour + 1);
    put_id(&file, previous_segment); put_id(&file, first); put_id(&file, last);
    put_uint64_t(&file, (uint64_t)count); put_uint64_t(&file, raw);
    put_int64_t(&file, (int64_t)first.ms); put_int64_t(&file, (int64_t)last.ms);
    put_uint64_t(&file, size);
    char path[4096];
    snprintf(path, sizeof path, "%s/seg-%016lld.ndjson.zst", folder, (long long)hour + 1);
    FILE *output = fopen(path, "wxb");
    if (!output || fwrite(file.at, 1, file.count, output) != file.count || fclose(output)) die(path);
  }
  uint64_t seen = 0, users_by_name[EVENTS] = {0};
  for (int64_t i = 0; i < user_count; i++) {
    if (users[i].names) seen++;
    for (int name = 0; name < EVENTS; name++) users_by_name[name] += users[i].names >> name & 1;
  }
  printf("RESULT {\"uses\":%llu,\"users\":%llu,\"users_by_hour\":%llu,\"users_by_day\":%llu,\"filtered\":%llu,"
         "\"filtered_users\":%llu,\"names\":{", (unsigned long long)uses, (unsigned long long)seen,
         (unsigned long long)users_by_hour, (unsigned long long)users_by_day, (unsigned long long)filtered,
         (unsigned long long)filtered_users);
  for (int name = 0; name < EVENTS; name++) {
    printf("%s\"event %02d\":[%llu,%llu]", name ? "," : "", name, (unsigned long long)by_name[name],
           (unsigned long long)users_by_name[name]);
  }
  printf("}}\n");
  return 0;
}
