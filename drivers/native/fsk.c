// Receiver of caller ID by FSK (spandsp): audio of a line in, checked messages out, type byte first, checksum last.
#include "cordboard.h"

#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

// spandsp's receiver stops at -30 dBm0; networks may send down to -36 (GR-30). FSK bears clipping.
enum { GAIN = 4 };

struct cb_fsk {
  cb_fsk_arena arena; // first: JavaScript's view
  adsi_rx_state_t *state;
};

// spandsp has checked the sum. A second message before the first was taken is lost: networks send one.
static void take(void *user, const uint8_t *message, int bytes) {
  cb_fsk_arena *arena = user;
  if (arena->bytes > 0 || bytes <= 0 || bytes > CB_FSK_MESSAGE)
    return;
  memcpy(arena->message, message, (size_t)bytes);
  arena->bytes = bytes;
}

void *cb_fsk_open(int standard) {
  cb_fsk *self = calloc(1, sizeof *self);
  if (self == NULL)
    return NULL;
  self->state = adsi_rx_init(NULL, standard, take, &self->arena);
  if (self->state != NULL)
    return self;
  free(self);
  return NULL;
}

int cb_fsk_arena_bytes(void) { return sizeof(cb_fsk_arena); }

// Hears the arena's samples. Returns the bytes of the message it has become, 0: none yet.
int cb_fsk_hear(void *handle) {
  cb_fsk *self = handle;
  cb_fsk_arena *arena = &self->arena;
  arena->bytes = 0;
  if (arena->samples <= 0 || arena->samples > CB_FSK_SAMPLES)
    return 0;
  for (int i = 0; i < arena->samples; i++) {
    int32_t louder = arena->frame[i] * GAIN;
    arena->frame[i] = (int16_t)(louder > INT16_MAX ? INT16_MAX : louder < INT16_MIN ? INT16_MIN : louder);
  }
  adsi_rx(self->state, arena->frame, arena->samples);
  return arena->bytes;
}

void cb_fsk_close(void *handle) {
  cb_fsk *self = handle;
  adsi_rx_free(self->state);
  free(self);
}
