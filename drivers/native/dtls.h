// dtls.c: DTLS handshakes that end in SRTP keys (RFC 5763, RFC 5764). Datagrams pass in the session's arena, whose
// layout dtls.ts mirrors; no socket is touched here.
#ifndef CORDBOARD_DTLS_H
#define CORDBOARD_DTLS_H

#include <stdint.h>

enum { CB_DTLS_BYTES = 2048, CB_DTLS_CERTIFICATE_BYTES = 4096, CB_DTLS_KEY_BYTES = 128 };
// A failed handshake stays failed; `closed`: the far end said goodbye.
enum { CB_DTLS_HANDSHAKE = 0, CB_DTLS_DONE = 1, CB_DTLS_FAILED = -1, CB_DTLS_CLOSED = -2 };

typedef struct {
  int32_t length;      // in: bytes received; out of `send`: bytes to be sent
  int32_t profile;     // out, when done: the use_srtp profile agreed on
  int32_t certificate_length;
  int32_t active; // out: we are the client, whose keys come first
  uint8_t datagram[CB_DTLS_BYTES];
  uint8_t certificate[CB_DTLS_CERTIFICATE_BYTES]; // out, when done: the far end's, DER
  uint8_t keys[CB_DTLS_KEY_BYTES];                // out, when done: client key, server key, client salt, server salt
} cb_dtls_arena;

int cb_dtls_start(void *certificate, int room);
void *cb_dtls_create(int active, int datagram_bytes);
void *cb_dtls_arena_of(void *session);
int cb_dtls_arena_bytes(void);
int cb_dtls_receive(void *session);
int cb_dtls_send(void *session);
int cb_dtls_tick(void *session);
void cb_dtls_destroy(void *session);

#endif
