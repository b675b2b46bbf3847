/*
 * Stands before the C library of a PostgreSQL under test (LD_PRELOAD) and makes its disk slow, failing or full, as a file of
 * three numbers says that all its processes map: what is wrong, after how many calls, and a number of milliseconds.
 *   0 nothing   1 fsync and fdatasync are slow   2 they fail with EIO   3 writes fail with ENOSPC
 * 2 and 3 happen once, at the call whose number comes, and then the disk is whole again: what was lost stays lost.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static volatile int *control(void) {
  static volatile int *mapped;
  if (mapped) return mapped;
  const char *path = getenv("CAVEAT_DISK");
  int fd = path ? open(path, O_RDWR) : -1;
  if (fd < 0) return NULL;
  void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return at == MAP_FAILED ? NULL : (mapped = at);
}

/* Whether this call is the one that fails. */
static int due(int mode) {
  volatile int *c = control();
  if (!c || c[0] != mode) return 0;
  if (__sync_sub_and_fetch(&c[1], 1) != 0) return 0;
  c[0] = 0;
  __sync_add_and_fetch(&c[3], 1);
  return 1;
}

static void slow(void) {
  volatile int *c = control();
  if (!c || c[0] != 1) return;
  __sync_add_and_fetch(&c[3], 1);
  struct timespec pause = {c[2] / 1000, (c[2] % 1000) * 1000000L};
  nanosleep(&pause, NULL);
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

int fsync(int fd) { REAL(fsync); slow(); if (due(2)) { errno = EIO; return -1; } return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); slow(); if (due(2)) { errno = EIO; return -1; } return real(fd); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) {
  REAL(pwrite);
  if (due(3)) { errno = ENOSPC; return -1; }
  return real(fd, b, n, o);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) {
  REAL(pwrite64);
  if (due(3)) { errno = ENOSPC; return -1; }
  return real(fd, b, n, o);
}
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t o) {
  REAL(pwritev);
  if (due(3)) { errno = ENOSPC; return -1; }
  return real(fd, v, n, o);
}
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t o) {
  REAL(pwritev64);
  if (due(3)) { errno = ENOSPC; return -1; }
  return real(fd, v, n, o);
}
