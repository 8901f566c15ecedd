#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { lockFile = 3, errorPipe = 4 };

static struct flock wholeFile(void) {
  struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return range;
}

// Between fork and exec in a process with several threads: only what is async-signal-safe (signal-safety(7)).
static void child(const char *program, char *const *arguments, const char *lock, int report) {
  setsid();
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  // Out of the way of the numbers below, which any of these may have.
  int error = fcntl(report, F_DUPFD, 10);
  int nothing = open("/dev/null", O_RDWR);
  int locked = open(lock, O_RDWR | O_CREAT, 0600);
  if (error < 0 || nothing < 0 || locked < 0) goto failed;
  nothing = fcntl(nothing, F_DUPFD, 10);
  locked = fcntl(locked, F_DUPFD, 10);
  if (nothing < 0 || locked < 0) goto failed;
  for (int number = 0; number < 3; number++) dup2(nothing, number);
  dup2(locked, lockFile);
  dup2(error, errorPipe);
  error = errorPipe;
  fcntl(errorPipe, F_SETFD, FD_CLOEXEC);
  if (close_range(errorPipe + 1, ~0U, 0) != 0) {
    for (long number = sysconf(_SC_OPEN_MAX) - 1; number > errorPipe; number--) close((int)number);
  }
  // Last: to close any descriptor of the file lets go of its locks.
  struct flock range = wholeFile();
  if (fcntl(lockFile, F_SETLK, &range) == 0) execv(program, arguments);

failed:;
  int reason = errno;
  ssize_t written = write(error < 0 ? report : error, &reason, sizeof reason);
  _exit(written == sizeof reason ? 126 : 127);
}

pid_t startHoldingLock(const char *program, char *const *arguments, const char *lock) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  // No handler of this process may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t id = fork();
  if (id == 0) child(program, arguments, lock, ends[1]);
  int reason = id < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(ends[1]);
  if (id > 0) {
    // The end of the pipe comes with exec.
    ssize_t got;
    do got = read(ends[0], &reason, sizeof reason);
    while (got < 0 && errno == EINTR);
    if (got == 0) reason = 0;
    if (got != 0) {
      while (waitpid(id, NULL, 0) < 0 && errno == EINTR) {}
      if (got != sizeof reason) reason = EIO;
    }
  }
  close(ends[0]);
  if (reason == 0) return id;
  errno = reason;
  return -1;
}

pid_t holderOfLock(const char *lock) {
  int file = open(lock, O_RDWR | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? 0 : -1;
  struct flock range = wholeFile();
  int outcome = fcntl(file, F_GETLK, &range);
  int reason = errno;
  close(file);
  errno = reason;
  if (outcome != 0) return -1;
  if (range.l_type == F_UNLCK) return 0;
  return range.l_pid > 0 ? range.l_pid : 1;
}
