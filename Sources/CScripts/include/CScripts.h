#pragma once

/// The Lua scripts that run in Redis, compiled into the binary: see the files for their keys and arguments.

/// HowUsedStore/Bots/replace.lua
extern const char *_Nonnull const scriptReplaceBot;

/// HowUsedStore/Bots/remove.lua
extern const char *_Nonnull const scriptRemoveBot;

/// HowUsedStore/Streams/Scripts/forward.lua
extern const char *_Nonnull const scriptForwardStream;

/// HowUsedStore/Streams/Scripts/move.lua
extern const char *_Nonnull const scriptMoveEntries;

/// HowUsedStore/Streams/Scripts/trim.lua
extern const char *_Nonnull const scriptTrimStream;

/// HowUsedStore/Streams/Scripts/once.lua
extern const char *_Nonnull const scriptAddOnce;
