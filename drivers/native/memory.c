// Memory that native code and JavaScript both see: files mapped by several processes, and plain zeroed blocks.
#include "cordboard.h"

#include <stdlib.h>
#include <sys/mman.h>

// NULL on failure, so that the caller need not know MAP_FAILED.
void *cb_map_file(int fd, double bytes) {
  void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

int cb_unmap(void *memory, double bytes) { return munmap(memory, (size_t)bytes); }

void *cb_allocate(double bytes) { return calloc(1, (size_t)bytes); }

void cb_free(void *memory) { free(memory); }
