/* sockets: the UDP sockets, or the listeners, of a communicator, one for each family: link 1 is for
 * IPv4, link 2 for IPv6. One that the system refuses or takes away is asked for again after 2 s,
 * then less and less often. A fresh one, link 3, may take the place of that of IPv4, and later link
 * 1 again. */
#pragma once

#include "transport/carrier.h"

enum { SOCKETS = 2, SOCKETS_FRESH = SOCKETS + 1 /* the third link, of IPv4 too */ };

struct sockets_socket {
	enum socket_state state;
	bool wanted, reported;
	unsigned failures; /* in a row */
	struct addr bind, local;
	uint64_t open_at; /* NONE: when to try again */
};

/* Private to sockets.c; others embed it. */
struct sockets {
	const char *kind;
	uint16_t main4; /* the link of IPv4 in use */
	struct sockets_socket at[SOCKETS_FRESH];
	struct random *random;
};

/* kind: LINK_UDP or LINK_LISTEN. A family is bound to the address of that family in listen, else to
 * any. */
void sockets_init(struct sockets *s, const char *kind, const struct addr *listen, size_t count,
                  struct random *random);
/* This family's socket is needed from now on. */
void sockets_want(struct sockets *s, bool v4);
/* ... those for this server are, and for its peers, which may be of IPv4 where it is not. No
 * datagram gets to a name, nor is one to go past its proxy. */
void sockets_toward(struct sockets *s, const struct addr *server);
/* The link of a family, at first. */
uint16_t sockets_of(bool v4);
uint16_t sockets_v4(const struct sockets *s);                /* ... that is in use for IPv4 now */
bool sockets_in_use(const struct sockets *s, uint16_t link); /* it is one of these */
/* Another socket of IPv4 is opened, which stays beside the one in use until the next call. Nothing
 * happens if a port was asked for. */
void sockets_freshen(struct sockets *s);
/* It takes the place of the one in use, if that is its link. */
void sockets_turn(struct sockets *s, uint16_t link);

enum sockets_change {
	SOCKETS_NOTHING,
	SOCKETS_UP,
	SOCKETS_DOWN,
	SOCKETS_FAILED /* DOWN, for the first time since it was up */
};
enum sockets_change sockets_link(struct sockets *s, const struct link_event *event, uint64_t now);
bool sockets_request(struct sockets *s, struct link_request *request);
/* now NEVER: asks at once for those that are missing. */
void sockets_timer(struct sockets *s, uint64_t now);
uint64_t sockets_deadline(const struct sockets *s);

bool sockets_up(const struct sockets *s, uint16_t link);
bool sockets_none(const struct sockets *s); /* none is up, or about to be */
/* One FAILED, as event says: the others cannot do its work. A host without IPv6, or without the
 * address, can do with the other family; but where a port is taken or forbidden, peers would find
 * another program there. */
bool sockets_missed(const struct sockets *s, const struct link_event *event);
const struct addr *sockets_bind(const struct sockets *s, uint16_t link); /* where it was to be */

/* A socket that was bound and not yet reported: an event of that kind, with its own address. */
bool sockets_report(struct sockets *s, enum communicator_event_kind kind,
                    struct communicator_event *event);
