// Whole utterances from one sample rate to another (speexdsp), without the resampler's delay at either end.
#include "cordboard.h"

#include <speex/speex_resampler.h>
#include <stddef.h>

// Fills up to `to_samples`. Returns how many it made, or a negative RESAMPLER_ERR code.
int cb_resample(void *from, double from_samples, int from_hz, void *to, double to_samples, int to_hz) {
  int error = 0;
  SpeexResamplerState *state =
      speex_resampler_init(1, (spx_uint32_t)from_hz, (spx_uint32_t)to_hz, SPEEX_RESAMPLER_QUALITY_DESKTOP, &error);
  if (state == NULL)
    return -error;
  speex_resampler_skip_zeros(state);
  spx_uint32_t taken = (spx_uint32_t)from_samples;
  spx_uint32_t made = (spx_uint32_t)to_samples;
  error = speex_resampler_process_int(state, 0, from, &taken, to, &made);
  spx_uint32_t total = made;
  // What the filter still holds comes out when silence is pushed in behind it.
  spx_int16_t silence[512] = {0};
  int latency = speex_resampler_get_input_latency(state);
  while (error == 0 && latency > 0 && total < (spx_uint32_t)to_samples) {
    taken = latency < 512 ? (spx_uint32_t)latency : 512;
    made = (spx_uint32_t)to_samples - total;
    latency -= (int)taken;
    error = speex_resampler_process_int(state, 0, silence, &taken, (spx_int16_t *)to + total, &made);
    total += made;
  }
  speex_resampler_destroy(state);
  return error == 0 ? (int)total : -error;
}
