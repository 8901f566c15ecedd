#pragma once
#include <stddef.h>

/// A file of the chart page, compiled into the binary.
typedef struct {
  const char *_Nonnull name;
  const char *_Nonnull contentType;
  const unsigned char *_Nonnull bytes;
  size_t count;
} DashboardFile;

/// How many files there are.
size_t dashboardFileCount(void);

/// The file at `index`, which must be below `dashboardFileCount()`.
DashboardFile dashboardFile(size_t index);

/// Compresses `count` bytes into `output` as one gzip member without a time stamp, so that equal files give equal bytes.
/// Returns the size, or 0 if they don't fit into `capacity`.
size_t dashboardGzip(const unsigned char *_Nonnull bytes, size_t count, unsigned char *_Nonnull output, size_t capacity);
