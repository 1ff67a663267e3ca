/* spares: UDP sockets of IPv4 beside the main ones, up to some hundreds for a few seconds: the look
 * at our own NAT uses them (natclass.h), and the search for a way between two hard ones
 * (docs/PROTOCOL.md 6.12). One user at a time has them; those on which a session has found a path
 * are kept for it. */
#pragma once

#include "transport/carrier.h"

enum { SPARES = LIMIT_SPARES };

struct spare {
	enum socket_state state;
	bool wanted; /* by the user of the moment */
	bool kept;   /* by a session, for its path to remote */
	uint16_t port;
	struct addr remote;
};

/* Private to spares.c; others embed it. */
struct spares {
	struct random *random;
	bool low, told;
	unsigned refused; /* binds of low ports that came to nothing in this turn */
	unsigned end;     /* the places from here on are free */
	struct spare at[SPARES];
};

void spares_init(struct spares *s, struct random *random);
/* So many from now on, for a new user; those of the last one end, but for what is kept. low: bound
 * to ports below 1024, as far as the system lets us. */
void spares_want(struct spares *s, unsigned count, bool low);
/* All that were asked for are there, or cannot be had; true once for each spares_want. */
bool spares_ready(struct spares *s);
/* The index-th that is up and wanted: its link and local port. False: there are not so many. */
bool spares_get(const struct spares *s, unsigned index, uint16_t *link, uint16_t *port);
bool spares_up(const struct spares *s, uint16_t link);

/* An event of one of them. False: it is of another link. */
bool spares_link(struct spares *s, const struct link_event *event);
bool spares_request(struct spares *s, struct link_request *request);

/* As in struct communicator_class: a session has a path there, or none any more. */
void spares_regard(struct spares *s, const struct route *route,
                   enum communicator_standing standing);
bool spares_held(const struct spares *s, unsigned index, struct route *route);
