// A bank of DTMF detectors (spandsp), all run by one call a tick.
#include "cordboard.h"

#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int detectors;
  int used; // one more than the highest number opened so far
  dtmf_rx_state_t **state;
  cb_detector_arena *arena;
} bank_t;

static void report(void *user, int code, int level, int delay) {
  (void)level;
  (void)delay;
  cb_detector_arena *detector = user;
  if (detector->events < CB_DTMF_EVENTS)
    detector->code[detector->events++] = code;
}

void *cb_dtmf_create(int detectors) {
  bank_t *bank = calloc(1, sizeof *bank);
  if (bank == NULL)
    return NULL;
  bank->detectors = detectors;
  bank->state = calloc((size_t)detectors, sizeof *bank->state);
  bank->arena = calloc((size_t)detectors, sizeof *bank->arena);
  if (bank->state != NULL && bank->arena != NULL)
    return bank;
  free(bank->state);
  free(bank->arena);
  free(bank);
  return NULL;
}

void *cb_dtmf_arena(void *bank) { return ((bank_t *)bank)->arena; }

int cb_detector_bytes(void) { return (int)sizeof(cb_detector_arena); }

// Fresh state under this number. spandsp fills its tables at the first of all calls, without a lock: that one is made
// on the main thread before others begin.
int cb_dtmf_open(void *bank, int detector, int filter_dial_tone) {
  bank_t *b = bank;
  cb_dtmf_close(bank, detector);
  dtmf_rx_state_t *state = dtmf_rx_init(NULL, NULL, NULL);
  if (state == NULL)
    return -1;
  memset(&b->arena[detector], 0, sizeof b->arena[detector]);
  dtmf_rx_set_realtime_callback(state, report, &b->arena[detector]);
  dtmf_rx_parms(state, filter_dial_tone, -1, -1, -99);
  b->state[detector] = state;
  if (detector >= b->used)
    b->used = detector + 1;
  return 0;
}

void cb_dtmf_close(void *bank, int detector) {
  bank_t *b = bank;
  if (b->state[detector] != NULL)
    dtmf_rx_free(b->state[detector]);
  b->state[detector] = NULL;
}

// Runs every detector that was fed over its frame. Returns how many events they told together.
int cb_dtmf_run(void *bank) {
  bank_t *b = bank;
  int events = 0;
  for (int i = 0; i < b->used; i++) {
    cb_detector_arena *detector = &b->arena[i];
    detector->events = 0;
    if (!detector->feed || b->state[i] == NULL)
      continue;
    detector->feed = 0;
    dtmf_rx(b->state[i], detector->frame, CB_DTMF_FRAME);
    events += detector->events;
  }
  return events;
}

void cb_dtmf_destroy(void *bank) {
  bank_t *b = bank;
  for (int i = 0; i < b->detectors; i++)
    cb_dtmf_close(bank, i);
  free(b->state);
  free(b->arena);
  free(b);
}
