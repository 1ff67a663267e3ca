/* signaling: the messages between clients and a signaling server as plain structs
 * (docs/SIGNALING.md S2 to S5). FORWARD holds another packet and is read where it is used. */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"
#include "wire/packet.h"

struct hello {
	uint8_t nonce[NONCE_BYTES];
	bool beside; /* the answer is wanted from the server's other port */
	/* The answer is for another socket of ours, which has got this cookie there; unset: it is
	 * not. */
	struct addr other;
	uint8_t cookie[COOKIE_BYTES];
};
struct cookie {
	uint8_t nonce[NONCE_BYTES]; /* HELLO's */
	struct addr observed;       /* where HELLO came from */
	uint8_t cookie[COOKIE_BYTES];
	uint32_t day;        /* since 1970; 0: unknown */
	uint32_t relay_kbit; /* what a pair may send through the server */
	uint32_t day_ends_s; /* until midnight; UINT32_MAX: unknown */
	/* of the same address of the server, where HELLO is answered over UDP too; 0: none */
	uint16_t other_port;
};
struct join {
	uint8_t cookie[COOKIE_BYTES];
	uint8_t token[TOKEN_LEN]; /* zeroes if nameplate, and only then */
	uint8_t secret[SECRET_BYTES];
	bool responder, nameplate, leave;
	bool keeps;   /* KEEP will come, so that JOIN need not */
	bool crosses; /* whoever does too may know where our TCP connection is seen */
	bool hides;   /* nobody may know where we are */
	bool unmet;   /* we know no pair in this room */
};
struct wait {
	uint8_t secret[SECRET_BYTES], token[TOKEN_LEN];
	uint32_t nameplate; /* 0: the room has none */
	uint16_t refresh_s; /* the next JOIN is due after so long */
	uint8_t others;     /* members of the other role in the room ... */
	uint8_t silent;     /* ... of whom so many have not answered INTRO */
	uint16_t keep_s; /* whoever sends KEEP is gone so long after the last; 0: KEEP is unknown */
};
struct intro {
	uint8_t own_secret[SECRET_BYTES]; /* the receiver's */
	uint8_t peer_id[8]; /* made by the server, tells nothing of the peer's secret */
	uint64_t pair;
	bool responder; /* the receiver's role */
	/* Made by the server from the room and the peer's host, which is an IPv4 address or an IPv6
	 * /48: peers with equal numbers are on one host. 0: the server does not say. */
	uint32_t host;
	struct addr peer; /* unknown (zeroes) where the server does not say */
	bool stream;      /* ... of its TCP connection to the server */
};
/* What keeps a place in these rooms, each known by the member's secret. */
enum { KEEP_ROOMS = 16 };
struct keep {
	bool echo; /* it is to come back, if the server knows them all at this address */
	unsigned count;
	uint8_t secrets[KEEP_ROOMS][SECRET_BYTES];
};
enum signaling_error {
	SIGNALING_BAD_COOKIE = 1,
	SIGNALING_FULL = 2,
	SIGNALING_RATE = 3,
	SIGNALING_NO_PAIR = 4,
	SIGNALING_GOES = 5
};
struct error {
	uint8_t code;
	uint8_t about[8]; /* the member's secret, the pair, or zeroes */
};

/* Appends one whole message. padded_to: bytes, HELLO_LEN at least. */
void signaling_write_hello(struct writer *w, const struct hello *m, size_t padded_to);
void signaling_write_cookie(struct writer *w, const struct cookie *m);
void signaling_write_join(struct writer *w, const struct join *m);
void signaling_write_wait(struct writer *w, const struct wait *m);
void signaling_write_intro(struct writer *w, const struct intro *m);
void signaling_write_error(struct writer *w, const struct error *m);
void signaling_write_keep(struct writer *w, const struct keep *m);

/* Reads one whole message; of a longer one the first bytes. False, and *m is as before: it is
 * another message, or one of another version, too short, or its fields contradict each other. */
bool signaling_read_hello(struct span wire, struct hello *m);
bool signaling_read_cookie(struct span wire, struct cookie *m);
bool signaling_read_join(struct span wire, struct join *m);
bool signaling_read_wait(struct span wire, struct wait *m);
bool signaling_read_intro(struct span wire, struct intro *m);
bool signaling_read_error(struct span wire, struct error *m);
bool signaling_read_keep(struct span wire, struct keep *m); /* with KEEP_ROOMS secrets at most */
