// SRTP contexts of libsrtp2, one per direction and key (RFC 3711, keys by RFC 4568), and packets by them.
#include "cordboard.h"
#include "srtp-crypto.h"

#include <pthread.h>
#include <srtp2/srtp.h>
#include <string.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;
static int start_status;

static void start(void) {
  start_status = srtp_init();
  if (start_status == 0)
    start_status = cb_srtp_crypto_start();
}

int cb_srtp_start(void) {
  pthread_once(&started, start);
  return start_status;
}

int cb_srtp_context(int direction, int profile, const void *key_and_salt, srtp_t *context) {
  int status = cb_srtp_start();
  if (status != 0)
    return status;
  srtp_policy_t policy;
  memset(&policy, 0, sizeof policy);
  // RTCP keeps its 80-bit tag under _32 too: RFC 4568 section 6.2.2.
  status = srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, (srtp_profile_t)profile);
  if (status == 0)
    status = srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, (srtp_profile_t)profile);
  if (status != 0)
    return status;
  policy.ssrc.type = direction == CB_SEND ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = (unsigned char *)key_and_salt;
  policy.window_size = 1024;
  return srtp_create(context, &policy);
}

// RFC 7983: what is neither RTP nor RTCP (STUN, DTLS) passes as it is.
static int is_srtp(const uint8_t *packet, int length) { return length >= 8 && packet[0] >> 6 == 2; }

// RFC 5761 section 4: packet types 192 to 223 never are RTP payload types with marker.
static int is_rtcp(const uint8_t *packet) { return packet[1] >= 192 && packet[1] <= 223; }

int cb_srtp_take_off(srtp_t context, uint8_t *packet, int32_t *length) {
  if (!is_srtp(packet, *length))
    return 0;
  return is_rtcp(packet) ? srtp_unprotect_rtcp(context, packet, length) : srtp_unprotect(context, packet, length);
}

int cb_srtp_put_on(srtp_t context, uint8_t *packet, int32_t *length) {
  if (!is_srtp(packet, *length))
    return 0;
  return is_rtcp(packet) ? srtp_protect_rtcp(context, packet, length) : srtp_protect(context, packet, length);
}
