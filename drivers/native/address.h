// Addresses of far ends as numbers, and as what the kernel wants.
#ifndef CORDBOARD_ADDRESS_H
#define CORDBOARD_ADDRESS_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} cb_socket_address;

typedef struct cb_addresses cb_addresses;
cb_addresses *cb_addresses_create(void);
uint32_t cb_address_number(cb_addresses *all, const cb_socket_address *from);
unsigned cb_address_of_number(cb_addresses *all, uint32_t number, int port, int family, cb_socket_address *to);
int cb_socket_family(int fd);
uint32_t cb_address_of_text(cb_addresses *all, const char *text);
int cb_address_octets(cb_addresses *all, uint32_t number, void *octets);

#endif
