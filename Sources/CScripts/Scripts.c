#include "CScripts.h"

// Embedded by the preprocessor, as the chart page's files are (CDashboard).
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char replace_bot[] = {
#embed "../HowUsedStore/Bots/replace.lua"
    , 0,
};

const char *_Nonnull const scriptReplaceBot = replace_bot;
