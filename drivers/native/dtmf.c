// DTMF detectors (spandsp). A code is a digit's character: it began; 0: it ended.
#include "detectors.h"

#include <spandsp.h>

static void report(void *user, int code, int level, int delay) {
  (void)level;
  (void)delay;
  cb_detector_report(user, code);
}

static void hear(void *state, const int16_t *frame) { dtmf_rx(state, frame, CB_DETECTOR_FRAME); }

static void release(void *state) { dtmf_rx_free(state); }

// Fresh state under this number. spandsp fills its tables at the first of all calls, without a lock: that one is made
// on the main thread before others begin.
int cb_dtmf_open(void *bank, int detector, int filter_dial_tone) {
  cb_detector_arena *arena = cb_bank_clear(bank, detector);
  dtmf_rx_state_t *state = dtmf_rx_init(NULL, NULL, NULL);
  if (state == NULL)
    return -1;
  dtmf_rx_set_realtime_callback(state, report, arena);
  dtmf_rx_parms(state, filter_dial_tone, -1, -1, -99);
  cb_bank_place(bank, detector, (cb_detector){state, hear, release});
  return 0;
}
