// The native side of drivers/native: no logic of its own, one batched call per audio tick into well-kept libraries.
// Called through ffi-rs only. Sizes pass as double (exact to 2^53), handles as pointers.
#ifndef CORDBOARD_H
#define CORDBOARD_H

#include <stdint.h>

// memory.c
void *cb_map_file(int fd, double bytes);
int cb_unmap(void *memory, double bytes);
void *cb_allocate(double bytes);
void cb_free(void *memory);

#endif
