// Known answers of the ciphers and the authentication of SRTP, as the RFCs print them.
#include "srtp-crypto.h"

#include <stddef.h>

#define OCTETS(text) (const uint8_t *)(text)
#define ICM_SALT "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"

enum { ICM_OCTETS = 32, GCM_OCTETS = 38, GCM_TAG = 16, GCM_HEADER = 12 };

static const uint8_t zeros[ICM_OCTETS];
static uint8_t zero_iv[16];

#define ICM_ANSWER(bits, key_text, answer) \
  {.key_length_octets = SRTP_AES_ICM_##bits##_KEY_LEN_WSALT, \
   .key = OCTETS(key_text ICM_SALT), \
   .idx = zero_iv, \
   .plaintext_length_octets = ICM_OCTETS, \
   .plaintext = zeros, \
   .ciphertext_length_octets = ICM_OCTETS, \
   .ciphertext = OCTETS(answer)}

// RFC 3711 appendix B.2; RFC 6188 sections 7.1 and 7.2 for the longer keys.
const srtp_cipher_test_case_t cb_icm_128_answer =
    ICM_ANSWER(128, "\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c",
               "\xe0\x3e\xad\x09\x35\xc9\x5e\x80\xe1\x66\xb1\x6d\xd9\x2b\x4e\xb4"
               "\xd2\x35\x13\x16\x2b\x02\xd0\xf7\x2a\x43\xa2\xfe\x4a\x5f\x97\xab");
const srtp_cipher_test_case_t cb_icm_192_answer =
    ICM_ANSWER(192,
               "\xea\xb2\x34\x76\x4e\x51\x7b\x2d\x3d\x16\x0d\x58\x7d\x8c\x86\x21"
               "\x97\x40\xf6\x5f\x99\xb6\xbc\xf7",
               "\x35\x09\x6c\xba\x46\x10\x02\x8d\xc1\xb5\x75\x03\x80\x4c\xe3\x7c"
               "\x5d\xe9\x86\x29\x1d\xcc\xe1\x61\xd5\x16\x5e\xc4\x56\x8f\x5c\x9a");
const srtp_cipher_test_case_t cb_icm_256_answer =
    ICM_ANSWER(256,
               "\x57\xf8\x2f\xe3\x61\x3f\xd1\x70\xa8\x5e\xc9\x3c\x40\xb1\xf0\x92"
               "\x2e\xc4\xcb\x0d\xc0\x25\xb5\x82\x72\x14\x7c\xc4\x38\x94\x4a\x98",
               "\x92\xbd\xd2\x8a\x93\xc3\xf5\x25\x11\xc6\x77\xd0\x8b\x55\x15\xa4"
               "\x9d\xa7\x1b\x23\x78\xa8\x54\xf6\x70\x50\x75\x6d\xed\x16\x5b\xac");

// RFC 7714 sections 16.1.1 and 16.2.1. libsrtp2 counts the salt to the key, but it goes into the IV beforehand.
static uint8_t gcm_iv[] = {0x51, 0x75, 0x3c, 0x65, 0x80, 0xc2, 0x72, 0x6f, 0x20, 0x71, 0x84, 0x14};

#define GCM_KEY "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
#define GCM_LONGER_KEY GCM_KEY "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
#define GCM_SALT "Quid pro quo"

#define GCM_ANSWER(bits, key_text, answer) \
  {.key_length_octets = SRTP_AES_GCM_##bits##_KEY_LEN_WSALT, \
   .key = OCTETS(key_text GCM_SALT), \
   .idx = gcm_iv, \
   .plaintext_length_octets = GCM_OCTETS, \
   .plaintext = OCTETS("Gallia est omnis divisa in partes tres"), \
   .ciphertext_length_octets = GCM_OCTETS + GCM_TAG, \
   .ciphertext = OCTETS(answer), \
   .aad_length_octets = GCM_HEADER, \
   .aad = OCTETS("\x80\x40\xf1\x7b\x80\x41\xf8\xd3\x55\x01\xa0\xb2"), \
   .tag_length_octets = GCM_TAG}

const srtp_cipher_test_case_t cb_gcm_128_answer =
    GCM_ANSWER(128, GCM_KEY,
               "\xf2\x4d\xe3\xa3\xfb\x34\xde\x6c\xac\xba\x86\x1c\x9d\x7e\x4b\xca\xbe\x63\x3b"
               "\xd5\x0d\x29\x4e\x6f\x42\xa5\xf4\x7a\x51\xc7\xd1\x9b\x36\xde\x3a\xdf\x88\x33"
               "\x89\x9d\x7f\x27\xbe\xb1\x6a\x91\x52\xcf\x76\x5e\xe4\x39\x0c\xce");
const srtp_cipher_test_case_t cb_gcm_256_answer =
    GCM_ANSWER(256, GCM_LONGER_KEY,
               "\x32\xb1\xde\x78\xa8\x22\xfe\x12\xef\x9f\x78\xfa\x33\x2e\x33\xaa\xb1\x80\x12"
               "\x38\x9a\x58\xe2\xf3\xb5\x0b\x2a\x02\x76\xff\xae\x0f\x1b\xa6\x37\x99\xb8\x7b"
               "\x7a\xa3\xdb\x36\xdf\xff\xd6\xb0\xf9\xbb\x78\x78\xd7\xa7\x6c\x13");

// RFC 2202 section 3, test cases 3 (with the long data) and 1.
#define TEN_OF(octet) octet octet octet octet octet octet octet octet octet octet

static const srtp_auth_test_case_t short_hmac_sha1_answer = {
    .key_length_octets = 20,
    .key = OCTETS(TEN_OF("\x0b") TEN_OF("\x0b")),
    .data_length_octets = 8,
    .data = OCTETS("Hi There"),
    .tag_length_octets = 20,
    .tag = OCTETS("\xb6\x17\x31\x86\x55\x05\x72\x64\xe2\x8b\xc0\xb6\xfb\x37\x8c\x8e\xf1\x46\xbe\x00"),
};
const srtp_auth_test_case_t cb_hmac_sha1_answer = {
    .key_length_octets = 20,
    .key = OCTETS(TEN_OF("\xaa") TEN_OF("\xaa")),
    .data_length_octets = 50,
    .data = OCTETS(TEN_OF("\xdd") TEN_OF("\xdd") TEN_OF("\xdd") TEN_OF("\xdd") TEN_OF("\xdd")),
    .tag_length_octets = 20,
    .tag = OCTETS("\x12\x5d\x73\x42\xb9\xac\x11\xcd\x91\xa3\x9a\xf4\x8a\xa1\x7b\x4f\x63\xf1\x75\xd3"),
    .next_test_case = &short_hmac_sha1_answer,
};
