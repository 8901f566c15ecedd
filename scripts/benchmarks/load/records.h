// A file of prepared messages: each is its length in decimal, a newline, and that many bytes.
#ifndef RECORDS_H
#define RECORDS_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record { const char *bytes; size_t length; };
struct records { struct record *items; size_t count; };

static inline void die(const char *what) { perror(what); exit(1); }

static inline struct records read_records(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  struct records all = {0};
  size_t room = 0;
  char line[32];
  while (fgets(line, sizeof line, file)) {
    size_t length = strtoul(line, NULL, 10);
    if (length == 0 || length > (16u << 20)) { fprintf(stderr, "%s: bad record length\n", path); exit(1); }
    char *bytes = malloc(length);
    if (!bytes || fread(bytes, 1, length, file) != length) die("reading a record");
    if (all.count == room) {
      room = room ? room * 2 : 1024;
      all.items = realloc(all.items, room * sizeof *all.items);
      if (!all.items) die("realloc");
    }
    all.items[all.count++] = (struct record){bytes, length};
  }
  fclose(file);
  if (!all.count) { fprintf(stderr, "%s: no records\n", path); exit(1); }
  return all;
}
#endif
