// Whether sound is one or two tones and nothing else: linear prediction of the fourth order then leaves next to nothing.
#include "cordboard.h"

#include <math.h>

enum { ORDER = 4 };

// Measured over 20 ms: tones, DTMF included, are predicted to 29 dB and more, through G.711 as well; speech (espeak-ng) to
// 25 dB, and hardly ever to more than 20.
static const double least_gain = 500; // 27 dB
static const double least_energy = 100.0 * CB_NARROW_BAND_SAMPLES; // about -67 dBm0

int cb_is_narrow_band(const int16_t *sound) {
  double windowed[CB_NARROW_BAND_SAMPLES], r[ORDER + 1], a[ORDER + 1] = {1};
  for (int i = 0; i < CB_NARROW_BAND_SAMPLES; i++)
    windowed[i] = sound[i] * (0.5 - 0.5 * cos(2 * M_PI * i / CB_NARROW_BAND_SAMPLES));
  for (int lag = 0; lag <= ORDER; lag++) {
    r[lag] = 0;
    for (int i = lag; i < CB_NARROW_BAND_SAMPLES; i++)
      r[lag] += windowed[i] * windowed[i - lag];
  }
  if (r[0] < least_energy)
    return 0;
  double left = r[0] *= 1 + 1e-6; // Levinson and Durbin want it not quite singular
  for (int m = 1; m <= ORDER; m++) {
    double sum = 0, next[ORDER + 1];
    for (int j = 0; j < m; j++)
      sum += a[j] * r[m - j];
    double k = -sum / left;
    for (int j = 1; j <= m; j++)
      next[j] = a[j] + k * a[m - j];
    for (int j = 1; j <= m; j++)
      a[j] = next[j];
    left *= 1 - k * k;
  }
  return r[0] > left * least_gain;
}
