/* Sleeping as it is, in a process whose time of day libfaketime makes up: loaded before it.
 *
 * Python's time.sleep waits for a moment on the monotonic clock. Debian 12's libfaketime takes
 * that moment for one of its own even where the monotonic clock is the right one
 * (FAKETIME_DONT_FAKE_MONOTONIC), so that the sleep fails (EINVAL) or never ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *rest)
{
    int before = errno;
    int failed = syscall(SYS_clock_nanosleep, clock, flags, until, rest) ? errno : 0;
    errno = before;
    return failed;
}
