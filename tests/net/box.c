/* box: a line between two network namespaces, and a NAT at its inner end if one is asked for: the
 * models of tests/nat, on real packets.
 *
 *   box INSIDE DEVICE OUTSIDE DEVICE ADDRESS [WORD...]
 *
 * makes a TUN device in each namespace (a name under /run/netns) and carries what is sent into the
 * one out of the other, as the words say (tests/nat/words.h). ADDRESS is the first outside address
 * of the NAT. What the devices are called to the system and which way packets are routed is left to
 * whoever starts it.
 *
 * It says "ready", and ends with its standard input. Until then each line of that is a word, which
 * changes the weather, or "dark" or "light", "forget" (the NAT is switched off and on) or "count":
 * what has happened, in JSON. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/min_max.h"
#include "tests/nat/ip.h"
#include "tests/nat/words.h"

enum { INSIDE, OUTSIDE, PACKET_MAX = 65536, TURN = 64, TICK_NS = 200000 };
enum { QUEUE_LENGTH = 10000, WAITING_MAX = 100000 };

struct packet {
	uint64_t at, order;
	int to; /* INSIDE or OUTSIDE */
	size_t len;
	uint8_t bytes[];
};

static struct {
	int devices[2];
	struct nat *nat; /* NULL: none */
	struct nat_config config;
	struct addr address;
	struct weather weather[2];
	struct packet *waiting[WAITING_MAX]; /* a heap by time */
	size_t waiting_count;
	uint64_t now, order;
	struct random random;
	uint64_t carried[2], bytes[2], fates[2][FATE_TOO_BIG + 1], refused[2], late_us;
} box;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "box: %s: %s\n", what, strerror(errno));
	exit(1);
}

_Noreturn void base_panic(const char *file, int line)
{
	fprintf(stderr, "box: %s:%d: assert failed\n", file, line);
	abort();
}

static void fill(struct random *r, void *to, size_t len)
{
	(void)r;
	if (getrandom(to, len, 0) != (ssize_t)len)
		fail("getrandom");
}

static uint64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec / 1000;
}

/* ---- devices ---- */

static int open_device(const char *namespace, const char *name)
{
	char path[256];
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };

	snprintf(path, sizeof path, "/run/netns/%s", namespace);
	int ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		fail(path);
	close(ns);
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0)
		fail("/dev/net/tun");
	/* Else older systems send no trains of datagrams (UDP_SEGMENT) into the device. They come
	 * out of it as single packets. */
	if (ioctl(tun, TUNSETOFFLOAD, (unsigned long)TUN_F_CSUM) != 0)
		fail("checksums");
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	request.ifr_qlen = QUEUE_LENGTH;
	if (any < 0 || ioctl(any, SIOCSIFTXQLEN, &request) != 0)
		fail("length of the queue");
	close(any);
	return tun;
}

/* ---- what is on its way ---- */

static bool before(const struct packet *a, const struct packet *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(uint64_t at, int to, struct span bytes)
{
	size_t i = box.waiting_count;
	struct packet *p = i < WAITING_MAX ? malloc(sizeof *p + bytes.len) : NULL;

	if (p == NULL) {
		box.fates[to][FATE_DROPPED]++;
		return;
	}
	*p = (struct packet){ .at = at, .order = box.order++, .to = to, .len = bytes.len };
	memcpy(p->bytes, bytes.at, bytes.len);
	box.waiting_count++;
	while (i > 0 && before(p, box.waiting[(i - 1) / 2])) {
		box.waiting[i] = box.waiting[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	box.waiting[i] = p;
}

static struct packet *pop(void)
{
	struct packet *top = box.waiting[0], *last = box.waiting[--box.waiting_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < box.waiting_count) {
		if (child + 1 < box.waiting_count &&
		    before(box.waiting[child + 1], box.waiting[child]))
			child++;
		if (!before(box.waiting[child], last))
			break;
		box.waiting[i] = box.waiting[child];
		i = child;
	}
	box.waiting[i] = last;
	return top;
}

static void hand_over(int to, struct span bytes)
{
	struct virtio_net_hdr header = { 0 };
	uint8_t *at = (uint8_t *)(uintptr_t)bytes.at; /* it is only read */
	struct iovec parts[] = { { &header, sizeof header }, { at, bytes.len } };

	if (writev(box.devices[to], parts, 2) == (ssize_t)(sizeof header + bytes.len)) {
		box.carried[to]++;
		box.bytes[to] += bytes.len;
	}
}

/* ---- packets ---- */

static void complain(int to, enum ip_trouble trouble, struct span packet,
                     const struct ip_facts *facts)
{
	uint8_t icmp[IP_ICMP_MAX];
	size_t mtu = box.weather[to == INSIDE ? WAY_OUT : WAY_IN].mtu;

	hand_over(to,
	          span_of(icmp, ip_write_icmp(trouble, packet, facts, &box.address, mtu, icmp)));
}

/* An ICMP message about a packet that was sent from inside. */
static bool translate_icmp(uint8_t *bytes, size_t len, const struct ip_facts *facts)
{
	struct ip_facts about;
	size_t quoted;

	if (!ip_look_icmp(span_of(bytes, len), facts, &about, &quoted))
		return false;
	struct addr sender = about.from;
	if (!nat_sender(box.nat, about.protocol, &sender, &about.to, box.now))
		return false;
	ip_set_source(bytes + quoted, &about, &sender);
	ip_set_destination(bytes, facts, &sender);
	ip_sum_icmp(bytes, len, facts);
	return true;
}

/* What has come over the line goes in. */
static bool translate_in(uint8_t *bytes, size_t len)
{
	struct ip_facts facts;

	if (!ip_look(span_of(bytes, len), &facts) || facts.ttl <= 1)
		return false;
	ip_count_hop(bytes, &facts);
	if (facts.version == 6)
		return true;
	if (!nat_owns(box.nat, &facts.to))
		return false;
	if (!facts.whole)
		return translate_icmp(bytes, len, &facts);
	struct addr to = facts.to;
	if (!nat_in(box.nat, facts.protocol, &facts.from, &to, box.now))
		return false;
	ip_set_destination(bytes, &facts, &to);
	return true;
}

static bool translate_out(uint8_t *bytes, const struct ip_facts *facts)
{
	struct addr from = facts->from;

	if (facts->ttl <= 1)
		return false;
	ip_count_hop(bytes, facts);
	if (facts->version == 6)
		return true;
	if (!facts->whole ||
	    !nat_out(box.nat, facts->protocol, &from, &facts->to, box.now, &box.random))
		return false;
	ip_set_source(bytes, facts, &from);
	return true;
}

/* Of a host inside, to the NAT's own address. */
static void hairpin(uint8_t *bytes, size_t len)
{
	if (box.config.hairpin && translate_in(bytes, len))
		hand_over(INSIDE, span_of(bytes, len));
}

static void carry(int from, uint8_t *bytes, size_t len)
{
	uint8_t original[IP_ICMP_MAX];
	struct ip_facts facts;
	uint64_t at;
	int to = from == INSIDE ? OUTSIDE : INSIDE;
	enum way way = from == INSIDE ? WAY_OUT : WAY_IN;
	struct weather *w = &box.weather[way];

	if (!ip_look(span_of(bytes, len), &facts))
		return;
	struct span head = span_of(original, len < sizeof original ? len : sizeof original);
	memcpy(original, bytes, head.len);
	if (box.nat != NULL && from == INSIDE && !translate_out(bytes, &facts)) {
		box.refused[to]++;
		return;
	}
	if (box.nat != NULL && from == INSIDE && nat_owns(box.nat, &facts.to)) {
		hairpin(bytes, len);
		return;
	}
	uint16_t port = from == INSIDE ? facts.to.port : facts.from.port;
	enum fate fate = weather_pass(w, way, facts.protocol, port, len, box.now, &box.random, &at);
	box.fates[to][fate]++;
	if (fate == FATE_ARRIVES)
		push(at, to, span_of(bytes, len));
	else if (fate == FATE_REFUSED)
		complain(from, IP_REFUSED, head, &facts);
	else if (fate == FATE_TOO_BIG && w->tells)
		complain(from, IP_TOO_BIG, head, &facts);
}

/* True: something was due. */
static bool deliver_due(void)
{
	uint64_t before = box.carried[INSIDE] + box.carried[OUTSIDE];

	while (box.waiting_count > 0 && box.waiting[0]->at <= box.now) {
		struct packet *p = pop();
		bool in = p->to == INSIDE && box.nat != NULL;

		if (box.now - p->at > box.late_us)
			box.late_us = box.now - p->at;
		if (in && !translate_in(p->bytes, p->len))
			box.refused[p->to]++;
		else
			hand_over(p->to, span_of(p->bytes, p->len));
		free(p);
	}
	return box.carried[INSIDE] + box.carried[OUTSIDE] != before;
}

static void receive(int from)
{
	static uint8_t bytes[PACKET_MAX];

	for (int i = 0; i < TURN; i++) {
		struct virtio_net_hdr header;
		struct iovec parts[] = { { &header, sizeof header }, { bytes, sizeof bytes } };
		ssize_t len = readv(box.devices[from], parts, 2);

		if (len <= (ssize_t)sizeof header)
			return;
		len -= (ssize_t)sizeof header;
		if (header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
			ip_finish_checksum(bytes, (size_t)len, header.csum_start,
			                   header.csum_offset);
		carry(from, bytes, (size_t)len);
	}
}

/* ---- orders ---- */

static void count(void)
{
	static const char *const names[] = { "in", "out" };

	for (int to = INSIDE; to <= OUTSIDE; to++) {
		const uint64_t *fates = box.fates[to];

		printf("%s\"%s\": {\"packets\": %ju, \"bytes\": %ju, \"lost\": %ju, "
		       "\"dropped\": %ju, \"blocked\": %ju, \"too_big\": %ju, \"refused\": %ju}, ",
		       to == INSIDE ? "{" : "", names[to], (uintmax_t)box.carried[to],
		       (uintmax_t)box.bytes[to], (uintmax_t)fates[FATE_LOST],
		       (uintmax_t)fates[FATE_DROPPED],
		       (uintmax_t)(fates[FATE_BLOCKED] + fates[FATE_REFUSED]),
		       (uintmax_t)fates[FATE_TOO_BIG], (uintmax_t)box.refused[to]);
	}
	printf("\"mappings\": %u, \"late_us\": %ju}\n",
	       box.nat != NULL ? nat_mappings(box.nat, box.now) : 0, (uintmax_t)box.late_us);
	box.late_us = 0;
}

static void obey(const char *order)
{
	bool dark = strcmp(order, "dark") == 0;

	if (dark || strcmp(order, "light") == 0)
		box.weather[0].dark = box.weather[1].dark = dark;
	else if (strcmp(order, "forget") == 0 && box.nat != NULL)
		nat_forget(box.nat);
	else if (strcmp(order, "count") == 0)
		count();
	else if (!words_read(order, &box.config, box.weather))
		printf("what is \"%s\"?\n", order);
	if (strcmp(order, "count") != 0)
		printf("done\n");
	fflush(stdout);
}

/* False: there will be no more. */
static bool read_orders(void)
{
	static char line[256];
	static size_t used;
	ssize_t len = read(0, line + used, sizeof line - 1 - used);

	if (len <= 0 || used + (size_t)len == sizeof line - 1)
		return false;
	used += (size_t)len;
	line[used] = 0;
	for (char *end; (end = strchr(line, '\n')) != NULL;) {
		*end = 0;
		obey(line);
		used -= (size_t)(end + 1 - line);
		memmove(line, end + 1, used + 1);
	}
	return true;
}

/* As punctual as the system lets it be: a line does not wait for other programs. */
static void be_punctual(void)
{
	struct sched_param first = { .sched_priority = 1 };

	prctl(PR_SET_TIMERSLACK, 1UL);
	(void)sched_setscheduler(0, SCHED_RR, &first);
}

static void wait_for(struct pollfd *fds)
{
	struct timespec wait = { 0 };

	if (box.waiting_count > 0) {
		uint64_t left = max_of(box.waiting[0]->at, box.now) - box.now;

		wait.tv_sec = (time_t)(left / SECOND);
		wait.tv_nsec = (long)(left % SECOND) * 1000;
	}
	if (ppoll(fds, 3, box.waiting_count > 0 ? &wait : NULL, NULL) < 0 && errno != EINTR)
		fail("ppoll");
	box.now = clock_us();
}

static void run(void)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };
	struct pollfd fds[] = { { .fd = box.devices[INSIDE], .events = POLLIN },
		                { .fd = box.devices[OUTSIDE], .events = POLLIN },
		                { .fd = 0, .events = POLLIN } };

	do {
		wait_for(fds);
		for (int i = INSIDE; i <= OUTSIDE; i++) {
			if (fds[i].revents != 0)
				receive(i);
		}
		/* Where there are many packets, a few at once. */
		if (deliver_due() || fds[INSIDE].revents != 0 || fds[OUTSIDE].revents != 0)
			nanosleep(&tick, NULL);
	} while (fds[2].revents == 0 || read_orders());
}

int main(int argc, char **argv)
{
	if (argc < 6 || !addr_parse(span_of(argv[5], strlen(argv[5])), 1, &box.address)) {
		fprintf(stderr, "usage: box INSIDE DEVICE OUTSIDE DEVICE ADDRESS [WORD...]\n");
		return 2;
	}
	box.random.fill = fill;
	box.weather[0].in_order = box.weather[1].in_order = true;
	for (int i = 6; i < argc; i++) {
		if (!words_read(argv[i], &box.config, box.weather)) {
			fprintf(stderr, "box: what is \"%s\"?\n", argv[i]);
			return 2;
		}
	}
	if (box.config.mapping != MAP_NONE) {
		box.nat = nat_new(&box.config, &box.address);
		assert(box.nat != NULL);
	}
	box.devices[INSIDE] = open_device(argv[1], argv[2]);
	box.devices[OUTSIDE] = open_device(argv[3], argv[4]);
	be_punctual();
	printf("ready\n");
	fflush(stdout);
	run();
	return 0;
}
