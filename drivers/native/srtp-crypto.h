// Known answers that libsrtp2 tries our ciphers and our authentication by before it takes them (srtp-answers.c).
#ifndef CORDBOARD_SRTP_CRYPTO_H
#define CORDBOARD_SRTP_CRYPTO_H

#include <srtp2/auth.h>
#include <srtp2/cipher.h>

extern const srtp_cipher_test_case_t cb_icm_128_answer, cb_icm_192_answer, cb_icm_256_answer, cb_gcm_128_answer,
    cb_gcm_256_answer;
extern const srtp_auth_test_case_t cb_hmac_sha1_answer;

// Once, behind srtp_init(). 0 or an srtp_err_status_t.
int cb_srtp_crypto_start(void);

#endif
