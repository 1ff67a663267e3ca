/* endpoint: one host's end of everything: the communicator, handshakes in progress, and the
 * accepted sessions. Pure and polled.
 *
 *   os/ --link, input--> endpoint --take--> program: trust decisions, events
 *   os/ <--request, output--          program's chat --> endpoint_session()
 *
 * A responder answers up to LIMIT_HALF_OPEN handshakes at a time beside the accepted sessions,
 * shared out by where they come from. The program accepts up to endpoint_config.peers; an initiator
 * has one. The same peer coming again replaces its own session and no other. */
#pragma once

#include "endpoint/endpoint_event.h"
#include "session/candidates.h"

struct endpoint_config {
	/* but for session_key and payload. Borrowed until endpoint_free; the code is copied: see
	 * also endpoint_code */
	struct keying_config keying;
	struct communicator *communicator; /* taken over: freed by endpoint_free */
	enum mode mode;
	struct span nick; /* copied, at most LIMIT_NICK bytes */
	unsigned peers;   /* accepted at a time, LIMIT_PEERS at most; 0: one. Initiator: 0 */
	bool no_relay; /* chat only over direct paths; the forwarder carries the handshake alone */
	enum punching punching;
	size_t memory; /* bytes kept each way, a power of two; 0: LIMIT_STREAM_MEMORY */
	/* a session ends after this long without an authentic packet; NEVER: it does not */
	uint64_t silence_us;
	/* the same where one side forwards a port; 0: as silence_us */
	uint64_t forward_silence_us;
	/* initiator: gives up when no session stands after this long; NEVER: it does not */
	uint64_t handshake_us;
	/* Initiator, a suite with keys, chat. Once a peer was accepted it is looked for again by
	 * its key (no code any more), for as long as the endpoint lives: whenever nothing is heard
	 * of its session, or that is over, by whoever's CLOSE. Found, it is ENDPOINT_PEER as at
	 * first, with replaces while the old session stands; nobody else ever is. A session that is
	 * heard is never disturbed. The room for contacts of this key is joined by the caller, best
	 * when the peer is accepted. Failures meanwhile end nothing, and have `again`. */
	bool again;
	/* With again and keying.expected: the same from the start, before anybody was met. */
	bool patient;
};

struct endpoint;
struct roster;

struct endpoint *endpoint_new(const struct endpoint_config *config, uint64_t now, enum err *err);
void endpoint_free(struct endpoint *ep); /* wipes; sends nothing */

/* The side of os/. */
void endpoint_link(struct endpoint *ep, const struct link_event *event, uint64_t now);
bool endpoint_request(struct endpoint *ep, struct link_request *request);
void endpoint_input(struct endpoint *ep, const struct route *from, struct span wire, uint64_t now);
/* Once a turn, before the packets are asked for: what time demands. Nothing before the time that
 * endpoint_deadline has said, if nothing has come since. */
void endpoint_timer(struct endpoint *ep, uint64_t now);
/* The next datagram, or bytes for a stream link: at *wire within buffer; cap >= LIMIT_WIRE. Returns
 * its length; 0: there is none now. */
size_t endpoint_output(struct endpoint *ep, struct route *to, uint8_t *buffer, size_t cap,
                       const uint8_t **wire, uint64_t now);
/* Right after endpoint_output or this: the next datagram, or piece of the stream, that goes the
 * same way and is no longer than the last. buffer: LIMIT_HEADROOM bytes and the length of the last.
 * 0: there is none; ask endpoint_output. */
size_t endpoint_more(struct endpoint *ep, uint8_t *buffer, const uint8_t **wire, uint64_t now);
/* When the next turn is due though nothing comes: at or before now means at once. NEVER: only when
 * something comes. */
uint64_t endpoint_deadline(struct endpoint *ep);
/* Addresses of the host's interfaces (ports are ignored), at start and whenever they change. */
void endpoint_hosts(struct endpoint *ep, const struct addr *addrs, size_t count);

/* The program's side. */

/* The next event; false: there is none now. Ends the life of the last one's text. */
bool endpoint_take(struct endpoint *ep, struct endpoint_event *event);
bool endpoint_has_news(const struct endpoint *ep); /* false: endpoint_take would do nothing */
/* These two answer ENDPOINT_PEER. Who gives way to an accepted peer (roster_gives_way) is told so,
 * and its OVER comes next, with ERR_EXISTS. CLOSE_TRUST refuses the peer's key: its source is not
 * heard for 2 s, the next time for twice as long. */
void endpoint_accept(struct endpoint *ep, uint64_t now);
void endpoint_refuse(struct endpoint *ep, uint8_t close_code, struct span text);
/* Of an accepted peer, by its number (endpoint_event.peer); 0: of any. NULL: it is over, or there
 * is none. */
struct session *endpoint_session(struct endpoint *ep, unsigned peer);
/* A new code, or the same words at another nameplate. NULL: pairing is over, also for those who
 * have begun it and proved nothing yet. */
void endpoint_code(struct endpoint *ep, const struct code *code);
/* The name we suggest to those who come next; at most LIMIT_NICK bytes, copied. */
void endpoint_nick(struct endpoint *ep, struct span nick);
/* rsa responder: a fresh session key for the next session: copied, and wiped when it is used up.
 * When one is wanted, make it: given unasked, it takes the place of one that handshakes are
 * begun with, and ends those. */
void endpoint_pair(struct endpoint *ep, const struct identity *pair);
bool endpoint_pair_wanted(const struct endpoint *ep);
/* Rooms to wait in: as the communicator's join and leave. Zeroes: one with a new nameplate. */
enum err endpoint_join(struct endpoint *ep, const uint8_t token[static TOKEN_LEN], uint64_t now);
void endpoint_leave(struct endpoint *ep, const uint8_t token[static TOKEN_LEN]);
/* We go: the signaling server hears so when the output is polled afterwards. */
void endpoint_finish(struct endpoint *ep);
/* No CLOSE or REFUSE of ours is still on its way: the program may end. */
bool endpoint_settled(const struct endpoint *ep);
void endpoint_refresh(struct endpoint *ep, uint64_t now); /* network changed, or waking up */
/* To be told where servers, the peer and our router are (peers, router), and nothing else. */
struct communicator *endpoint_communicator(struct endpoint *ep);
struct roster *endpoint_roster(struct endpoint *ep); /* who is in which place */
