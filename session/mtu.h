/* mtu: how large the packets on one path may be. Found by padded challenges: larger ones are tested
 * when there is data to fill them, and the present size when large packets go unanswered (RFC 8899,
 * RFC 9000 section 14). docs/PROTOCOL.md 6.6. What routers say only makes a test shorter, so a lie
 * changes nothing. Sizes are of packets, in bytes; zeroed memory is a path of LIMIT_PACKET. */
#pragma once

#include "base/random.h"
#include "session/frame.h"

enum {
	MTU_MIN = 548, /* an IPv4 host takes 576 bytes with the headers (RFC 1122 section 3.3.2) */
	MTU_TESTS = 3, /* RFC 8899 section 5.1.2, MAX_PROBES */
	MTU_CHALLENGES = 4
};

struct mtu_challenge {
	uint8_t bytes[CHALLENGE_LEN];
	uint16_t size; /* 0: none, or answered */
};

/* Only mtu.c writes to it. */
struct mtu {
	int8_t step;          /* the size, in steps above (or below) LIMIT_PACKET */
	bool proved;          /* the size was shown to pass, now or once */
	bool wanted;          /* data would fill larger packets */
	bool doubted;         /* the present size has to be shown again */
	uint8_t tests;        /* of the size under test, that have left */
	uint16_t told;        /* a router says that nothing larger passes; 0: none has */
	unsigned timeouts;    /* of data, in a row */
	unsigned searches;    /* in a row that found nothing */
	uint64_t tested_at;   /* when the last of them left; 0: none has */
	uint64_t rests_until; /* no search before */
	struct mtu_challenge sent[MTU_CHALLENGES]; /* the newest first */
};

size_t mtu_size(const struct mtu *m);
/* The largest of the sizes up to that one which is no more than most; MTU_MIN at least. */
size_t mtu_fit(const struct mtu *m, size_t most);
/* The size below; MTU_MIN stays. */
size_t mtu_below(size_t size);
/* A challenge padded to size was answered, or the path is known to carry it: it begins with it. */
void mtu_proved(struct mtu *m, size_t size);
/* There was more data than fits a packet. */
void mtu_want(struct mtu *m);
/* So many probe timeouts (RFC 9002) in a row; 0: data was acknowledged. Each casts a doubt. */
void mtu_timeouts(struct mtu *m, unsigned timeouts);
/* An ICMP message claims that only packets of size pass. */
void mtu_told(struct mtu *m, size_t size);

/* In what follows no size above max is tested; wait: so long an answer may take.
 *
 * The next test is due: writes its challenge and returns the size to pad the packet to. 0: none. */
size_t mtu_test(struct mtu *m, size_t max, uint64_t wait, struct random *random, struct writer *w,
                uint64_t now);
/* It answers a test. */
bool mtu_response(struct mtu *m, const uint8_t bytes[static CHALLENGE_LEN]);
/* Ends a test that nothing has answered. True: packets are smaller from now on. */
bool mtu_timer(struct mtu *m, size_t max, uint64_t wait, uint64_t now);
uint64_t mtu_deadline(const struct mtu *m, size_t max, uint64_t wait);
