/* Lets calls on one file fail, as a disk does that is full, broken or gone.

   FAIL_FILE is the end of the file's path, FAIL_CALLS some of "write", "sync" and "read", FAIL_FROM
   the number of the first call that fails, FAIL_ERRNO with what; all that follow fail, too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int failed(const char *call, int descriptor) {
    static long seen;
    const char *file = getenv("FAIL_FILE"), *calls = getenv("FAIL_CALLS");
    char link[64], path[4096];
    if (!file || !calls || !strstr(calls, call)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t)strlen(file)) return 0;
    path[length] = 0;
    if (strcmp(path + length - strlen(file), file)) return 0;
    if (__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) < atol(getenv("FAIL_FROM"))) return 0;
    errno = atoi(getenv("FAIL_ERRNO"));
    return 1;
}

#define CALL(kind, type, name, parameters, arguments)                      \
    type name parameters {                                                 \
        static type(*real) parameters;                                     \
        if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);              \
        return failed(kind, fd) ? (type)-1 : real arguments;               \
    }

CALL("write", ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
CALL("write", ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
CALL("write", ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
CALL("write", ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
CALL("write", int, ftruncate, (int fd, off_t n), (fd, n))
CALL("write", int, ftruncate64, (int fd, off64_t n), (fd, n))
CALL("sync", int, fsync, (int fd), (fd))
CALL("sync", int, fdatasync, (int fd), (fd))
CALL("read", ssize_t, read, (int fd, void *b, size_t n), (fd, b, n))
CALL("read", ssize_t, pread, (int fd, void *b, size_t n, off_t o), (fd, b, n, o))
CALL("read", ssize_t, pread64, (int fd, void *b, size_t n, off64_t o), (fd, b, n, o))
