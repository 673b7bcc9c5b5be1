// UDP sockets for media, bound where RTP and RTCP want them; whoever asked owns the descriptor.
#include "address.h"
#include "cordboard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

// The address without a port. Its length, or 0: it is of neither family.
static socklen_t read_address(const char *text, cb_socket_address *address) {
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
    address->any.sa_family = AF_INET;
    return sizeof address->v4;
  }
  if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) != 1)
    return 0;
  address->any.sa_family = AF_INET6;
  return sizeof address->v6;
}

static int open_udp(int family) {
  int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int on = 1, off = 0;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  int expedited = 0xb8; // DSCP EF, RFC 4594: voice. Without effect where the network does not know it.
  setsockopt(fd, IPPROTO_IP, IP_TOS, &expedited, sizeof expedited);
  if (family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &expedited, sizeof expedited);
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); // bound to ::, it takes IPv4 too
  }
  return fd;
}

static int bind_udp(int fd, cb_socket_address *address, socklen_t bytes, int port) {
  address->v4.sin_port = htons((uint16_t)port); // in the same place in both families
  return bind(fd, &address->any, bytes) == 0 ? 0 : errno;
}

// Binds the first free even port from `first` on, around the range. Returns the descriptor or -errno.
int cb_udp_bind(const char *address, int first, int from, int to, void *bound_port) {
  cb_socket_address local;
  socklen_t bytes = read_address(address, &local);
  if (bytes == 0)
    return -EINVAL;
  from += from & 1;
  int ports = (to - from) / 2 + 1;
  int start = (first - from) / 2;
  int fd = open_udp(local.any.sa_family);
  int error = fd < 0 ? -fd : EADDRINUSE;
  for (int i = 0; i < ports && error == EADDRINUSE; i++) {
    int port = from + ((start + i) % ports) * 2;
    error = bind_udp(fd, &local, bytes, port);
    if (error == 0)
      memcpy(bound_port, &(int32_t){port}, sizeof(int32_t));
  }
  if (error == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -error;
}

// Binds this port and no other. Returns the descriptor or -errno.
int cb_udp_bind_one(const char *address, int port) {
  cb_socket_address local;
  socklen_t bytes = read_address(address, &local);
  if (bytes == 0)
    return -EINVAL;
  int fd = open_udp(local.any.sa_family);
  int error = fd < 0 ? -fd : bind_udp(fd, &local, bytes, port);
  if (error == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -error;
}
