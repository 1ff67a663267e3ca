/* venue: one signaling server, with all that we have there: which way it is reached (uplink), the
 * rooms we wait in (membership), the peers it has introduced to us (introductions). None of these
 * knows another; what one of them says is taken to the others here. docs/SIGNALING.md S8.
 *
 * Venues know nothing of each other. The UDP sockets are p2p's, and all venues use them. */
#pragma once

#include "transport/introductions.h"
#include "transport/membership.h"
#include "transport/uplink.h"

/* Private to venue.c; others embed it. */
struct venue {
	bool finished;
	struct carrier_failure failure;
	uint64_t day_at; /* when the server's next day has begun; NEVER: unknown */
	struct membership membership;
	struct introductions introductions;
	struct uplink uplink;
};

/* v: all zero. No server yet: venue_servers follows. index: among the venues of one program, 0 to
 * LIMIT_VENUES - 1; its TCP links have numbers of their own. random: borrowed. */
void venue_init(struct venue *v, unsigned index, bool responder, struct random *random,
                uint64_t now);
void venue_cross(struct venue *v); /* as membership_cross */
void venue_hide(struct venue *v);  /* as membership_hide */
/* closed: it wants a key. */
void venue_servers(struct venue *v, bool closed, const struct addr *servers, size_t count,
                   uint64_t now);

/* ---- links: a UDP socket, which others have too, or a TCP link ---- */
void venue_link(struct venue *v, const struct link_event *event, bool socket, uint64_t now);
bool venue_request(struct venue *v, struct link_request *request);

/* ---- what comes in ---- */
/* A message of a server, on a UDP socket. in: gets the packet in it. False: it is not this venue's,
 * or not meant for us. */
bool venue_message(struct venue *v, const struct route *from, struct span wire,
                   struct carrier_inbox *in, uint64_t now);
/* The next message among the bytes of a TCP link. False: there is no more, or not of this venue. */
bool venue_read(struct venue *v, const struct route *from, struct span *in,
                struct carrier_inbox *inbox, uint64_t now);

/* ---- what goes out ---- */
/* As in struct communicator_class; route: a forwarder's. -1: also of another venue's. */
int venue_wrap(struct venue *v, struct route *route, uint8_t *buffer, size_t len, size_t *wire_len,
               uint64_t now);
size_t venue_output(struct venue *v, struct route *route, uint8_t *wire, size_t cap, uint64_t now);
/* quiet_us: the NATs before our sockets, of IPv4 and of IPv6, may be left alone for so long; 0: it
 * is not known. */
void venue_timer(struct venue *v, const uint64_t quiet_us[static 2], uint64_t now);
uint64_t venue_deadline(const struct venue *v);

/* ---- rooms and pairs, as in struct communicator_class ---- */
/* token NULL: a room with a nameplate. */
enum err venue_join(struct venue *v, const uint8_t *token, uint64_t now);
void venue_leave(struct venue *v, const uint8_t token[static TOKEN_LEN]);
/* A room of a nameplate of our own; false: there is none. */
bool venue_leave_number(struct venue *v);
void venue_finish(struct venue *v);
void venue_refresh(struct venue *v, uint64_t now);
void venue_regard(struct venue *v, const struct route *route, enum communicator_standing standing);
/* *index: how many more to pass over; less those of this venue when false. */
bool venue_held(const struct venue *v, unsigned *index, struct route *route);
/* WAITING has the number of others at this server alone. */
bool venue_report(struct venue *v, struct communicator_event *event);
/* Of all venues of a program: the others in our rooms; bit i: the i-th server is reached. */
uint32_t venue_others(const struct venue *all, size_t count);
/* A WAITING of one of them, of all. */
void venue_sum(const struct venue *all, size_t count, struct communicator_event *waiting);
unsigned venue_answering(const struct venue *all, size_t count);
