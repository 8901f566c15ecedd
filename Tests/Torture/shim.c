// Loaded into servers and into Redis by LD_PRELOAD: their clock and their disk as scripts/torture wants them. What it wants
// stands in a file of three numbers, which it changes while they run.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
  _Atomic int64_t clock_ms;       // how far the wall clock is ahead; below zero: behind
  _Atomic int64_t sync_ms;        // how long each fsync takes longer
  _Atomic int64_t sync_failures;  // how many of the next ones fail
};

static struct control nothing;
static struct control *control = &nothing;

__attribute__((constructor)) static void open_control(void) {
  const char *path = getenv("HOWUSED_TORTURE_CONTROL");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof nothing, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED) control = memory;
  close(file);
}

// Adds milliseconds of any sign.
static void add(struct timespec *time, int64_t ms) {
  int64_t nanoseconds = time->tv_nsec + ms % 1000 * 1000000;
  time->tv_sec += ms / 1000;
  if (nanoseconds < 0) nanoseconds += 1000000000, time->tv_sec -= 1;
  if (nanoseconds >= 1000000000) nanoseconds -= 1000000000, time->tv_sec += 1;
  time->tv_nsec = nanoseconds;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int code = (int)syscall(SYS_clock_gettime, clock, time);
  if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) add(time, control->clock_ms);
  return code;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  (void)zone;
  struct timespec time;
  if (clock_gettime(CLOCK_REALTIME, &time) != 0) return -1;
  value->tv_sec = time.tv_sec;
  value->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

// The kernel waits by the real clock. A small number is of the monotonic one, which is nobody's to change.
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
  static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  if (!real) real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlsym(RTLD_NEXT, __func__);
  struct timespec moved = *until;
  if (moved.tv_sec > 1000000000) add(&moved, -control->clock_ms);
  return real(condition, mutex, &moved);
}

static int fails(void) {
  int64_t ms = control->sync_ms;
  if (ms > 0) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
  }
  int64_t left = control->sync_failures;
  while (left > 0) {
    if (atomic_compare_exchange_weak(&control->sync_failures, &left, left - 1)) return errno = EIO, 1;
  }
  return 0;
}

int fsync(int file) { return fails() ? -1 : (int)syscall(SYS_fsync, file); }

int fdatasync(int file) { return fails() ? -1 : (int)syscall(SYS_fdatasync, file); }
