// The slots of RTP sockets: each a socket with the SRTP contexts of its two directions.
#include "media-slots.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// The slot owns the descriptor from now on. Returns the slot, or -errno with the descriptor left to the caller.
int cb_slot_add(void *sockets, int fd) {
  cb_sockets *s = sockets;
  int slot = 0;
  while (slot < s->slots && s->slot[slot].fd >= 0)
    slot++;
  if (slot == s->slots)
    return -ENOBUFS;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = slot};
  if (epoll_ctl(s->poll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    return -errno;
  s->slot[slot].fd = fd;
  s->slot[slot].family = cb_socket_family(fd);
  s->slot[slot].peer_port = 0;
  return slot;
}

static void forget(srtp_t *context) {
  if (*context != NULL)
    srtp_dealloc(*context);
  *context = NULL;
}

// A new receive key leaves the one before in place as `receive_previous`, for packets still on their way.
int cb_slot_key(void *sockets, int slot, int direction, int profile, const void *key_and_salt) {
  cb_slot *own = &((cb_sockets *)sockets)->slot[slot];
  srtp_t context;
  int status = cb_srtp_context(direction, profile, key_and_salt, &context);
  if (status != 0)
    return status;
  if (direction == CB_SEND) {
    forget(&own->send);
    own->send = context;
  } else {
    forget(&own->receive_previous);
    own->receive_previous = own->receive;
    own->receive = context;
  }
  return 0;
}

void cb_slot_forget(void *sockets, int slot, int direction) {
  cb_slot *own = &((cb_sockets *)sockets)->slot[slot];
  if (direction == CB_SEND) {
    forget(&own->send);
  } else {
    forget(&own->receive);
    forget(&own->receive_previous);
  }
}

void cb_slot_forget_previous(void *sockets, int slot) { forget(&((cb_sockets *)sockets)->slot[slot].receive_previous); }

// Connects the slot's socket to where its packets go and come from, so that the kernel need not look for the way with
// each that is sent: 6 % of what a bridged call costs (measured 2026-11). Nothing is received from elsewhere then. Port 0
// takes it back. Where it is refused the socket stays unconnected, and sends all the same.
void cb_slot_connect(void *sockets, int slot, uint32_t address, int port) {
  cb_sockets *all = sockets;
  cb_slot *own = &all->slot[slot];
  cb_socket_address to;
  unsigned to_bytes = port == 0 ? 0 : cb_address_of_number(all->addresses, address, port, own->family, &to);
  int is_connected = to_bytes > 0 && connect(own->fd, &to.any, to_bytes) == 0;
  if (!is_connected) {
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    connect(own->fd, &nobody, sizeof nobody);
  }
  own->peer_address = is_connected ? address : 0;
  own->peer_port = is_connected ? port : 0;
}

void cb_slot_close(void *sockets, int slot) {
  cb_slot *own = &((cb_sockets *)sockets)->slot[slot];
  if (own->fd < 0)
    return;
  cb_slot_forget(sockets, slot, CB_SEND);
  cb_slot_forget(sockets, slot, CB_RECEIVE);
  close(own->fd); // leaves the poll set with it
  own->fd = -1;
}

void cb_slot_unprotect(cb_slot *own, cb_received *entry, uint8_t *packet) {
  if (own->receive == NULL || entry->status != 0)
    return;
  int before = entry->length;
  int status = cb_srtp_take_off(own->receive, packet, &entry->length);
  if (status == srtp_err_status_auth_fail && own->receive_previous != NULL) {
    entry->length = before;
    status = cb_srtp_take_off(own->receive_previous, packet, &entry->length);
  }
  entry->status = status;
}

// Protects and sends one packet, which needs room for the SRTP tag. 0, errno, or 1000 + srtp_err_status_t.
int cb_slot_send(cb_sockets *all, int slot, uint8_t *packet, int length, uint32_t address, int port) {
  const cb_slot *own = &all->slot[slot];
  int status = own->send == NULL ? 0 : cb_srtp_put_on(own->send, packet, &length);
  if (status != 0)
    return 1000 + status;
  if (port == own->peer_port && address == own->peer_address) {
    // What was refused is the packet before: the far end's host said so, and this one has not been sent.
    int refused = send(own->fd, packet, (size_t)length, MSG_DONTWAIT) < 0;
    if (refused && errno == ECONNREFUSED)
      refused = send(own->fd, packet, (size_t)length, MSG_DONTWAIT) < 0;
    return refused ? errno : 0;
  }
  cb_socket_address to;
  unsigned to_bytes = cb_address_of_number(all->addresses, address, port, own->family, &to);
  return sendto(own->fd, packet, (size_t)length, MSG_DONTWAIT, &to.any, to_bytes) < 0 ? errno : 0;
}
