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
