#pragma once

/// The Lua scripts that run in Redis, compiled into the binary: see the files for their keys and arguments.

/// HowUsedStore/Bots/replace.lua
extern const char *_Nonnull const scriptReplaceBot;
