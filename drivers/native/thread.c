// The audio thread's wake-up descriptor, its priority and its processor.
#include "cordboard.h"

#include <errno.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int cb_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Of the calling thread, and of those it makes later if they are to inherit. Real-time scheduling where it is allowed,
// since a nice value has no weight against other sessions and control groups; else the nice value. Returns 0, or the errno of what was refused first.
int cb_raise_priority(int realtime, int nice, int inherit) {
  struct sched_param wanted = {.sched_priority = realtime};
  if (sched_setscheduler(0, SCHED_RR | (inherit ? 0 : SCHED_RESET_ON_FORK), &wanted) == 0)
    return 0;
  int refused = errno;
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice);
  return refused;
}

// To the last of the processors it may run on: the first ones have most of the interrupts. Returns its number, or -1
// where there is no choice or it is refused.
int cb_pin_thread(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
    return -1;
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &allowed))
    last--;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(last, &only);
  return sched_setaffinity(0, sizeof only, &only) == 0 ? last : -1;
}
