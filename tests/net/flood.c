/* flood TO PORT RATE SECONDS KINDS: datagrams of strangers to a signaling server, from addresses
 * that are not ours: 10.0.0.0/8, another one for each. KINDS: letters, by turns: hello, join, keep
 * and forward, well-formed, with everything drawn at random, the stamps of a closed server, too;
 * repeated hello, twice from each address; stun, a binding request; noise, of any length. RATE: so
 * many in a second. Prints how many were sent when it ends, or is ended by SIGTERM. Needs the right
 * to raw sockets, and a network that is a test's own. */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LONGEST = 128, HEADERS = sizeof(struct iphdr) + sizeof(struct udphdr) };

static volatile sig_atomic_t over;

static void end(int number)
{
	(void)number;
	over = 1;
}

static uint64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t any(void)
{
	static uint64_t x = 88172645463325252;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Returns its length. */
static size_t make(uint8_t packet[LONGEST], const struct sockaddr_in *to, char kind)
{
	uint8_t *message = packet + HEADERS;
	static const uint8_t stun[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
	size_t len = kind == 'n'   ? any() % 97
	             : kind == 'j' ? 72
	             : kind == 'k' ? 12
	             : kind == 's' ? 20
	                           : 96;
	for (size_t i = 0; i < len; i += 8)
		memcpy(message + i, &(uint64_t){ any() }, 8);
	if (kind != 'n')
		message[0] = kind == 'h' || kind == 'r' ? 0xc0
		             : kind == 'j'              ? 0xc2
		             : kind == 'k'              ? 0xc7
		                                        : 0xf0;
	if (strchr("hrjk", kind))
		message[1] = 1;
	if (kind == 'h' || kind == 'r')
		message[10] = 0;
	if (kind == 's')
		memcpy(message, stun, sizeof stun);
	if (kind == 'j')
		message[42] &= 9; /* neither a nameplate nor leaving */
	static unsigned repeated;
	static uint64_t source;
	if (kind != 'r' || repeated++ % 2 == 0)
		source = any();
	struct iphdr ip = { .version = 4,
		            .ihl = 5,
		            .ttl = 64,
		            .protocol = IPPROTO_UDP,
		            .saddr = htonl(0x0a000001 + (uint32_t)(source % 0xfffffd)),
		            .daddr = to->sin_addr.s_addr };
	struct udphdr udp = { .source = htons((uint16_t)(1024 + (source >> 32) % 60000)),
		              .dest = to->sin_port,
		              .len = htons((uint16_t)(sizeof udp + len)) };
	memcpy(packet, &ip, sizeof ip);
	memcpy(packet + sizeof ip, &udp, sizeof udp);
	return HEADERS + len;
}

int main(int argc, char **argv)
{
	static uint8_t packets[BATCH][LONGEST];
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint64_t sent = 0;
	unsigned turn = 0;
	if (argc != 6 || !*argv[5] || strspn(argv[5], "hrjkfns") != strlen(argv[5]) ||
	    inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
		return 2;
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	uint64_t rate = strtoull(argv[3], NULL, 10), begun = clock_ns(),
		 ends = begun + strtoull(argv[4], NULL, 10) * 1000000000;
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("flood: socket");
		return 1;
	}
	signal(SIGTERM, end);
	for (uint64_t now = begun; now < ends && !over; now = clock_ns()) {
		if (sent > (now - begun) * rate / 1000000000) {
			nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
			continue;
		}
		for (size_t i = 0; i < BATCH; i++) {
			char kind = argv[5][turn++ % strlen(argv[5])];
			parts[i] = (struct iovec){ packets[i], make(packets[i], &to, kind) };
			messages[i].msg_hdr = (struct msghdr){ .msg_name = &to,
				                               .msg_namelen = sizeof to,
				                               .msg_iov = &parts[i],
				                               .msg_iovlen = 1 };
		}
		int n = sendmmsg(fd, messages, BATCH, 0);
		sent += n > 0 ? (uint64_t)n : 0;
	}
	printf("%llu packets in %.2f s\n", (unsigned long long)sent,
	       (double)(clock_ns() - begun) / 1e9);
	return 0;
}
