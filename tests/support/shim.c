/* Faults of a machine, by the word of a test: a slow disk, a full disk, a clock that is wrong.
 *
 * Loaded ahead of libc (LD_PRELOAD) into a server or a service. DIANCAI_FAULTS names a file of three 64-bit numbers,
 * which is mapped, so that what a test writes there holds at once, for the process and its children. Only files on the
 * disk of that file are full or slow; sockets, pipes and shared memory are not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct faults {
    int64_t sync_delay_us; /* how long fsync and fdatasync take longer */
    int64_t disk_full;     /* 1: writing to files fails with ENOSPC */
    int64_t clock_us;      /* how far CLOCK_REALTIME is ahead */
};

static const struct faults none;
static volatile const struct faults *faults = &none;
static dev_t disk;

/* The function of libc that ours stands before. */
#define BEHIND(name) \
    static __typeof__(&name) behind; \
    if (!behind) behind = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DIANCAI_FAULTS");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat about;
    if (fd < 0) return;
    if (fstat(fd, &about) == 0 && about.st_size >= (off_t)sizeof none) {
        void *mapped = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
        if (mapped != MAP_FAILED) {
            disk = about.st_dev;
            faults = mapped;
        }
    }
    close(fd);
}

static int on_disk(int fd) {
    struct stat about;
    int before = errno, is = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_dev == disk;
    errno = before;
    return is;
}

static int is_full(int fd) { return faults->disk_full && on_disk(fd); }

static void take_time(int fd) {
    int64_t us = faults->sync_delay_us;
    struct timespec pause = {us / 1000000, us % 1000000 * 1000};
    if (us > 0 && on_disk(fd)) nanosleep(&pause, NULL);
}

int fsync(int fd) {
    BEHIND(fsync);
    take_time(fd);
    return behind(fd);
}

int fdatasync(int fd) {
    BEHIND(fdatasync);
    take_time(fd);
    return behind(fd);
}

#define REFUSE_WHEN_FULL(fd) \
    if (is_full(fd)) { \
        errno = ENOSPC; \
        return -1; \
    }

ssize_t write(int fd, const void *from, size_t size) {
    BEHIND(write);
    REFUSE_WHEN_FULL(fd)
    return behind(fd, from, size);
}

ssize_t writev(int fd, const struct iovec *from, int count) {
    BEHIND(writev);
    REFUSE_WHEN_FULL(fd)
    return behind(fd, from, count);
}

#define PWRITE(name, offset_t) \
    ssize_t name(int fd, const void *from, size_t size, offset_t at) { \
        BEHIND(name); \
        REFUSE_WHEN_FULL(fd) \
        return behind(fd, from, size, at); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(name, offset_t) \
    ssize_t name(int fd, const struct iovec *from, int count, offset_t at) { \
        BEHIND(name); \
        REFUSE_WHEN_FULL(fd) \
        return behind(fd, from, count, at); \
    }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define FALLOCATE(name, offset_t) \
    int name(int fd, int mode, offset_t at, offset_t size) { \
        BEHIND(name); \
        REFUSE_WHEN_FULL(fd) \
        return behind(fd, mode, at, size); \
    }
FALLOCATE(fallocate, off_t)
FALLOCATE(fallocate64, off64_t)

/* These give the error number itself. */
#define POSIX_FALLOCATE(name, offset_t) \
    int name(int fd, offset_t at, offset_t size) { \
        BEHIND(name); \
        return is_full(fd) ? ENOSPC : behind(fd, at, size); \
    }
POSIX_FALLOCATE(posix_fallocate, off_t)
POSIX_FALLOCATE(posix_fallocate64, off64_t)

int clock_gettime(clockid_t clock, struct timespec *now) {
    BEHIND(clock_gettime);
    int outcome = behind(clock, now);
    if (outcome == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && faults->clock_us) {
        int64_t us = now->tv_sec * INT64_C(1000000) + now->tv_nsec / 1000 + faults->clock_us;
        now->tv_sec = us / 1000000;
        now->tv_nsec = us % 1000000 * 1000;
    }
    return outcome;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    BEHIND(gettimeofday);
    int outcome = behind(now, zone);
    if (outcome == 0) {
        int64_t us = now->tv_sec * INT64_C(1000000) + now->tv_usec + faults->clock_us;
        now->tv_sec = us / 1000000;
        now->tv_usec = us % 1000000;
    }
    return outcome;
}

time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
