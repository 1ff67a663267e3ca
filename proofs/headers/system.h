/* What Frama-C does not know of sockets on Linux. */
#pragma once

#define in_pktinfo in_pktinfo_of_bsd

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#undef CMSG_ALIGN
#undef CMSG_LEN
#undef CMSG_SPACE
#undef CMSG_DATA
#define CMSG_ALIGN(len) (((len) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define CMSG_LEN(len)   (CMSG_ALIGN(sizeof(struct cmsghdr)) + (len))
#define CMSG_SPACE(len) (CMSG_ALIGN(sizeof(struct cmsghdr)) + CMSG_ALIGN(len))
#define CMSG_DATA(c)    ((unsigned char *)(c) + CMSG_ALIGN(sizeof(struct cmsghdr)))

#undef in_pktinfo

#ifndef SOCK_NONBLOCK
#define SOCK_NONBLOCK 04000
#define SOCK_CLOEXEC  02000000
#endif

struct in_pktinfo {
	int ipi_ifindex;
	struct in_addr ipi_spec_dst, ipi_addr;
};

struct linger {
	int l_onoff, l_linger;
};

typedef union {
	long long integer;
	long double number;
} max_align_t;

struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};
int recvmmsg(int fd, struct mmsghdr *heads, unsigned most, int flags, void *timeout);
