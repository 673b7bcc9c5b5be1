// DTLS by OpenSSL over memory, for SRTP keys only. One certificate for the whole process, self-signed and new at each
// start: it is the fingerprint in SDP that the far end trusts, not a name.
#include "dtls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

// RFC 5764 section 4.1.2, RFC 7714 section 14.2, in the order we like them.
static const char profiles[] =
    "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";
static const char exporter[] = "EXTRACTOR-dtls_srtp";
enum { RECORD_HEADER_BYTES = 13, CERTIFICATE_DAYS = 3650 };

typedef struct {
  cb_dtls_arena arena; // first: its address is the session's
  SSL *ssl;
  BIO *incoming, *outgoing;
  int datagram_bytes;
  int state;
} session_t;

static pthread_once_t started = PTHREAD_ONCE_INIT;
static SSL_CTX *context;
static uint8_t own_certificate[CB_DTLS_CERTIFICATE_BYTES];
static int own_certificate_bytes;

// Any certificate passes here: it is compared with the fingerprint by who knows that.
static int accept_any(int verified, X509_STORE_CTX *store) {
  (void)verified;
  (void)store;
  return 1;
}

static X509 *make_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  if (certificate == NULL)
    return NULL;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), (long)CERTIFICATE_DAYS * 86400);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"cordboard", -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  if (X509_sign(certificate, key, EVP_sha256()) > 0)
    return certificate;
  X509_free(certificate);
  return NULL;
}

static void start(void) {
  SSL_CTX *made = SSL_CTX_new(DTLS_method());
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = key == NULL ? NULL : make_certificate(key);
  int length = certificate == NULL ? 0 : i2d_X509(certificate, NULL);
  uint8_t *end = own_certificate;
  if (made != NULL && length > 0 && length <= CB_DTLS_CERTIFICATE_BYTES && i2d_X509(certificate, &end) == length &&
      SSL_CTX_use_certificate(made, certificate) == 1 && SSL_CTX_use_PrivateKey(made, key) == 1 &&
      SSL_CTX_set_min_proto_version(made, DTLS1_2_VERSION) == 1 && SSL_CTX_set_tlsext_use_srtp(made, profiles) == 0) {
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(made, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    own_certificate_bytes = length;
    context = made;
  } else {
    SSL_CTX_free(made);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// Makes the certificate once a process, and hands it out as DER. Its length, or -1.
int cb_dtls_start(void *certificate, int room) {
  pthread_once(&started, start);
  if (context == NULL || own_certificate_bytes > room)
    return -1;
  memcpy(certificate, own_certificate, (size_t)own_certificate_bytes);
  return own_certificate_bytes;
}

void cb_dtls_destroy(void *session) {
  session_t *s = session;
  SSL_free(s->ssl); // with both BIOs
  OPENSSL_cleanse(s, sizeof *s);
  free(s);
}

void *cb_dtls_create(int active, int datagram_bytes) {
  pthread_once(&started, start);
  session_t *s = context == NULL ? NULL : calloc(1, sizeof *s);
  if (s == NULL)
    return NULL;
  s->ssl = SSL_new(context);
  s->incoming = BIO_new(BIO_s_mem());
  s->outgoing = BIO_new(BIO_s_mem());
  s->datagram_bytes = datagram_bytes;
  s->arena.active = active;
  if (s->ssl == NULL || s->incoming == NULL || s->outgoing == NULL) {
    BIO_free(s->incoming);
    BIO_free(s->outgoing);
    SSL_free(s->ssl);
    free(s);
    return NULL;
  }
  SSL_set_bio(s->ssl, s->incoming, s->outgoing);
  BIO_set_mem_eof_return(s->incoming, -1);
  BIO_set_mem_eof_return(s->outgoing, -1);
  SSL_set_mtu(s->ssl, datagram_bytes);
  if (active)
    SSL_set_connect_state(s->ssl);
  else
    SSL_set_accept_state(s->ssl);
  return s;
}

void *cb_dtls_arena_of(void *session) { return &((session_t *)session)->arena; }

int cb_dtls_arena_bytes(void) { return (int)sizeof(cb_dtls_arena); }

static int finish(session_t *s) {
  SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(s->ssl);
  X509 *certificate = SSL_get1_peer_certificate(s->ssl);
  int length = certificate == NULL ? 0 : i2d_X509(certificate, NULL);
  uint8_t *end = s->arena.certificate;
  int sound = profile != NULL && length > 0 && length <= CB_DTLS_CERTIFICATE_BYTES &&
              i2d_X509(certificate, &end) == length &&
              SSL_export_keying_material(s->ssl, s->arena.keys, CB_DTLS_KEY_BYTES, exporter, sizeof exporter - 1, NULL,
                                         0, 0) == 1;
  X509_free(certificate);
  if (!sound)
    return CB_DTLS_FAILED;
  s->arena.certificate_length = length;
  s->arena.profile = (int32_t)profile->id;
  return CB_DTLS_DONE;
}

// Takes the handshake as far as it goes with what has come.
static int advance(session_t *s) {
  ERR_clear_error();
  if (s->state == CB_DTLS_HANDSHAKE) {
    int result = SSL_do_handshake(s->ssl);
    if (result == 1) {
      s->state = finish(s);
    } else {
      int error = SSL_get_error(s->ssl, result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        s->state = CB_DTLS_FAILED;
    }
  } else if (s->state == CB_DTLS_DONE) {
    // Repeated handshake records are answered in here, alerts noted; data (there should be none) is thrown away.
    uint8_t data[512];
    int result = SSL_read(s->ssl, data, sizeof data);
    if (result <= 0 && SSL_get_error(s->ssl, result) == SSL_ERROR_ZERO_RETURN)
      s->state = CB_DTLS_CLOSED;
  }
  return s->state;
}

// Takes in the datagram of the arena (length 0: begins, as the active side does). The state.
int cb_dtls_receive(void *session) {
  session_t *s = session;
  int length = s->arena.length;
  if (length < 0 || length > CB_DTLS_BYTES)
    return s->state;
  if (length > 0 && BIO_write(s->incoming, s->arena.datagram, length) != length)
    return s->state;
  return advance(s);
}

// Puts the next datagram to be sent into the arena: whole records, as many as fit. Its length, 0 when there is none.
int cb_dtls_send(void *session) {
  session_t *s = session;
  char *waiting;
  long left = BIO_get_mem_data(s->outgoing, &waiting);
  int length = 0;
  while (left - length >= RECORD_HEADER_BYTES) {
    const uint8_t *record = (const uint8_t *)waiting + length;
    int bytes = RECORD_HEADER_BYTES + (record[11] << 8 | record[12]);
    if (length > 0 && length + bytes > s->datagram_bytes)
      break;
    if (bytes > left - length || length + bytes > CB_DTLS_BYTES)
      break;
    length += bytes;
  }
  s->arena.length = length > 0 ? BIO_read(s->outgoing, s->arena.datagram, length) : 0;
  return s->arena.length;
}

// To be called now and then: repeats a flight that was not answered in time (RFC 6347 section 4.2.4). The state.
int cb_dtls_tick(void *session) {
  session_t *s = session;
  if (s->state != CB_DTLS_HANDSHAKE)
    return s->state;
  ERR_clear_error();
  if (DTLSv1_handle_timeout(s->ssl) < 0)
    s->state = CB_DTLS_FAILED;
  return s->state;
}
