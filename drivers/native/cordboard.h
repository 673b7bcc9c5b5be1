// The native side of drivers/native: no logic of its own, one batched call per audio tick into well-kept libraries.
// Called through ffi-rs only. Sizes pass as double (exact to 2^53), handles as pointers. Layouts that JavaScript reads
// are mirrored in media-sockets.ts and dtmf-bank.ts, which check the sizes when they start.
#ifndef CORDBOARD_H
#define CORDBOARD_H

#include <stdint.h>

// memory.c
void *cb_map_file(int fd, double bytes);
int cb_unmap(void *memory, double bytes);
void *cb_allocate(double bytes);
void cb_free(void *memory);

// thread.c: the wake-up of the audio thread, and its priority.
int cb_wake_open(void);
int cb_raise_priority(int realtime, int nice, int inherit);
int cb_pin_thread(void);

// media-sockets.c, media-slots.c: RTP sockets of one audio thread. Everything JavaScript reads or writes lies in one
// arena: header, receive table, receive data, send table, send data, forward table, notes, what is kept.
enum { CB_RECEIVE_BYTES = 1536, CB_SEND_BYTES = 1024 };

typedef struct {
  double deadline_ms;      // in: CLOCK_MONOTONIC
  double now_ms;           // out: CLOCK_MONOTONIC at return
  int32_t forwarding;      // in: rules in the forward table; where there are any, packets are looked for all the time
  int32_t send_count;      // in: entries of the send table to send
  int32_t received;        // out: entries of the receive table
  int32_t command;         // out: the wake-up descriptor had been written
  int32_t forward_errors;  // out: packets that could not be sent on, in all
  int32_t wakeups;         // out: times the thread woke, in all
  int32_t reserved[6];
} cb_header;

typedef struct {
  int32_t slot;
  int32_t length;      // bytes of the packet, decrypted
  uint32_t address;    // of the sender: see address.c
  int32_t port;
  int32_t status;      // 0, an srtp_err_status_t, or CB_TRUNCATED
  uint32_t kernel_drops; // datagrams the kernel dropped on this socket so far
  double arrival_ms;   // CLOCK_MONOTONIC, stamped by the kernel
} cb_received;

typedef struct {
  int32_t slot;
  int32_t length;
  uint32_t address;
  int32_t port;
  int32_t status; // out: 0, errno, or 1000 + srtp_err_status_t
  int32_t reserved[3];
} cb_sending;

enum { CB_TRUNCATED = -1, CB_FORWARD_TYPES = 3 };

// One a slot: what is received on it goes on from another slot as it comes, besides being handed over with the rest.
typedef struct {
  int32_t active;
  int32_t to_slot;
  uint32_t from_address; // only what comes from this source and is of this stream
  int32_t from_port;
  uint32_t from_ssrc;
  uint32_t to_address;
  int32_t to_port;
  uint32_t to_ssrc;
  int32_t sequence_offset;
  uint32_t timestamp_offset;
  int32_t oldest_sequence; // in and out: 16 bits; numbers before it are not used
  int32_t next_sequence;   // in and out: 16 bits; behind the newest sent
  int32_t sent;            // out: since the rule was laid down
  int32_t type_in[CB_FORWARD_TYPES]; // payload types, -1 for none
  int32_t type_out[CB_FORWARD_TYPES];
  uint32_t newest_timestamp; // in and out: of the newest packet sent
  int32_t quiet;  // in: audio that was sent on is noted, as long as there is room, instead of being handed over
  int32_t noted;  // in and out: notes there are
} cb_forward;

// What is to be known of a packet that was sent on and not handed over. Its payload is kept if it is no longer than this.
enum { CB_NOTES = 32, CB_KEPT_BYTES = 160, CB_QUIET_KEPT = 2 };

typedef struct {
  double arrival_ms;
  uint32_t timestamp;
  uint16_t sequence;
  uint16_t payload_length;
} cb_note;

int cb_udp_bind(const char *address, int first, int from, int to, void *bound_port);
int cb_udp_bind_one(const char *address, int port);
void *cb_sockets_create(int slots, int receive_packets, int send_packets, int wake_fd);
void *cb_sockets_arena(void *sockets);
double cb_sockets_arena_bytes(void *sockets);
void *cb_sockets_addresses(void *sockets);
int cb_sockets_wait(void *sockets);
int cb_sockets_send(void *sockets);
int cb_slot_add(void *sockets, int fd);
void cb_slot_connect(void *sockets, int slot, uint32_t address, int port);
void cb_slot_close(void *sockets, int slot);
int cb_slot_key(void *sockets, int slot, int direction, int profile, const void *key_and_salt);
void cb_slot_forget(void *sockets, int slot, int direction);
void cb_slot_forget_previous(void *sockets, int slot);
void cb_sockets_destroy(void *sockets);

// forward.c
int cb_forward_packet(cb_forward *rule, const cb_received *entry, const uint8_t *packet, uint8_t *out, int room);
int cb_forward_note(cb_forward *rule, cb_note *notes, uint8_t *kept, const cb_received *entry, const uint8_t *packet);

// srtp.c
enum { CB_RECEIVE = 0, CB_SEND = 1 };
int cb_srtp_start(void);
struct srtp_ctx_t_;
// `profile`: a protection profile of use_srtp (RFC 5764, RFC 7714), which SDES has the same of.
int cb_srtp_context(int direction, int profile, const void *key_and_salt, struct srtp_ctx_t_ **context);
// The packet's length changes with it; what is neither RTP nor RTCP stays as it is. 0 or an srtp_err_status_t.
int cb_srtp_take_off(struct srtp_ctx_t_ *context, uint8_t *packet, int32_t *length);
int cb_srtp_put_on(struct srtp_ctx_t_ *context, uint8_t *packet, int32_t *length);

// detectors.c
enum { CB_DETECTOR_FRAME = 160, CB_DETECTOR_EVENTS = 3 };

typedef struct {
  int32_t feed;   // in: this frame is to be looked at; cleared by the run
  int32_t events; // out: how many of `code` are set
  int32_t code[CB_DETECTOR_EVENTS]; // what the kind of detector says
  int32_t reserved[3];
  int16_t frame[CB_DETECTOR_FRAME]; // in
} cb_detector_arena;

void *cb_bank_create(int detectors);
void *cb_bank_arena(void *bank);
int cb_detector_bytes(void);
void cb_bank_close(void *bank, int detector);
int cb_bank_run(void *bank);
void cb_bank_destroy(void *bank);

// dtmf.c, tone.c
int cb_dtmf_open(void *bank, int detector, int filter_dial_tone);
int cb_tone_open(void *bank, int detector, const void *elements, int rows);

// fsk.c
enum { CB_FSK_SAMPLES = 320, CB_FSK_MESSAGE = 264 };

typedef struct {
  int32_t samples; // in: of `frame`
  int32_t bytes;   // out: of `message`
  int16_t frame[CB_FSK_SAMPLES];
  uint8_t message[CB_FSK_MESSAGE];
} cb_fsk_arena;

typedef struct cb_fsk cb_fsk;
void *cb_fsk_open(int standard);
int cb_fsk_arena_bytes(void);
int cb_fsk_hear(void *handle);
void cb_fsk_close(void *handle);

// echo.c
enum { CB_ECHO_BLOCK = 80, CB_ECHO_SAMPLES = 160, CB_NARROW_BAND_SAMPLES = 160 };

typedef struct {
  int32_t samples; // in: of both; whole blocks
  int32_t reserved;
  int16_t heard[CB_ECHO_SAMPLES];  // in: from the line; out: without the echo, a block later
  int16_t played[CB_ECHO_SAMPLES]; // in: to the line in the same time
} cb_echo_arena;

int cb_is_narrow_band(const int16_t *sound);

typedef struct cb_echo cb_echo;
void *cb_echo_open(int tail_samples);
int cb_echo_arena_bytes(void);
int cb_echo_cancel(void *handle);
void cb_echo_reset(void *handle);
void cb_echo_close(void *handle);

// rate-matcher.c
enum { CB_MATCH_SAMPLES = 640 };

typedef struct {
  int32_t in_samples;  // in: there are; out: used
  int32_t out_samples; // in: wanted at most; out: made
  int32_t step;        // in: parts in 65521 that the input's clock is faster than the output's; never 0
  int32_t reserved;
  int16_t in[CB_MATCH_SAMPLES];
  int16_t out[CB_MATCH_SAMPLES];
} cb_match_arena;

typedef struct cb_match cb_match;
void *cb_match_open(void);
int cb_match_arena_bytes(void);
int cb_match_run(void *handle);
void cb_match_reset(void *handle);
void cb_match_close(void *handle);

// resample.c
int cb_resample(void *from, double from_samples, int from_hz, void *to, double to_samples, int to_hz);

#endif
