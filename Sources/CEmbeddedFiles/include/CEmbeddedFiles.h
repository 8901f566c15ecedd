#pragma once
#include <stddef.h>

/// A file that is compiled into the binary.
typedef struct {
  const unsigned char *_Nonnull bytes;
  size_t count;
} EmbeddedFile;

/// `Sources/HowUsedServer/Routes/Statistics/openapi.json`.
EmbeddedFile openAPIDocument(void);
