// A packet of one RTP stream made into one of another (RFC 3550 section 5.1), by a rule that the audio loop has laid
// down: what the rule does not name exactly goes nowhere from here.
#include "cordboard.h"

#include <string.h>

enum { RTP_HEADER_BYTES = 12, OLD_PACKETS = 512, MAXIMUM_STEP = 3000 };

static uint32_t word(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_word(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 24);
  at[1] = (uint8_t)(value >> 16);
  at[2] = (uint8_t)(value >> 8);
  at[3] = (uint8_t)value;
}

// Finds the payload behind contributing sources and extension, without padding. False when the packet is malformed.
static int find_payload(const uint8_t *packet, int length, int *at, int *bytes) {
  if (length < RTP_HEADER_BYTES || packet[0] >> 6 != 2)
    return 0;
  int from = RTP_HEADER_BYTES + (packet[0] & 15) * 4;
  if (packet[0] & 0x10) {
    if (from + 4 > length)
      return 0;
    from += 4 + (packet[from + 2] << 8 | packet[from + 3]) * 4;
  }
  int to = length;
  if (packet[0] & 0x20) {
    if (packet[length - 1] == 0)
      return 0;
    to -= packet[length - 1];
  }
  *at = from;
  *bytes = to - from;
  return to > from;
}

static int mapped_type(const cb_forward *rule, int type) {
  for (int i = 0; i < CB_FORWARD_TYPES; i++)
    if (rule->type_in[i] == type)
      return rule->type_out[i];
  return -1;
}

// Writes the packet as it goes on into `out`. Its length, or 0: it does not go on.
int cb_forward_packet(cb_forward *rule, const cb_received *entry, const uint8_t *packet, uint8_t *out, int room) {
  int at, bytes;
  if (entry->status != 0 || entry->address != rule->from_address || entry->port != rule->from_port ||
      !find_payload(packet, entry->length, &at, &bytes) || RTP_HEADER_BYTES + bytes > room ||
      word(packet + 8) != rule->from_ssrc)
    return 0;
  int type = mapped_type(rule, packet[1] & 0x7f);
  if (type < 0)
    return 0;
  uint16_t sequence = (uint16_t)((packet[2] << 8 | packet[3]) + rule->sequence_offset);
  // Numbers are used once: what is older than the rule, or far off, is none of this stream's.
  int16_t step = (int16_t)(sequence - (uint16_t)rule->next_sequence);
  if ((int16_t)(sequence - (uint16_t)rule->oldest_sequence) < 0 || step > MAXIMUM_STEP)
    return 0;
  if (step >= 0) {
    rule->next_sequence = (uint16_t)(sequence + 1);
    rule->newest_timestamp = word(packet + 4) + rule->timestamp_offset;
    if ((uint16_t)(rule->next_sequence - rule->oldest_sequence) > OLD_PACKETS)
      rule->oldest_sequence = (uint16_t)(rule->next_sequence - OLD_PACKETS);
  }
  out[0] = 0x80;
  out[1] = (uint8_t)(type | (packet[1] & 0x80));
  out[2] = (uint8_t)(sequence >> 8);
  out[3] = (uint8_t)sequence;
  put_word(out + 4, word(packet + 4) + rule->timestamp_offset);
  put_word(out + 8, rule->to_ssrc);
  memcpy(out + RTP_HEADER_BYTES, packet + at, (size_t)bytes);
  rule->sent++;
  return RTP_HEADER_BYTES + bytes;
}

// Notes a packet that has been sent on. 0: it is to be handed over.
int cb_forward_note(cb_forward *rule, cb_note *notes, uint8_t *kept, const cb_received *entry, const uint8_t *packet) {
  int at, bytes;
  // The first of the types is audio. A loss told by the kernel is told with the packet.
  if (!rule->quiet || rule->noted >= CB_NOTES || (packet[1] & 0x7f) != rule->type_in[0] || entry->kernel_drops != 0 ||
      !find_payload(packet, entry->length, &at, &bytes))
    return 0;
  if (rule->quiet == CB_QUIET_KEPT) {
    if (bytes > CB_KEPT_BYTES)
      return 0;
    memcpy(kept + (size_t)rule->noted * CB_KEPT_BYTES, packet + at, (size_t)bytes);
  }
  notes[rule->noted++] = (cb_note){.arrival_ms = entry->arrival_ms,
                                   .timestamp = word(packet + 4),
                                   .sequence = (uint16_t)(packet[2] << 8 | packet[3]),
                                   .payload_length = (uint16_t)bytes};
  return 1;
}
