/* choice: at which of its signaling servers a host waits in a room, and since when; and which of
 * them numbers its code. docs/SIGNALING.md S8-23 to S8-25.
 *
 * Each room puts the servers into an order of its own, by a hash of its token and the server's
 * name, so two hosts begin at the same ones, however their lists are written. At the first two they
 * join at once, at each further one 1.5 s later than at the one before. A number belongs to one
 * server, so its room is looked for at one after the other, in the order of the list.
 *
 * It knows nothing of how servers are reached. Servers are named by their number in the program. */
#pragma once

#include "transport/carrier.h"

struct choice_room {
	bool used;
	uint8_t token[TOKEN_LEN];
	uint64_t since;
	unsigned joined; /* bit i: at server i */
};

struct choice_server {
	bool known;
	uint16_t priority;
	const char *name; /* borrowed */
};

/* Private to choice.c; others embed it. */
struct choice {
	struct choice_server servers[LIMIT_VENUES];
	size_t end; /* rooms from here on were never used */
	struct choice_room rooms[LIMIT_ROOMS];
	unsigned home;      /* the server of our number */
	bool settled;       /* ... has answered */
	uint64_t silent_at; /* since when it does not answer; NEVER */
};

void choice_init(struct choice *c); /* c: all zero */
/* server is there, or somewhere else: nothing changes then. Servers of a lower priority come first.
 * name: borrowed for good; hosts that write it in the same way begin at the same server. */
void choice_server(struct choice *c, unsigned server, const char *name, uint16_t priority);

/* ERR_FULL: no more rooms. Joining again is fine. */
enum err choice_join(struct choice *c, const uint8_t token[static TOKEN_LEN], uint64_t now);
void choice_leave(struct choice *c, const uint8_t token[static TOKEN_LEN]);
/* The next room to join, and where; false: none is due. met: somebody is there already, so that
 * other servers are not asked about a number. */
bool choice_take(struct choice *c, bool met, unsigned *server, const uint8_t **token, uint64_t now);
uint64_t choice_deadline(const struct choice *c, bool met);

/* The server that our number is to be from: the first that answers, until that is silent for 10 s.
 * answering: bit i: server i answers. Once a turn. */
unsigned choice_home(struct choice *c, unsigned answering, uint64_t now);
uint64_t choice_home_deadline(const struct choice *c, unsigned answering);
