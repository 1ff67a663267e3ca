/* connection: one TCP link, connected by us or accepted: its state, and the packets in its stream.
 *
 * An event about a link that we have closed meanwhile changes nothing: os/ may have crossed it. */
#pragma once

#include "transport/carrier.h"
#include "wire/framing.h"

/* Private to connection.c; others embed it. Zeroed memory is one that is not open. */
struct connection {
	enum socket_state state;
	bool blocked, blocked_reported;
	uint16_t link;
	struct addr local, remote;
	struct framing framing;
};

void connection_open(struct connection *c, uint16_t link, const struct addr *remote);
/* ... and leaves from there, unless that is unset. */
void connection_from(struct connection *c, const struct addr *local);
/* link: LINK_ACCEPTED */
void connection_accept(struct connection *c, const struct link_event *link);
void connection_close(struct connection *c);
void connection_drop(struct connection *c); /* the same, where somebody else asks os/ for it */
bool connection_request(struct connection *c, struct link_request *request);
enum connection_change { CONNECTION_NOTHING, CONNECTION_UP, CONNECTION_DOWN };
enum connection_change connection_link(struct connection *c, const struct link_event *event);

bool connection_has(const struct connection *c, uint16_t link); /* in whatever state */
bool connection_none(const struct connection *c);
bool connection_pending(const struct connection *c); /* not up yet */
bool connection_up(const struct connection *c);
bool connection_may_say(const struct connection *c); /* up, and takes bytes */
struct route connection_route(const struct connection *c);

/* The next packet among *in. False: there is no whole one; *bad: nor will there ever be. */
bool connection_read(struct connection *c, struct span *in, struct span *packet, bool *bad);
/* BLOCKED or WRITABLE; false: there is nothing to report. */
bool connection_report(struct connection *c, struct communicator_event *event);
