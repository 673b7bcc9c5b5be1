// G.722 (spandsp) and the decoding half of Opus, at 8 kHz. libopus is the one inside @discordjs/opus, which has to be
// loaded before: its own decoder call can neither conceal 20 ms nor use the copy of a lost frame (in-band FEC).
#include "codec.h"

#include <dlfcn.h>
#include <link.h>
#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

typedef struct OpusDecoder OpusDecoder;

static struct {
  OpusDecoder *(*create)(int32_t rate, int channels, int *error);
  int (*decode)(OpusDecoder *, const uint8_t *octets, int32_t length, int16_t *samples, int frame, int redundant);
  int (*samples_of)(const uint8_t *octets, int32_t length, int32_t rate);
  int (*control)(OpusDecoder *, int request, ...);
  void (*destroy)(OpusDecoder *);
} opus;

enum { RATE_HZ = 8000, OPUS_RESET_STATE = 4028 };

typedef struct {
  cb_codec_arena arena; // first: its address is the codec's
  int kind;
  g722_encode_state_t *g722_encoder;
  g722_decode_state_t *g722_decoder;
  OpusDecoder *opus_decoder;
} codec_t;

static int find(struct dl_phdr_info *object, size_t size, void *found) {
  (void)size;
  const char *slash = strrchr(object->dlpi_name, '/');
  if (slash == NULL || strcmp(slash, "/opus.node") != 0)
    return 0;
  *(void **)found = dlopen(object->dlpi_name, RTLD_NOLOAD | RTLD_LAZY);
  return 1;
}

// Binds the libopus that is loaded. 0, or -1 when there is none, or none of the form known here. On the thread that
// opens codecs; again does no harm.
int cb_opus_find(void) {
  if (opus.create != NULL)
    return 0;
  void *library = NULL;
  dl_iterate_phdr(find, &library);
  if (library == NULL)
    return -1;
  *(void **)&opus.decode = dlsym(library, "opus_decode");
  *(void **)&opus.samples_of = dlsym(library, "opus_packet_get_nb_samples");
  *(void **)&opus.control = dlsym(library, "opus_decoder_ctl");
  *(void **)&opus.destroy = dlsym(library, "opus_decoder_destroy");
  if (opus.decode == NULL || opus.samples_of == NULL || opus.control == NULL || opus.destroy == NULL)
    return -1;
  *(void **)&opus.create = dlsym(library, "opus_decoder_create");
  return opus.create == NULL ? -1 : 0;
}

void cb_codec_destroy(void *codec) {
  codec_t *c = codec;
  if (c->g722_encoder != NULL)
    g722_encode_free(c->g722_encoder);
  if (c->g722_decoder != NULL)
    g722_decode_free(c->g722_decoder);
  if (c->opus_decoder != NULL)
    opus.destroy(c->opus_decoder);
  free(c);
}

void *cb_codec_create(int kind) {
  codec_t *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->kind = kind;
  int error = 0;
  if (kind == CB_G722_ENCODER)
    c->g722_encoder = g722_encode_init(NULL, 64000, G722_SAMPLE_RATE_8000);
  else if (kind == CB_G722_DECODER)
    c->g722_decoder = g722_decode_init(NULL, 64000, G722_SAMPLE_RATE_8000);
  else if (kind == CB_OPUS_DECODER && opus.create != NULL)
    c->opus_decoder = opus.create(RATE_HZ, 1, &error);
  if (c->g722_encoder != NULL || c->g722_decoder != NULL || c->opus_decoder != NULL)
    return c;
  cb_codec_destroy(c);
  return NULL;
}

void *cb_codec_arena_of(void *codec) { return &((codec_t *)codec)->arena; }

int cb_codec_arena_bytes(void) { return (int)sizeof(cb_codec_arena); }

// The next packet has nothing to do with those before.
void cb_codec_reset(void *codec) {
  codec_t *c = codec;
  if (c->g722_encoder != NULL)
    g722_encode_init(c->g722_encoder, 64000, G722_SAMPLE_RATE_8000);
  if (c->g722_decoder != NULL)
    g722_decode_init(c->g722_decoder, 64000, G722_SAMPLE_RATE_8000);
  if (c->opus_decoder != NULL)
    opus.control(c->opus_decoder, OPUS_RESET_STATE);
}

static int decode_opus(OpusDecoder *decoder, cb_codec_arena *a) {
  if (a->mode == CB_CODEC_CONCEAL)
    return opus.decode(decoder, NULL, 0, a->sample, a->samples, 0);
  int length = opus.samples_of(a->octet, a->octets, RATE_HZ);
  if (length <= 0 || length > CB_CODEC_SAMPLES)
    return -1;
  if (a->mode == CB_CODEC_REDUNDANT)
    return opus.decode(decoder, a->octet, a->octets, a->sample, a->samples, 1);
  return opus.decode(decoder, a->octet, a->octets, a->sample, CB_CODEC_SAMPLES, 0);
}

// One packet, by what the arena says. What was made (samples, or octets when encoding), or a negative number: nothing.
int cb_codec_run(void *codec) {
  codec_t *c = codec;
  cb_codec_arena *a = &c->arena;
  if (a->octets < 0 || a->octets > CB_CODEC_OCTETS || a->samples < 0 || a->samples > CB_CODEC_SAMPLES)
    return -1;
  if (c->g722_encoder != NULL)
    return a->octets = g722_encode(c->g722_encoder, a->octet, a->sample, a->samples);
  if (c->g722_decoder != NULL)
    return a->octets > CB_CODEC_SAMPLES ? -1
                                        : (a->samples = g722_decode(c->g722_decoder, a->sample, a->octet, a->octets));
  if (a->octets == 0 && a->mode != CB_CODEC_CONCEAL)
    return -1;
  return a->samples = decode_opus(c->opus_decoder, a);
}
