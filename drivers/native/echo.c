// The echo canceller of a line (speexdsp): the adaptive filter, and behind it the suppressor of what the filter leaves.
//
// What is played is hidden from it while that is nothing but tones. A tone says nothing of the rest of the spectrum, and
// speexdsp's filter, which goes on learning all the same, would cancel a tone that comes from the far end by the one that
// is played (ITU-T G.168, test 6: no divergence on narrow-band signals).
#include "cordboard.h"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The suppressor delays by a block: of 10 ms, so that there is time left for the rest of the path.
enum { RATE_HZ = 8000 };

struct cb_echo {
  cb_echo_arena arena; // first: what JavaScript sees
  SpeexEchoState *filter;
  SpeexPreprocessState *suppressor;
  int16_t played[CB_NARROW_BAND_SAMPLES]; // lately
};

void *cb_echo_open(int tail_samples) {
  cb_echo *echo = calloc(1, sizeof *echo);
  if (echo == NULL)
    return NULL;
  echo->filter = speex_echo_state_init(CB_ECHO_BLOCK, tail_samples);
  echo->suppressor = speex_preprocess_state_init(CB_ECHO_BLOCK, RATE_HZ);
  if (echo->filter == NULL || echo->suppressor == NULL) {
    cb_echo_close(echo);
    return NULL;
  }
  int rate = RATE_HZ;
  speex_echo_ctl(echo->filter, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  // Without "denoise" the suppressor computes its gains and does not apply them. Noise itself is let through as it is: a
  // steady tone of the exchange is noise to speexdsp.
  int on = 1, noise_db = 0, alone_db = -40, talking_db = -15;
  speex_preprocess_ctl(echo->suppressor, SPEEX_PREPROCESS_SET_DENOISE, &on);
  speex_preprocess_ctl(echo->suppressor, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise_db);
  speex_preprocess_ctl(echo->suppressor, SPEEX_PREPROCESS_SET_ECHO_STATE, echo->filter);
  speex_preprocess_ctl(echo->suppressor, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &alone_db);
  speex_preprocess_ctl(echo->suppressor, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &talking_db);
  return echo;
}

int cb_echo_arena_bytes(void) { return (int)sizeof(cb_echo_arena); }

// What the filter is to know of the block that is played.
static const int16_t *shown(cb_echo *echo, const int16_t *played) {
  static const int16_t silence[CB_ECHO_BLOCK];
  memmove(echo->played, echo->played + CB_ECHO_BLOCK, sizeof echo->played - CB_ECHO_BLOCK * sizeof *played);
  memcpy(echo->played + CB_NARROW_BAND_SAMPLES - CB_ECHO_BLOCK, played, CB_ECHO_BLOCK * sizeof *played);
  return cb_is_narrow_band(echo->played) ? silence : played;
}

// Replaces the samples heard by what is left of them without the echo of those played.
int cb_echo_cancel(void *handle) {
  cb_echo *echo = handle;
  int16_t cleaned[CB_ECHO_BLOCK];
  for (int at = 0; at + CB_ECHO_BLOCK <= echo->arena.samples; at += CB_ECHO_BLOCK) {
    const int16_t *played = shown(echo, echo->arena.played + at);
    speex_echo_cancellation(echo->filter, echo->arena.heard + at, played, cleaned);
    speex_preprocess_run(echo->suppressor, cleaned);
    memcpy(echo->arena.heard + at, cleaned, sizeof cleaned);
  }
  return 0;
}

void cb_echo_reset(void *handle) { speex_echo_state_reset(((cb_echo *)handle)->filter); }

void cb_echo_close(void *handle) {
  cb_echo *echo = handle;
  if (echo->suppressor != NULL)
    speex_preprocess_state_destroy(echo->suppressor);
  if (echo->filter != NULL)
    speex_echo_state_destroy(echo->filter);
  free(echo);
}
