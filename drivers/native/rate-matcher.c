// Sound from one clock to another that is a little faster or slower (speexdsp's resampler, its ratio changed as it goes).
#include "cordboard.h"

#include <speex/speex_resampler.h>
#include <stddef.h>
#include <stdlib.h>

// speexdsp multiplies two parts of a ratio in 32 bits when it changes. A prime, so that no ratio is shortened.
enum { UNIT = 65521, RATE_HZ = 8000, QUALITY = 3 };

struct cb_match {
  cb_match_arena arena; // first: what JavaScript sees
  SpeexResamplerState *resampler;
  int32_t step;
};

void *cb_match_open(void) {
  cb_match *match = calloc(1, sizeof *match);
  if (match == NULL)
    return NULL;
  int error = 0;
  // From the ratio that needs the most memory, so that a later change of it allocates nothing.
  match->resampler = speex_resampler_init_frac(1, UNIT + 1, UNIT, RATE_HZ, RATE_HZ, QUALITY, &error);
  match->step = 1;
  if (match->resampler == NULL || error != 0) {
    cb_match_close(match);
    return NULL;
  }
  return match;
}

int cb_match_arena_bytes(void) { return (int)sizeof(cb_match_arena); }

// Returns 0, or a RESAMPLER_ERR code.
int cb_match_run(void *handle) {
  cb_match *match = handle;
  cb_match_arena *arena = &match->arena;
  int32_t step = arena->step;
  if (step != match->step) {
    int error = speex_resampler_set_rate_frac(match->resampler, (spx_uint32_t)(UNIT + step), UNIT, RATE_HZ, RATE_HZ);
    if (error != 0)
      return error;
    match->step = step;
  }
  spx_uint32_t used = (spx_uint32_t)arena->in_samples;
  spx_uint32_t made = (spx_uint32_t)arena->out_samples;
  int error = speex_resampler_process_int(match->resampler, 0, arena->in, &used, arena->out, &made);
  arena->in_samples = (int32_t)used;
  arena->out_samples = (int32_t)made;
  return error;
}

void cb_match_reset(void *handle) { speex_resampler_reset_mem(((cb_match *)handle)->resampler); }

void cb_match_close(void *handle) {
  cb_match *match = handle;
  if (match->resampler != NULL)
    speex_resampler_destroy(match->resampler);
  free(match);
}
