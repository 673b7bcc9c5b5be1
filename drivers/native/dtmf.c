// DTMF detectors (spandsp). A code is a digit's character: it began; 0: it ended.
//
// One detector of spandsp's loses the highest keys when both of their frequencies are 1.5 % off, which ITU-T Q.24 wants
// to be heard. So two listen: to the sound a little faster, and a little slower. What either hears is a digit; what is
// 3.5 % off, neither does.
#include "detectors.h"

#include <spandsp.h>
#include <speex/speex_resampler.h>
#include <stdlib.h>

// 0.75 % up and down. Telephone bandwidth, and nobody listens: the shortest filter will do.
enum { EARS = 2, STEPS = 133, RATE_HZ = 8000, QUALITY = 1, HEARD_MAX = 200 };

// spandsp takes a high frequency 4 dB stronger, or 8 dB weaker, at the most; with noise that is less. In whole dB: "twist" is
// that the high one is weaker.
enum { TWIST_DB = 11, REVERSE_TWIST_DB = 7 };

// One ear may lose a digit and the other find it a moment later: that is one press. True gaps are of 40 ms.
enum { SAME_PRESS_FRAMES = 1 };

typedef struct {
  dtmf_rx_state_t *receiver;
  SpeexResamplerState *resampler;
  int digit; // heard now, or 0
} ear;

typedef struct {
  cb_detector_arena *arena;
  ear ears[EARS];
  int digit;       // being told
  int frames_gone; // since no ear hears it
} listener;

static void follow(void *user, int code, int level, int delay) {
  (void)level;
  (void)delay;
  ((ear *)user)->digit = code;
}

static void tell(listener *l) {
  int digit = l->ears[0].digit != 0 ? l->ears[0].digit : l->ears[1].digit;
  if (digit == l->digit || (l->digit != 0 && l->ears[1].digit == l->digit)) {
    l->frames_gone = 0;
    return;
  }
  if (digit == 0 && l->frames_gone++ < SAME_PRESS_FRAMES)
    return;
  l->frames_gone = 0;
  l->digit = digit;
  cb_detector_report(l->arena, digit);
}

static void hear(void *state, const int16_t *frame) {
  listener *l = state;
  for (int i = 0; i < EARS; i++) {
    int16_t heard[HEARD_MAX];
    spx_uint32_t used = CB_DETECTOR_FRAME;
    spx_uint32_t made = HEARD_MAX;
    speex_resampler_process_int(l->ears[i].resampler, 0, frame, &used, heard, &made);
    dtmf_rx(l->ears[i].receiver, heard, (int)made);
  }
  tell(l);
}

static void release(void *state) {
  listener *l = state;
  for (int i = 0; i < EARS; i++) {
    if (l->ears[i].receiver != NULL)
      dtmf_rx_free(l->ears[i].receiver);
    if (l->ears[i].resampler != NULL)
      speex_resampler_destroy(l->ears[i].resampler);
  }
  free(l);
}

// Fresh state under this number. spandsp fills its tables at the first of all calls, without a lock: that one is made
// on the main thread before others begin.
int cb_dtmf_open(void *bank, int detector, int filter_dial_tone) {
  cb_detector_arena *arena = cb_bank_clear(bank, detector);
  listener *l = calloc(1, sizeof *l);
  if (l == NULL)
    return -1;
  l->arena = arena;
  for (int i = 0; i < EARS; i++) {
    ear *e = &l->ears[i];
    int error = 0;
    e->receiver = dtmf_rx_init(NULL, NULL, NULL);
    e->resampler =
        speex_resampler_init_frac(1, STEPS, i == 0 ? STEPS - 1 : STEPS + 1, RATE_HZ, RATE_HZ, QUALITY, &error);
    if (e->receiver == NULL || e->resampler == NULL) {
      release(l);
      return -1;
    }
    dtmf_rx_set_realtime_callback(e->receiver, follow, e);
    dtmf_rx_parms(e->receiver, filter_dial_tone, TWIST_DB, REVERSE_TWIST_DB, -99);
  }
  cb_bank_place(bank, detector, (cb_detector){l, hear, release});
  return 0;
}
