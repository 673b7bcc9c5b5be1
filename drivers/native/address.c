// Addresses of far ends as numbers of 32 bits. An IPv4 address is its own. An IPv6 address gets one of 240.0.0.0/4, which
// nobody has (RFC 1112 section 4), and keeps it while it is used: whoever was heard or written to longest ago makes room.
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

enum { ENTRY_BITS = 12, ENTRIES = 1 << ENTRY_BITS, NONE = -1 };
static const uint32_t first_number = 0xf0000000;

typedef struct {
  struct in6_addr address;
  uint32_t scope;
  uint16_t generation; // in the number: one that was given away earlier means nothing any more
  int16_t next;        // of the same bucket
  uint8_t taken, used; // `used`: since the hand went by
} entry_t;

struct cb_addresses {
  uint64_t seed; // nobody else can tell which addresses share a bucket
  int hand;
  int16_t bucket[ENTRIES];
  entry_t entry[ENTRIES];
};

cb_addresses *cb_addresses_create(void) {
  cb_addresses *all = calloc(1, sizeof *all);
  if (all == NULL)
    return NULL;
  for (int i = 0; i < ENTRIES; i++)
    all->bucket[i] = NONE;
  if (getrandom(&all->seed, sizeof all->seed, 0) != sizeof all->seed)
    all->seed = (uintptr_t)all;
  return all;
}

static int bucket_of(const cb_addresses *all, const struct in6_addr *address) {
  uint64_t half[2];
  memcpy(half, address, sizeof half);
  uint64_t hash = (half[0] ^ all->seed) * 0x9e3779b97f4a7c15;
  hash = ((hash ^ hash >> 32) + half[1]) * (all->seed | 1);
  return (int)(hash >> (64 - ENTRY_BITS));
}

static int find(const cb_addresses *all, int bucket, const struct in6_addr *address, uint32_t scope) {
  int at = all->bucket[bucket];
  while (at != NONE && (all->entry[at].scope != scope || memcmp(&all->entry[at].address, address, sizeof *address) != 0))
    at = all->entry[at].next;
  return at;
}

// An entry for an address that is new, out of its bucket.
static int make_room(cb_addresses *all) {
  while (all->entry[all->hand].used) {
    all->entry[all->hand].used = 0;
    all->hand = (all->hand + 1) % ENTRIES;
  }
  int at = all->hand;
  all->hand = (at + 1) % ENTRIES;
  entry_t *entry = &all->entry[at];
  if (entry->taken) {
    int16_t *link = &all->bucket[bucket_of(all, &entry->address)];
    while (*link != at)
      link = &all->entry[*link].next;
    *link = entry->next;
    entry->generation++;
  }
  return at;
}

static uint32_t number_of(cb_addresses *all, const struct in6_addr *address, uint32_t scope) {
  if (IN6_IS_ADDR_V4MAPPED(address)) {
    uint32_t number;
    memcpy(&number, &address->s6_addr[12], sizeof number);
    number = ntohl(number);
    return number < first_number ? number : 0;
  }
  int bucket = bucket_of(all, address);
  int at = find(all, bucket, address, scope);
  if (at == NONE) {
    at = make_room(all);
    entry_t *entry = &all->entry[at];
    entry->address = *address;
    entry->scope = scope;
    entry->taken = 1;
    entry->next = all->bucket[bucket];
    all->bucket[bucket] = (int16_t)at;
  }
  all->entry[at].used = 1;
  return first_number | (uint32_t)all->entry[at].generation << ENTRY_BITS | (uint32_t)at;
}

static entry_t *entry_of(cb_addresses *all, uint32_t number) {
  entry_t *entry = &all->entry[number & (ENTRIES - 1)];
  uint16_t generation = (uint16_t)(number >> ENTRY_BITS);
  return number >= first_number && entry->taken && entry->generation == generation ? entry : NULL;
}

uint32_t cb_address_number(cb_addresses *all, const cb_socket_address *from) {
  if (from->any.sa_family == AF_INET)
    return ntohl(from->v4.sin_addr.s_addr);
  return number_of(all, &from->v6.sin6_addr, from->v6.sin6_scope_id);
}

int cb_socket_family(int fd) {
  int family = AF_INET;
  socklen_t bytes = sizeof family;
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &bytes);
  return family;
}

// For a socket of the family. The length of the address, or 0, which can't be sent to: the number is no one's any more.
unsigned cb_address_of_number(cb_addresses *all, uint32_t number, int port, int family, cb_socket_address *to) {
  if (family == AF_INET) {
    to->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to->v4.sin_addr.s_addr = htonl(number);
    return sizeof to->v4;
  }
  to->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  if (number < first_number) {
    uint32_t mapped[4] = {0, 0, htonl(0xffff), htonl(number)};
    memcpy(&to->v6.sin6_addr, mapped, sizeof mapped);
    return sizeof to->v6;
  }
  entry_t *entry = entry_of(all, number);
  if (entry == NULL)
    return 0;
  entry->used = 1;
  to->v6.sin6_addr = entry->address;
  to->v6.sin6_scope_id = entry->scope;
  return sizeof to->v6;
}

// 0: no address of either family.
uint32_t cb_address_of_text(cb_addresses *all, const char *text) {
  struct in6_addr v6;
  struct in_addr v4;
  if (inet_pton(AF_INET, text, &v4) == 1)
    return ntohl(v4.s_addr);
  return inet_pton(AF_INET6, text, &v6) == 1 ? number_of(all, &v6, 0) : 0;
}

// The 16 bytes of an IPv6 address. 0: the number is none of those.
int cb_address_octets(cb_addresses *all, uint32_t number, void *octets) {
  const entry_t *entry = entry_of(all, number);
  if (entry != NULL)
    memcpy(octets, &entry->address, sizeof entry->address);
  return entry != NULL;
}
