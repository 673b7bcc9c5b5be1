// What media-sockets.c and media-slots.c share: the sockets of one audio thread, each in its slot.
#ifndef CORDBOARD_MEDIA_SLOTS_H
#define CORDBOARD_MEDIA_SLOTS_H

#include "address.h"
#include "cordboard.h"

#include <srtp2/srtp.h>

typedef struct {
  int fd; // -1: free
  int family;
  uint32_t peer_address; // connected to, while `peer_port` isn't 0
  int peer_port;
  srtp_t receive, receive_previous, send;
} cb_slot;

typedef struct {
  int slots, receive_packets, send_packets;
  int poll_fd, wake_fd, timer_fd;
  double timer_ms; // what the timer is set to
  cb_slot *slot;
  cb_addresses *addresses;
  double arena_bytes;
  cb_header *header;
  cb_received *received;
  uint8_t *receive_data;
  cb_sending *sending;
  uint8_t *send_data;
  cb_forward *forward;
  cb_note (*notes)[CB_NOTES]; // by slot, as is the next
  uint8_t (*kept)[CB_NOTES * CB_KEPT_BYTES];
  double packets_per_ms;
} cb_sockets;

void cb_slot_unprotect(cb_slot *own, cb_received *entry, uint8_t *packet);
int cb_slot_send(cb_sockets *all, int slot, uint8_t *packet, int length, uint32_t address, int port);

#endif
