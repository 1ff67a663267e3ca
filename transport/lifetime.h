/* lifetime: how long the NAT before a socket of ours keeps a mapping that nobody uses, or the
 * firewall its state: one of these for IPv4, one for IPv6. A socket of its own is silent for a
 * while, and then the main socket has the server answer there: what comes in has found the mapping
 * alive. Each silence is longer than the one before; the first that was too long ends it.
 * docs/SIGNALING.md S8-31. Only a socket that nobody needs is put at risk. */
#pragma once

#include "transport/carrier.h"
#include "wire/signaling.h"

enum lifetime_stage {
	LIFETIME_OFF,   /* nothing is to be found out */
	LIFETIME_PAUSE, /* until next_at */
	LIFETIME_OPEN,  /* the socket is wanted */
	LIFETIME_FIRST, /* the socket says HELLO: a mapping is made */
	LIFETIME_AGAIN, /* ... once more, as some NATs keep it longer then */
	LIFETIME_SILENT,
	LIFETIME_ASK /* the main socket says HELLO for the other one, and for itself */
};

/* Only lifetime.c writes to it; others may read quiet_us. */
struct lifetime {
	struct random *random;
	enum lifetime_stage stage;
	enum socket_state socket;
	uint16_t link;                  /* of our socket */
	uint16_t main;                  /* ... and of the main one */
	struct addr server, seen;       /* of the main socket */
	struct addr other;              /* of ours, as the server sees it */
	uint8_t cookie[COOKIE_BYTES];   /* ... which has come there */
	uint8_t nonces[2][NONCE_BYTES]; /* of the HELLO to the socket, and of one to the main one */
	unsigned trial;                 /* which silence is tried */
	unsigned rounds, to_say;        /* HELLOs of this stage; of this round */
	bool answered;                  /* the main socket was */
	bool news;
	uint64_t heard_at; /* what that server last said of us */
	uint64_t next_at;  /* NEVER: nothing is due */
	uint64_t quiet_us; /* a mapping may go unused for so long; 0: unknown */
};

void lifetime_init(struct lifetime *l, bool v4, struct random *random);
/* The server sees our main socket there. Where that is a new network, all begins anew. Of several
 * servers one is believed while it lives. */
void lifetime_outside(struct lifetime *l, uint16_t link, const struct addr *server,
                      const struct addr *seen, uint64_t now);

/* An event of its socket; false: of another link. */
bool lifetime_link(struct lifetime *l, const struct link_event *event, uint64_t now);
bool lifetime_request(struct lifetime *l, struct link_request *request);
bool lifetime_up(const struct lifetime *l, uint16_t link);

/* COOKIE. False: it answers nothing that was asked here. */
bool lifetime_cookie(struct lifetime *l, const struct route *from, struct span wire, uint64_t now);
void lifetime_timer(struct lifetime *l, uint64_t now);
uint64_t lifetime_deadline(const struct lifetime *l);
bool lifetime_output(struct lifetime *l, struct writer *w, struct route *to);
bool lifetime_news(struct lifetime *l); /* quiet_us has changed; true once */
