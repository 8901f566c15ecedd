#include "CScripts.h"

// Embedded by the preprocessor, as the chart page's files are (CDashboard).
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char replace_bot[] = {
#embed "../HowUsedStore/Bots/replace.lua"
    , 0,
};
static const char remove_bot[] = {
#embed "../HowUsedStore/Bots/remove.lua"
    , 0,
};
static const char forward_stream[] = {
#embed "../HowUsedStore/Streams/Scripts/forward.lua"
    , 0,
};
static const char move_entries[] = {
#embed "../HowUsedStore/Streams/Scripts/move.lua"
    , 0,
};
static const char trim_stream[] = {
#embed "../HowUsedStore/Streams/Scripts/trim.lua"
    , 0,
};
static const char add_once[] = {
#embed "../HowUsedStore/Streams/Scripts/once.lua"
    , 0,
};

const char *_Nonnull const scriptReplaceBot = replace_bot;
const char *_Nonnull const scriptRemoveBot = remove_bot;
const char *_Nonnull const scriptForwardStream = forward_stream;
const char *_Nonnull const scriptMoveEntries = move_entries;
const char *_Nonnull const scriptTrimStream = trim_stream;
const char *_Nonnull const scriptAddOnce = add_once;
