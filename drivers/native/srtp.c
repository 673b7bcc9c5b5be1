// SRTP contexts of libsrtp2, one per direction and key (RFC 3711, keys by RFC 4568).
#include "cordboard.h"

#include <pthread.h>
#include <srtp2/srtp.h>
#include <string.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;
static srtp_err_status_t start_status;

static void start(void) { start_status = srtp_init(); }

int cb_srtp_start(void) {
  pthread_once(&started, start);
  return start_status;
}

int cb_srtp_context(int direction, int tag_bytes, const void *key_and_salt, srtp_t *context) {
  int status = cb_srtp_start();
  if (status != 0)
    return status;
  srtp_policy_t policy;
  memset(&policy, 0, sizeof policy);
  if (tag_bytes == 4)
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
  else
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
  // RTCP keeps its 80-bit tag under both suites: RFC 4568 section 6.2.2.
  srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
  policy.ssrc.type = direction == CB_SEND ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = (unsigned char *)key_and_salt;
  policy.window_size = 1024;
  return srtp_create(context, &policy);
}
