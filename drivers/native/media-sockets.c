// RTP sockets: one call waits for the tick and receives from every socket, one call sends a whole batch. SRTP is taken
// off and put on along the way. Between two ticks packets are sent on by the rules of the forward table as they come.
#include "media-slots.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
  POLL_EVENTS = 256,
  CONTROL_BYTES = 128,
  WAKE_SLOT = -1,
  TIMER_SLOT = -2,
  FORWARD_BYTES = 1400,
};

// What is sent on is taken as it comes while it is little: each packet ends the sleep. When it is much, packets are taken
// together after a nap, which grows with the square of what comes in a millisecond: from 1 ms at 140 calls to 2 at 200,
// where it saves a third; 4 ms would save 3 % more. Shorter naps cost more than they save: a packet alone wakes a thread, a
// nap sets a timer, too (measured 2026-11).
static const double least_napping_rate = 14, nap_ms_per_square = 0.005, longest_nap_ms = 2;
static const double rate_window_ms = 20;

static double clock_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double align(double bytes) { return (double)(((size_t)bytes + 63) & ~(size_t)63); }

void *cb_sockets_create(int slots, int receive_packets, int send_packets, int wake_fd) {
  cb_sockets *s = calloc(1, sizeof *s);
  if (s == NULL)
    return NULL;
  s->slots = slots;
  s->receive_packets = receive_packets;
  s->send_packets = send_packets;
  s->wake_fd = wake_fd;
  double received_at = align(sizeof(cb_header));
  double receive_data_at = received_at + align(sizeof(cb_received) * (double)receive_packets);
  double sending_at = receive_data_at + align((double)CB_RECEIVE_BYTES * receive_packets);
  double send_data_at = sending_at + align(sizeof(cb_sending) * (double)send_packets);
  double forward_at = send_data_at + align((double)CB_SEND_BYTES * send_packets);
  double notes_at = forward_at + align(sizeof(cb_forward) * (double)slots);
  double kept_at = notes_at + align(sizeof(cb_note) * CB_NOTES * (double)slots);
  s->arena_bytes = kept_at + align((double)CB_KEPT_BYTES * CB_NOTES * slots);
  uint8_t *arena = calloc(1, (size_t)s->arena_bytes);
  s->slot = calloc((size_t)slots, sizeof *s->slot);
  s->addresses = cb_addresses_create();
  s->poll_fd = epoll_create1(EPOLL_CLOEXEC);
  s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  if (arena == NULL || s->slot == NULL || s->addresses == NULL || s->poll_fd < 0 || s->timer_fd < 0) {
    free(arena);
    free(s->slot);
    free(s->addresses);
    close(s->poll_fd), close(s->timer_fd);
    free(s);
    return NULL;
  }
  s->header = (cb_header *)arena;
  s->received = (cb_received *)(arena + (size_t)received_at);
  s->receive_data = arena + (size_t)receive_data_at;
  s->sending = (cb_sending *)(arena + (size_t)sending_at);
  s->send_data = arena + (size_t)send_data_at;
  s->forward = (cb_forward *)(arena + (size_t)forward_at);
  s->notes = (cb_note(*)[CB_NOTES])(arena + (size_t)notes_at);
  s->kept = (uint8_t(*)[CB_NOTES * CB_KEPT_BYTES])(arena + (size_t)kept_at);
  for (int i = 0; i < slots; i++)
    s->slot[i].fd = -1;
  struct epoll_event timer = {.events = EPOLLIN, .data.fd = TIMER_SLOT};
  epoll_ctl(s->poll_fd, EPOLL_CTL_ADD, s->timer_fd, &timer);
  if (wake_fd >= 0) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = WAKE_SLOT};
    epoll_ctl(s->poll_fd, EPOLL_CTL_ADD, wake_fd, &event);
  }
  return s;
}

void *cb_sockets_arena(void *sockets) { return ((cb_sockets *)sockets)->header; }

void *cb_sockets_addresses(void *sockets) { return ((cb_sockets *)sockets)->addresses; }

double cb_sockets_arena_bytes(void *sockets) { return ((cb_sockets *)sockets)->arena_bytes; }

void cb_sockets_destroy(void *sockets) {
  cb_sockets *s = sockets;
  for (int i = 0; i < s->slots; i++)
    cb_slot_close(s, i);
  close(s->poll_fd);
  close(s->timer_fd);
  free(s->slot);
  free(s->addresses);
  free(s->header);
  free(s);
}

static void read_control(struct msghdr *message, cb_received *entry, double real_to_monotonic_ms) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET)
      continue;
    if (c->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec at;
      memcpy(&at, CMSG_DATA(c), sizeof at);
      entry->arrival_ms = (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6 + real_to_monotonic_ms;
    } else if (c->cmsg_type == SO_RXQ_OVFL) {
      memcpy(&entry->kernel_drops, CMSG_DATA(c), sizeof entry->kernel_drops);
    }
  }
}

// Sends one packet on, if there is a rule. Whether that is all there is to do with it.
static int forward_entry(cb_sockets *s, const cb_received *entry, const uint8_t *packet) {
  cb_forward *rule = &s->forward[entry->slot];
  if (!rule->active)
    return 0;
  _Alignas(8) uint8_t out[FORWARD_BYTES + SRTP_MAX_TRAILER_LEN];
  int length = cb_forward_packet(rule, entry, packet, out, FORWARD_BYTES);
  if (length == 0)
    return 0;
  if (cb_slot_send(s, rule->to_slot, out, length, rule->to_address, rule->to_port) != 0)
    s->header->forward_errors++;
  return cb_forward_note(rule, s->notes[entry->slot], s->kept[entry->slot], entry, packet);
}

// Of what was received, from entry `first` on. All at once, so that whoever receives it wakes up once. What is to be
// handed over moves up to the place of what is not.
static void forward_received(cb_sockets *s, int first) {
  int kept = first;
  for (int i = first; i < s->header->received; i++) {
    const uint8_t *packet = s->receive_data + (size_t)i * CB_RECEIVE_BYTES;
    if (forward_entry(s, &s->received[i], packet))
      continue;
    if (kept < i) {
      s->received[kept] = s->received[i];
      memcpy(s->receive_data + (size_t)kept * CB_RECEIVE_BYTES, packet, (size_t)s->received[i].length);
    }
    kept++;
  }
  s->header->received = kept;
}

// One datagram: a flood on one socket can't starve the others, and what is left on it is told of again.
static void receive_slot(cb_sockets *s, int slot, double real_to_monotonic_ms) {
  int at = s->header->received;
  cb_received *entry = &s->received[at];
  uint8_t *packet = s->receive_data + (size_t)at * CB_RECEIVE_BYTES;
  cb_socket_address from;
  struct iovec part = {.iov_base = packet, .iov_len = CB_RECEIVE_BYTES};
  uint8_t control[CONTROL_BYTES] __attribute__((aligned(8)));
  struct msghdr message = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = CONTROL_BYTES};
  ssize_t length = recvmsg(s->slot[slot].fd, &message, MSG_DONTWAIT);
  if (length < 0)
    return;
  entry->slot = slot;
  entry->length = (int32_t)length;
  entry->address = cb_address_number(s->addresses, &from);
  entry->port = ntohs(from.v4.sin_port); // in the same place in both families
  entry->status = message.msg_flags & MSG_TRUNC ? CB_TRUNCATED : 0;
  entry->kernel_drops = 0;
  entry->arrival_ms = s->header->now_ms;
  read_control(&message, entry, real_to_monotonic_ms);
  cb_slot_unprotect(&s->slot[slot], entry, packet);
  s->header->received = at + 1;
}

static struct timespec from_ms(double ms) {
  double seconds = floor(ms / 1e3);
  return (struct timespec){(time_t)seconds, (long)((ms - seconds * 1e3) * 1e6)};
}

// Stays set over all the sleeps of a tick: the timeout of a single sleep is programmed and taken back with each packet.
static void set_timer(cb_sockets *s, double at_ms) {
  if (at_ms == s->timer_ms)
    return;
  struct itimerspec once = {.it_value = from_ms(at_ms)};
  if (timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &once, NULL) == 0)
    s->timer_ms = at_ms;
}

// Takes one datagram from every socket that has something; `may_sleep`: once one has, or the timer ends the wait for it.
static void receive_ready(cb_sockets *s, int may_sleep) {
  struct epoll_event event[POLL_EVENTS];
  int room = s->receive_packets - s->header->received;
  if (room == 0)
    return;
  int ready = epoll_wait(s->poll_fd, event, room < POLL_EVENTS ? room : POLL_EVENTS, may_sleep ? -1 : 0);
  s->header->wakeups += may_sleep;
  s->header->now_ms = clock_ms(CLOCK_MONOTONIC);
  double real_to_monotonic_ms = s->header->now_ms - clock_ms(CLOCK_REALTIME);
  for (int i = 0; i < ready; i++) {
    int slot = event[i].data.fd;
    if (slot == WAKE_SLOT) {
      uint64_t count;
      if (read(s->wake_fd, &count, sizeof count) > 0)
        s->header->command = 1;
    } else if (slot != TIMER_SLOT) {
      receive_slot(s, slot, real_to_monotonic_ms);
    }
  }
}

static void nap(cb_sockets *s, double ms) {
  struct timespec left = from_ms(ms);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &left, NULL);
  s->header->wakeups++;
}

// Takes packets as they come, to be sent on, until the deadline or a command, and what there is then; a receive table that
// is half full ends it, too.
static void forward_until(cb_sockets *s, double deadline_ms) {
  cb_header *header = s->header;
  int may_sleep = 0;
  for (;;) {
    int before = header->received;
    double looked_ms = header->now_ms;
    if (may_sleep)
      set_timer(s, deadline_ms);
    receive_ready(s, may_sleep);
    int taken = header->received - before;
    forward_received(s, before);
    double passed_ms = header->now_ms - looked_ms;
    s->packets_per_ms += taken / rate_window_ms - s->packets_per_ms * fmin(passed_ms / rate_window_ms, 1);
    double left_ms = deadline_ms - header->now_ms;
    int is_over = taken == 0 && (header->command || left_ms <= 0);
    if (is_over || header->received > s->receive_packets / 2)
      return;
    double rate = s->packets_per_ms;
    may_sleep = rate < least_napping_rate && left_ms > 0 && !header->command;
    if (taken == 0 && rate >= least_napping_rate)
      nap(s, fmin(fmin(nap_ms_per_square * rate * rate, longest_nap_ms), left_ms));
  }
}

// Sleeps until the deadline or the wake-up; packets wait.
static void sleep_until(cb_sockets *s, double deadline_ms) {
  double left_ms = deadline_ms - clock_ms(CLOCK_MONOTONIC);
  if (left_ms <= 0)
    return;
  struct timespec left = from_ms(left_ms);
  struct pollfd wake = {.fd = s->wake_fd, .events = POLLIN};
  ppoll(&wake, 1, &left, NULL);
  s->header->wakeups++;
}

// Sleeps until the deadline or the wake-up, then receives what there is, up to the size of the receive table; with a
// rule to send on by, packets are received and sent on all the while. Returns how many there are; the header says the rest.
int cb_sockets_wait(void *sockets) {
  cb_sockets *s = sockets;
  cb_header *header = s->header;
  header->received = 0;
  header->command = 0;
  if (header->forwarding > 0) {
    forward_until(s, header->deadline_ms);
  } else {
    sleep_until(s, header->deadline_ms);
    int before;
    do {
      before = header->received;
      receive_ready(s, 0);
    } while (header->received > before);
  }
  return header->received;
}

// Protects and sends the first `send_count` entries of the send table. Returns how many could not be sent.
int cb_sockets_send(void *sockets) {
  cb_sockets *s = sockets;
  int failed = 0;
  for (int i = 0; i < s->header->send_count; i++) {
    cb_sending *entry = &s->sending[i];
    uint8_t *packet = s->send_data + (size_t)i * CB_SEND_BYTES;
    entry->status = cb_slot_send(s, entry->slot, packet, entry->length, entry->address, entry->port);
    failed += entry->status != 0;
  }
  s->header->send_count = 0;
  return failed;
}
