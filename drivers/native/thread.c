// The audio thread's wake-up descriptor and its priority.
#include "cordboard.h"

#include <errno.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int cb_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Of the calling thread, and of those it makes later if they are to inherit. Real-time scheduling where it is allowed, since a nice value has no weight against other
// sessions and control groups; else the nice value. Returns 0, or the errno of what was refused first.
int cb_raise_priority(int realtime, int nice, int inherit) {
  struct sched_param wanted = {.sched_priority = realtime};
  if (sched_setscheduler(0, SCHED_RR | (inherit ? 0 : SCHED_RESET_ON_FORK), &wanted) == 0)
    return 0;
  int refused = errno;
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice);
  return refused;
}
