// The audio thread's wake-up descriptor and its priority.
#include "cordboard.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int cb_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Of the calling thread only: on Linux a nice value belongs to the thread. Returns 0 or errno.
int cb_raise_priority(int nice) {
  return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice) == 0 ? 0 : errno;
}
