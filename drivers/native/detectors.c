// Banks of detectors that listen to one line or call each (spandsp's, see dtmf.c and tone.c), all of a bank run by one call
// a tick.
#include "detectors.h"

#include <stdlib.h>
#include <string.h>

struct cb_bank {
  int detectors;
  int used; // one more than the highest number opened so far
  cb_detector *open;
  cb_detector_arena *arena;
};

void *cb_bank_create(int detectors) {
  cb_bank *bank = calloc(1, sizeof *bank);
  if (bank == NULL)
    return NULL;
  bank->detectors = detectors;
  bank->open = calloc((size_t)detectors, sizeof *bank->open);
  bank->arena = calloc((size_t)detectors, sizeof *bank->arena);
  if (bank->open != NULL && bank->arena != NULL)
    return bank;
  free(bank->open);
  free(bank->arena);
  free(bank);
  return NULL;
}

void *cb_bank_arena(void *bank) { return ((cb_bank *)bank)->arena; }

int cb_detector_bytes(void) { return (int)sizeof(cb_detector_arena); }

cb_detector_arena *cb_bank_clear(cb_bank *bank, int detector) {
  cb_bank_close(bank, detector);
  memset(&bank->arena[detector], 0, sizeof bank->arena[detector]);
  return &bank->arena[detector];
}

void cb_bank_place(cb_bank *bank, int detector, cb_detector opened) {
  bank->open[detector] = opened;
  if (detector >= bank->used)
    bank->used = detector + 1;
}

void cb_detector_report(cb_detector_arena *detector, int code) {
  if (detector->events < CB_DETECTOR_EVENTS)
    detector->code[detector->events++] = code;
}

void cb_bank_close(void *bank, int detector) {
  cb_detector *open = &((cb_bank *)bank)->open[detector];
  if (open->state != NULL)
    open->release(open->state);
  *open = (cb_detector){0};
}

// Runs every detector that was fed over its frame. Returns how many events they told together.
int cb_bank_run(void *bank) {
  cb_bank *b = bank;
  int events = 0;
  for (int i = 0; i < b->used; i++) {
    cb_detector_arena *detector = &b->arena[i];
    detector->events = 0;
    if (!detector->feed || b->open[i].state == NULL)
      continue;
    detector->feed = 0;
    b->open[i].hear(b->open[i].state, detector->frame);
    events += detector->events;
  }
  return events;
}

void cb_bank_destroy(void *bank) {
  cb_bank *b = bank;
  for (int i = 0; i < b->detectors; i++)
    cb_bank_close(bank, i);
  free(b->open);
  free(b->arena);
  free(b);
}
