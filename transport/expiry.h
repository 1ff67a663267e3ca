/* expiry: whether the NAT before our IPv4 socket ends mappings after a fixed time, however much
 * they are used. Then another socket is wanted before the mapping of the one in use ends. A server
 * shows it: it sees us at another port of the same address. docs/SIGNALING.md S8-32. Nothing is
 * sent before a mapping has ended. */
#pragma once

#include "transport/carrier.h"
#include "wire/signaling.h"

/* Private to expiry.c; others embed it. */
struct expiry {
	struct random *random;
	struct addr server, seen; /* one server, and where it sees the main socket */
	uint16_t link;            /* of the main socket */
	uint64_t born_at;         /* its mapping is at least so old */
	uint64_t alive_at;        /* ... and was last seen */
	uint64_t age_us;          /* at which the one before ended; 0: unknown, or of no concern */
	uint64_t life_us;         /* mappings live so long, whatever passes; 0: unknown */
	uint64_t due_at;          /* when another socket is wanted; NEVER */
	bool sure;                /* a socket that was left in time has shown it, too */
	uint16_t old;             /* that socket */
	struct addr old_seen;
	uint64_t old_born_at;
	uint64_t ask_at; /* the next HELLO, on the main socket or on the old one; NEVER */
	uint16_t asked;  /* the socket of the last HELLO; 0: it was answered */
	uint8_t nonce[NONCE_BYTES];
	bool to_say;
	bool ended; /* the mapping was found to have ended, and nobody knows */
	bool fresh; /* another socket is wanted, and nobody knows */
};

enum expiry_news {
	EXPIRY_NOTHING,
	EXPIRY_ENDED, /* servers see us elsewhere: ask them */
	EXPIRY_FRESH  /* another socket is to take the place of the main one */
};

void expiry_init(struct expiry *e, struct random *random);
/* This server sees the main socket there. Another link than before: it is the fresh one. */
void expiry_seen(struct expiry *e, const struct route *from, const struct addr *seen, uint64_t now);
/* COOKIE. False: it answers nothing that was asked here. */
bool expiry_cookie(struct expiry *e, const struct route *from, struct span wire, uint64_t now);
void expiry_timer(struct expiry *e, uint64_t now);
uint64_t expiry_deadline(const struct expiry *e);
/* The next HELLO. */
bool expiry_output(struct expiry *e, struct writer *w, struct route *to);
enum expiry_news expiry_take(struct expiry *e); /* each once */
