// codec.c: speech codecs that remember what went before, one object each. Length, octets and samples pass in its arena,
// whose layout speech-codec.ts mirrors.
#ifndef CORDBOARD_CODEC_H
#define CORDBOARD_CODEC_H

#include <stdint.h>

enum { CB_G722_ENCODER = 1, CB_G722_DECODER = 2, CB_OPUS_DECODER = 3 };
// The longest payload a datagram brings, and 120 ms at 8 kHz: no Opus packet is longer (RFC 6716 section 3.1).
enum { CB_CODEC_OCTETS = 1536, CB_CODEC_SAMPLES = 960 };
enum { CB_CODEC_NORMAL = 0, CB_CODEC_CONCEAL = 1, CB_CODEC_REDUNDANT = 2 };

typedef struct {
  int32_t octets;  // decoding in, encoding out
  int32_t samples; // encoding and concealing in, decoding out
  int32_t mode;    // decoding: as it is, what is lost, or what is lost from the copy in the packet behind it
  int32_t reserved;
  uint8_t octet[CB_CODEC_OCTETS];
  int16_t sample[CB_CODEC_SAMPLES];
} cb_codec_arena;

int cb_opus_find(void);
void *cb_codec_create(int kind);
void *cb_codec_arena_of(void *codec);
int cb_codec_arena_bytes(void);
int cb_codec_run(void *codec);
void cb_codec_reset(void *codec);
void cb_codec_destroy(void *codec);

#endif
