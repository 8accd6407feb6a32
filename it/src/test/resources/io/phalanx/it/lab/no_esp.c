/*
 * Preloaded into pluto: a kernel without ESP seems to take the SAs that it is given. What it refuses
 * for want of ESP is answered with success; everything else is passed on as it is. No packet is ever
 * protected in this way; IKE is all that is tested.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sys/socket.h>
#include <sys/types.h>

static void take(void *buffer, ssize_t octets) {
  struct nlmsghdr *header = buffer;
  if (octets < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || header->nlmsg_type != NLMSG_ERROR) {
    return;
  }
  struct nlmsgerr *answer = NLMSG_DATA(header);
  switch (answer->msg.nlmsg_type) {
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_UPDSA:
    case XFRM_MSG_DELSA:
      answer->error = 0;
  }
}

ssize_t recvfrom(
    int socket, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_size) {
  static ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *);
  if (!real) {
    real = dlsym(RTLD_NEXT, "recvfrom");
  }
  ssize_t octets = real(socket, buffer, size, flags, from, from_size);
  if (from && from->sa_family == AF_NETLINK) {
    take(buffer, octets);
  }
  return octets;
}
