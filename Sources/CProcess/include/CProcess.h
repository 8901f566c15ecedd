#pragma once

#include <sys/types.h>

/// Starts a program in a session of its own, without any of this process's open files, its signal masks or its ignored
/// signals. It holds a record lock (fcntl(2), F_SETLK) on the whole of a file from before its first instruction until its
/// end: unlike a lock of flock(2), its own children don't inherit it.
///
/// Returns its id; or -1 with `errno`: EAGAIN or EACCES when another process holds the lock, or what the system says. Then
/// nothing was started.
pid_t startHoldingLock(const char *_Nonnull program, char *_Nullable const *_Nonnull arguments, const char *_Nonnull lock);

/// The id of the process that holds such a lock on the file; 0 when none does or there is no such file; -1 with `errno`. Of a
/// process in another namespace the id isn't known: then 1.
pid_t holderOfLock(const char *_Nonnull lock);
