// Supervisory tone detectors (spandsp): busy, dial tone and the like by frequencies and cadence. A code is the number of
// the pattern that was heard, from 1; 0: it ended, or what follows it is no tone of these.
#include "detectors.h"

#include <spandsp.h>
#include <stdlib.h>

typedef struct {
  super_tone_rx_descriptor_t *descriptor;
  super_tone_rx_state_t *state;
} listener_t;

static void report(void *user, int code, int level, int delay) {
  (void)level;
  (void)delay;
  cb_detector_report(user, code + 1);
}

static void hear(void *state, const int16_t *frame) { super_tone_rx(((listener_t *)state)->state, frame, CB_DETECTOR_FRAME); }

static void release(void *state) {
  listener_t *listener = state;
  if (listener->state != NULL)
    super_tone_rx_free(listener->state);
  if (listener->descriptor != NULL)
    super_tone_rx_free_descriptor(listener->descriptor);
  free(listener);
}

static super_tone_rx_descriptor_t *describe(const int32_t *row, int rows) {
  super_tone_rx_descriptor_t *descriptor = super_tone_rx_make_descriptor(NULL);
  if (descriptor == NULL)
    return NULL;
  int tone = -1;
  for (int i = 0; i < rows; i++, row += 5) {
    while (tone < row[0])
      tone = super_tone_rx_add_tone(descriptor);
    super_tone_rx_add_element(descriptor, tone, row[1], row[2], row[3], row[4]);
  }
  // With fewer than two frequencies to compare, spandsp hears nothing at all. This tone lasts too long to be heard.
  super_tone_rx_add_element(descriptor, super_tone_rx_add_tone(descriptor), 2450, 2700, 3600000, 3600000);
  return descriptor;
}

// `elements`: rows of tone (from 0, each after the one before), two frequencies in Hz (0 for none) and the shortest and
// longest duration in ms. A pattern is reported once all its elements were heard.
int cb_tone_open(void *bank, int detector, const void *elements, int rows) {
  cb_detector_arena *arena = cb_bank_clear(bank, detector);
  listener_t *listener = calloc(1, sizeof *listener);
  if (listener == NULL)
    return -1;
  listener->descriptor = describe(elements, rows);
  if (listener->descriptor != NULL)
    listener->state = super_tone_rx_init(NULL, listener->descriptor, report, arena);
  if (listener->state == NULL) {
    release(listener);
    return -1;
  }
  cb_bank_place(bank, detector, (cb_detector){listener, hear, release});
  return 0;
}
