#include "CEmbeddedFiles.h"

// As the chart page's files in CDashboard: the preprocessor embeds them, and the compiler tracks them.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi_json[] = {
#embed "../HowUsedServer/Routes/Statistics/openapi.json"
};

EmbeddedFile openAPIDocument(void) { return (EmbeddedFile){openapi_json, sizeof openapi_json}; }
