// UDP sockets for media, bound where RTP and RTCP want them; whoever asked owns the descriptor.
#include "cordboard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_udp(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  int expedited = 0xb8; // DSCP EF, RFC 4594: voice. Without effect where the network does not know it.
  setsockopt(fd, IPPROTO_IP, IP_TOS, &expedited, sizeof expedited);
  return fd;
}

static int bind_udp(int fd, int address, int port) {
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  local.sin_addr.s_addr = htonl((uint32_t)address);
  return bind(fd, (struct sockaddr *)&local, sizeof local) == 0 ? 0 : errno;
}

// Binds the first free even port from `first` on, around the range. Returns the descriptor or -errno.
int cb_udp_bind(int address, int first, int from, int to, void *bound_port) {
  from += from & 1;
  int ports = (to - from) / 2 + 1;
  int start = (first - from) / 2;
  int fd = open_udp();
  int error = fd < 0 ? -fd : EADDRINUSE;
  for (int i = 0; i < ports && error == EADDRINUSE; i++) {
    int port = from + ((start + i) % ports) * 2;
    error = bind_udp(fd, address, port);
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
int cb_udp_bind_one(int address, int port) {
  int fd = open_udp();
  int error = fd < 0 ? -fd : bind_udp(fd, address, port);
  if (error == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -error;
}
