/* calls: connections to signaling servers, each for one HELLO and its COOKIE: whether a server is
 * reached over TCP (docs/SIGNALING.md S7). */
#pragma once

#include "transport/connection.h"
#include "transport/outlook.h"
#include "wire/signaling.h"

enum { CALLS = 4 * LIMIT_VENUES };

/* Only calls.c writes to it; others read server, web and answer. */
struct call {
	unsigned server;
	bool web, said;
	uint64_t until; /* NEVER: it is over */
	struct addr to;
	uint8_t nonce[NONCE_BYTES];
	enum outlook_answer answer; /* UNKNOWN: still open */
	struct connection connection;
};

/* Private to calls.c; others embed it. */
struct calls {
	struct random *random;
	uint16_t first; /* link; the others follow */
	size_t count;
	struct call at[CALLS];
};

void calls_init(struct calls *c, uint16_t first, struct random *random);
/* web: at port 443, whatever to says. NULL: there is no room. */
const struct call *calls_add(struct calls *c, unsigned server, const struct addr *to, bool web,
                             uint64_t now);
void calls_again(struct calls *c, uint64_t now); /* those that have failed */
/* Of a link of ours; false: of others. */
bool calls_link(struct calls *c, const struct link_event *event);
bool calls_request(struct calls *c, struct link_request *request);
/* The COOKIE of a call, which is over then; false: there is none in these bytes. */
bool calls_input(struct calls *c, const struct route *from, struct span bytes, struct cookie *m);
/* A connection was taken at the server's own port, and its COOKIE has not come. */
bool calls_mute(const struct calls *c, unsigned server);
void calls_timer(struct calls *c, uint64_t now);
uint64_t calls_deadline(const struct calls *c); /* NEVER: all are over */
bool calls_output(struct calls *c, struct writer *w, struct route *to);
