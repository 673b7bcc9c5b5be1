// AES and HMAC-SHA1 for libsrtp2, which lets its own be replaced: Debian's makes a new context of NSS for each packet, and
// its SHA-1 knows nothing of the processor, at ten times the cost. These keep one context of OpenSSL for each key, and
// allocate nothing per packet. What a packet, an index and a key are stays with libsrtp2.
#include "srtp-crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { IV_BYTES = 16, GCM_IV_BYTES = 12, SHA1_BYTES = 20 };

typedef struct {
  srtp_cipher_t told; // first: it is what libsrtp2 has
  const EVP_CIPHER *algorithm;
  EVP_CIPHER_CTX *context;
  int key_bytes, tag_bytes;
  uint8_t salt[IV_BYTES]; // counter mode only
  uint8_t iv[GCM_IV_BYTES];
} cipher_t;

typedef struct {
  srtp_auth_t told; // first
  EVP_MAC_CTX *context;
} hmac_t;

static const srtp_cipher_type_t icm_128, icm_192, icm_256, gcm_128, gcm_256;
static const srtp_auth_type_t hmac_sha1;

static struct {
  const srtp_cipher_type_t *type;
  const char *name;
  int key_bytes, salted_key_bytes;
  EVP_CIPHER *algorithm;
} ciphers[] = {
    {&icm_128, "AES-128-CTR", SRTP_AES_128_KEY_LEN, SRTP_AES_ICM_128_KEY_LEN_WSALT, NULL},
    {&icm_192, "AES-192-CTR", SRTP_AES_192_KEY_LEN, SRTP_AES_ICM_192_KEY_LEN_WSALT, NULL},
    {&icm_256, "AES-256-CTR", SRTP_AES_256_KEY_LEN, SRTP_AES_ICM_256_KEY_LEN_WSALT, NULL},
    {&gcm_128, "AES-128-GCM", SRTP_AES_128_KEY_LEN, SRTP_AES_GCM_128_KEY_LEN_WSALT, NULL},
    {&gcm_256, "AES-256-GCM", SRTP_AES_256_KEY_LEN, SRTP_AES_GCM_256_KEY_LEN_WSALT, NULL},
};
enum { CIPHERS = sizeof ciphers / sizeof ciphers[0] };

static EVP_MAC *hmac;

static srtp_err_status_t ok_if(int done, srtp_err_status_t otherwise) { return done ? srtp_err_status_ok : otherwise; }

// No two of the ciphers have keys and salts of the same length together.
static srtp_err_status_t open_cipher(srtp_cipher_pointer_t *opened, int salted_key_bytes, int tag_bytes) {
  for (int i = 0; i < CIPHERS; i++) {
    if (ciphers[i].salted_key_bytes != salted_key_bytes)
      continue;
    cipher_t *c = calloc(1, sizeof *c);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (c == NULL || context == NULL) {
      free(c);
      EVP_CIPHER_CTX_free(context);
      return srtp_err_status_alloc_fail;
    }
    c->told = (srtp_cipher_t){
        .type = ciphers[i].type, .state = c, .key_len = salted_key_bytes, .algorithm = (int)ciphers[i].type->id};
    c->algorithm = ciphers[i].algorithm;
    c->context = context;
    c->key_bytes = ciphers[i].key_bytes;
    c->tag_bytes = tag_bytes;
    *opened = &c->told;
    return srtp_err_status_ok;
  }
  return srtp_err_status_bad_param;
}

static srtp_err_status_t close_cipher(srtp_cipher_pointer_t told) {
  cipher_t *c = told->state;
  EVP_CIPHER_CTX_free(c->context);
  OPENSSL_cleanse(c, sizeof *c);
  free(c);
  return srtp_err_status_ok;
}

static srtp_err_status_t crypt(cipher_t *c, uint8_t *buffer, unsigned int octets) {
  int done = 0;
  return ok_if(octets == 0 || EVP_CipherUpdate(c->context, buffer, &done, buffer, (int)octets),
               srtp_err_status_cipher_fail);
}

// RFC 3711 section 4.1.1: the counter of a packet's first block is the salt, and the packet's index and source upon it.
static srtp_err_status_t set_icm_key(void *state, const uint8_t *key) {
  cipher_t *c = state;
  memcpy(c->salt, key + c->key_bytes, SRTP_SALT_LEN); // what is behind it stays zero: the number of the block
  return ok_if(EVP_EncryptInit_ex2(c->context, c->algorithm, key, NULL, NULL), srtp_err_status_init_fail);
}

static srtp_err_status_t set_icm_iv(void *state, uint8_t *iv, srtp_cipher_direction_t direction) {
  (void)direction;
  cipher_t *c = state;
  uint8_t counter[IV_BYTES];
  for (int i = 0; i < IV_BYTES; i++)
    counter[i] = c->salt[i] ^ iv[i];
  return ok_if(EVP_EncryptInit_ex2(c->context, NULL, NULL, counter, NULL), srtp_err_status_init_fail);
}

static srtp_err_status_t crypt_icm(void *state, uint8_t *buffer, unsigned int *octets) {
  return crypt(state, buffer, *octets);
}

static srtp_err_status_t set_gcm_key(void *state, const uint8_t *key) {
  cipher_t *c = state;
  return ok_if(EVP_CipherInit_ex2(c->context, c->algorithm, key, NULL, 1, NULL), srtp_err_status_init_fail);
}

static srtp_err_status_t set_gcm_iv(void *state, uint8_t *iv, srtp_cipher_direction_t direction) {
  cipher_t *c = state;
  memcpy(c->iv, iv, GCM_IV_BYTES);
  return ok_if(EVP_CipherInit_ex2(c->context, NULL, NULL, iv, direction == srtp_direction_encrypt, NULL),
               srtp_err_status_init_fail);
}

static srtp_err_status_t add_gcm_header(void *state, const uint8_t *header, uint32_t octets) {
  int done;
  return ok_if(EVP_CipherUpdate(((cipher_t *)state)->context, NULL, &done, header, (int)octets),
               srtp_err_status_algo_fail);
}

static srtp_err_status_t encrypt_gcm(void *state, uint8_t *buffer, unsigned int *octets) {
  return crypt(state, buffer, *octets);
}

static srtp_err_status_t get_gcm_tag(void *state, uint8_t *tag, uint32_t *octets) {
  cipher_t *c = state;
  int done;
  *octets = (uint32_t)c->tag_bytes;
  return ok_if(EVP_CipherFinal_ex(c->context, tag, &done) &&
                   EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_GET_TAG, c->tag_bytes, tag),
               srtp_err_status_algo_fail);
}

// The tag stands behind what it is of. A packet that fails is left as it was: it may have been made with another key.
static srtp_err_status_t decrypt_gcm(void *state, uint8_t *buffer, unsigned int *octets) {
  cipher_t *c = state;
  if (*octets < (unsigned int)c->tag_bytes)
    return srtp_err_status_parse_err;
  unsigned int bytes = *octets - (unsigned int)c->tag_bytes;
  int done;
  if (!EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_SET_TAG, c->tag_bytes, buffer + bytes) ||
      crypt(c, buffer, bytes) != srtp_err_status_ok)
    return srtp_err_status_cipher_fail;
  if (EVP_CipherFinal_ex(c->context, buffer + bytes, &done)) {
    *octets = bytes;
    return srtp_err_status_ok;
  }
  if (set_gcm_iv(c, c->iv, srtp_direction_encrypt) != srtp_err_status_ok || crypt(c, buffer, bytes) != srtp_err_status_ok)
    return srtp_err_status_cipher_fail;
  return srtp_err_status_auth_fail;
}

static srtp_err_status_t open_hmac(srtp_auth_pointer_t *opened, int key_bytes, int tag_bytes) {
  if (key_bytes > SHA1_BYTES || tag_bytes > SHA1_BYTES)
    return srtp_err_status_bad_param;
  hmac_t *h = calloc(1, sizeof *h);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
  if (h == NULL || context == NULL) {
    free(h);
    EVP_MAC_CTX_free(context);
    return srtp_err_status_alloc_fail;
  }
  h->told = (srtp_auth_t){.type = &hmac_sha1, .state = h, .out_len = tag_bytes, .key_len = key_bytes};
  h->context = context;
  *opened = &h->told;
  return srtp_err_status_ok;
}

static srtp_err_status_t close_hmac(srtp_auth_pointer_t told) {
  hmac_t *h = told->state;
  EVP_MAC_CTX_free(h->context);
  free(h);
  return srtp_err_status_ok;
}

static srtp_err_status_t set_hmac_key(void *state, const uint8_t *key, int key_bytes) {
  OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA1", 0),
                         OSSL_PARAM_construct_end()};
  return ok_if(EVP_MAC_init(((hmac_t *)state)->context, key, (size_t)key_bytes, digest), srtp_err_status_init_fail);
}

// With the key there is, whose inner and outer states OpenSSL keeps.
static srtp_err_status_t start_hmac(void *state) {
  return ok_if(EVP_MAC_init(((hmac_t *)state)->context, NULL, 0, NULL), srtp_err_status_auth_fail);
}

static srtp_err_status_t update_hmac(void *state, const uint8_t *bytes, int count) {
  return ok_if(EVP_MAC_update(((hmac_t *)state)->context, bytes, (size_t)count), srtp_err_status_auth_fail);
}

static srtp_err_status_t finish_hmac(void *state, const uint8_t *bytes, int count, int tag_bytes, uint8_t *tag) {
  uint8_t whole[SHA1_BYTES];
  if (tag_bytes > SHA1_BYTES || update_hmac(state, bytes, count) != srtp_err_status_ok ||
      !EVP_MAC_final(((hmac_t *)state)->context, whole, NULL, sizeof whole))
    return srtp_err_status_auth_fail;
  memcpy(tag, whole, (size_t)tag_bytes);
  return srtp_err_status_ok;
}

#define ICM(bits) \
  {.alloc = open_cipher, \
   .dealloc = close_cipher, \
   .init = set_icm_key, \
   .encrypt = crypt_icm, \
   .decrypt = crypt_icm, \
   .set_iv = set_icm_iv, \
   .description = "AES-" #bits " counter mode by OpenSSL", \
   .test_data = &cb_icm_##bits##_answer, \
   .id = SRTP_AES_ICM_##bits}

#define GCM(bits) \
  {.alloc = open_cipher, \
   .dealloc = close_cipher, \
   .init = set_gcm_key, \
   .set_aad = add_gcm_header, \
   .encrypt = encrypt_gcm, \
   .decrypt = decrypt_gcm, \
   .set_iv = set_gcm_iv, \
   .get_tag = get_gcm_tag, \
   .description = "AES-" #bits " GCM by OpenSSL", \
   .test_data = &cb_gcm_##bits##_answer, \
   .id = SRTP_AES_GCM_##bits}

static const srtp_cipher_type_t icm_128 = ICM(128), icm_192 = ICM(192), icm_256 = ICM(256), gcm_128 = GCM(128),
                                gcm_256 = GCM(256);

static const srtp_auth_type_t hmac_sha1 = {.alloc = open_hmac,
                                           .dealloc = close_hmac,
                                           .init = set_hmac_key,
                                           .compute = finish_hmac,
                                           .update = update_hmac,
                                           .start = start_hmac,
                                           .description = "HMAC-SHA1 by OpenSSL",
                                           .test_data = &cb_hmac_sha1_answer,
                                           .id = SRTP_HMAC_SHA1};

int cb_srtp_crypto_start(void) {
  hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  int status = hmac == NULL ? srtp_err_status_init_fail : srtp_replace_auth_type(&hmac_sha1, SRTP_HMAC_SHA1);
  for (int i = 0; i < CIPHERS && status == 0; i++) {
    ciphers[i].algorithm = EVP_CIPHER_fetch(NULL, ciphers[i].name, NULL);
    status = ciphers[i].algorithm == NULL ? srtp_err_status_init_fail
                                          : srtp_replace_cipher_type(ciphers[i].type, ciphers[i].type->id);
  }
  return status;
}
