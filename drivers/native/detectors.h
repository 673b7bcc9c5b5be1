// What kinds of detectors share: how one is put into a bank, heard, and released.
#ifndef CORDBOARD_DETECTORS_H
#define CORDBOARD_DETECTORS_H

#include "cordboard.h"

typedef struct cb_bank cb_bank;

typedef struct {
  void *state; // NULL: not open
  void (*hear)(void *state, const int16_t *frame); // CB_DETECTOR_FRAME samples
  void (*release)(void *state);
} cb_detector;

// Closes what was open under this number, and gives its arena, cleared.
cb_detector_arena *cb_bank_clear(cb_bank *bank, int detector);
void cb_bank_place(cb_bank *bank, int detector, cb_detector opened);
// For spandsp's callbacks: beyond CB_DETECTOR_EVENTS a run they are lost.
void cb_detector_report(cb_detector_arena *detector, int code);

#endif
