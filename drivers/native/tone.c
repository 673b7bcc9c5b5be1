// A bank of supervisory tone detectors (spandsp): busy, dial tone and the like by frequencies and cadence, all run by one
// call a tick. The arena is that of the DTMF detectors.
#include "cordboard.h"

#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int detectors;
  int used; // one more than the highest number opened so far
  super_tone_rx_descriptor_t **descriptor;
  super_tone_rx_state_t **state;
  cb_detector_arena *arena;
} bank_t;

// The code of a tone counts from 1: 0 says that it ended, or that what follows it is no tone of these.
static void report(void *user, int code, int level, int delay) {
  (void)level;
  (void)delay;
  cb_detector_arena *detector = user;
  if (detector->events < CB_DTMF_EVENTS)
    detector->code[detector->events++] = code + 1;
}

void *cb_tone_create(int detectors) {
  bank_t *bank = calloc(1, sizeof *bank);
  if (bank == NULL)
    return NULL;
  bank->detectors = detectors;
  bank->descriptor = calloc((size_t)detectors, sizeof *bank->descriptor);
  bank->state = calloc((size_t)detectors, sizeof *bank->state);
  bank->arena = calloc((size_t)detectors, sizeof *bank->arena);
  if (bank->descriptor != NULL && bank->state != NULL && bank->arena != NULL)
    return bank;
  free(bank->descriptor);
  free(bank->state);
  free(bank->arena);
  free(bank);
  return NULL;
}

void *cb_tone_arena(void *bank) { return ((bank_t *)bank)->arena; }

// `elements`: rows of tone (from 0, each after the one before), two frequencies in Hz (0 for none) and the shortest and
// longest duration in ms. A pattern is reported once all its elements were heard.
int cb_tone_open(void *bank, int detector, const void *elements, int rows) {
  bank_t *b = bank;
  const int32_t *row = elements;
  cb_tone_close(bank, detector);
  super_tone_rx_descriptor_t *descriptor = super_tone_rx_make_descriptor(NULL);
  if (descriptor == NULL)
    return -1;
  int tone = -1;
  for (int i = 0; i < rows; i++, row += 5) {
    while (tone < row[0])
      tone = super_tone_rx_add_tone(descriptor);
    super_tone_rx_add_element(descriptor, tone, row[1], row[2], row[3], row[4]);
  }
  // With fewer than two frequencies to compare, spandsp hears nothing at all. This tone lasts too long to be heard.
  super_tone_rx_add_element(descriptor, super_tone_rx_add_tone(descriptor), 2450, 2700, 3600000, 3600000);
  memset(&b->arena[detector], 0, sizeof b->arena[detector]);
  super_tone_rx_state_t *state = super_tone_rx_init(NULL, descriptor, report, &b->arena[detector]);
  if (state == NULL) {
    super_tone_rx_free_descriptor(descriptor);
    return -1;
  }
  b->descriptor[detector] = descriptor;
  b->state[detector] = state;
  if (detector >= b->used)
    b->used = detector + 1;
  return 0;
}

void cb_tone_close(void *bank, int detector) {
  bank_t *b = bank;
  if (b->state[detector] == NULL)
    return;
  super_tone_rx_free(b->state[detector]);
  super_tone_rx_free_descriptor(b->descriptor[detector]);
  b->state[detector] = NULL;
  b->descriptor[detector] = NULL;
}

// Runs every detector that was fed over its frame. Returns how many events they told together.
int cb_tone_run(void *bank) {
  bank_t *b = bank;
  int events = 0;
  for (int i = 0; i < b->used; i++) {
    cb_detector_arena *detector = &b->arena[i];
    detector->events = 0;
    if (!detector->feed || b->state[i] == NULL)
      continue;
    detector->feed = 0;
    super_tone_rx(b->state[i], detector->frame, CB_DTMF_FRAME);
    events += detector->events;
  }
  return events;
}

void cb_tone_destroy(void *bank) {
  bank_t *b = bank;
  for (int i = 0; i < b->detectors; i++)
    cb_tone_close(bank, i);
  free(b->descriptor);
  free(b->state);
  free(b->arena);
  free(b);
}
