/* session_net: a session as the network sees it: packets in and out, time, routes, and what the
 * endpoint has to know and decide. The chat's side is session/session.h. docs/PROTOCOL.md
 * sections 4.4 and 6.
 *
 * One turn of the loop: session_input for each packet that came, session_timer once, session_output
 * until it gives 0; then session_deadline says when the next turn is due. */
#pragma once

#include "base/link.h"
#include "crypto/encryptor.h"
#include "session/candidates.h"
#include "session/search.h"
#include "session/session.h"
#include "wire/packet.h"

struct session_config {
	bool initiator;
	const struct encryptor_class *suite;
	const struct identity *identity; /* ours, for rekeying; borrowed for the session's life */
	bool aes;                        /* we have AES in hardware */
	bool no_relay;                   /* the forwarder carries no chat */
	enum punching punching;
	bool compare;        /* trust on first use: words to compare come first */
	size_t memory;       /* bytes kept each way, a power of two; 0: LIMIT_STREAM_MEMORY */
	uint64_t silence_us; /* how long the peer may be silent; NEVER: for ever */
	uint64_t forward_silence_us; /* endpoint: in its place, where a port is forwarded; 0: not */
	struct random *random;       /* borrowed for the session's life */
};

/* keys: of the finished handshake, taken over in any case. route: where it took place, which is
 * proved by it. NULL: no memory. */
struct session *session_new(const struct session_config *config, struct encryptor *keys,
                            const struct route *route, uint64_t now);
void session_free(struct session *s);

/* ---- packets and time ---- */

/* Is this the connection id of a packet for this session? */
bool session_owns(const struct session *s, const uint8_t id[static CONNECTION_ID]);
/* packet: SEALED, opened in place. ERR_FORMAT, ERR_AUTH, ERR_REPLAY: it is dropped and changes
 * nothing. ERR_UNREACHABLE, the same: it came straight, and nobody is to learn our addresses. */
enum err session_input(struct session *s, const struct route *from, uint8_t *packet, size_t len,
                       uint64_t now);
/* Once a turn, after input: what time demands. */
void session_timer(struct session *s, uint64_t now);
/* packet: LIMIT_PACKET_MAX bytes. Returns the length, with *to; 0: nothing is due. Only composes
 * and seals. */
size_t session_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now);
/* Right after a packet of session_output, or of this: another one for the same route, of at most
 * size bytes, so that both may leave in one system call. 0: none; ask session_output. */
size_t session_more(struct session *s, uint8_t *packet, size_t size, uint64_t now);
/* When the next turn is due though nothing comes; at or before now: at once. NEVER: not at all. */
uint64_t session_deadline(const struct session *s);
/* The next packet goes out though there is nothing to say, or too much in flight: the peer learns
 * our address, and shows that it is there. */
void session_ping(struct session *s);
/* Our network has changed, or this host has slept: what was open may be closed. All paths are
 * asked, and a direct one is looked for at once. */
void session_network(struct session *s, uint64_t now);
/* Nobody knows whether the path of our data works: it has gone silent, or something has happened to
 * a network, and nothing has answered since. */
bool session_in_doubt(const struct session *s);
/* When something authentic came last; at first, when the session began. */
uint64_t session_heard_at(const struct session *s);

/* ---- routes ---- */

/* The communicator has a route that works: the peer is challenged there, also where it is one of
 * ours already, but for the path of our data. */
void session_route_up(struct session *s, const struct route *route, uint64_t now);
/* It is gone, and with it every path over its connection or forwarder's pair. */
void session_route_down(struct session *s, const struct route *route, uint64_t now);
/* The stream link takes nothing more for now, or does again. */
void session_route_blocked(struct session *s, uint16_t link, bool blocked);
/* A datagram did not get there (LINK_REJECTED). */
void session_rejected(struct session *s, const struct link_event *event);
bool session_has_route(const struct session *s, const struct route *route);
/* Goes through the routes of all paths: index 0, 1, ... NULL: there are no more. Valid until the
 * next call that changes the session. */
const struct route *session_route_at(const struct session *s, unsigned index);
void session_candidates(struct session *s, const struct candidates *candidates);
/* Where that server sees the peer's TCP connection, in the room that only the two know of. */
void session_attested(struct session *s, unsigned server, const struct addr *addr);
/* Its search for a path between hard NATs: which asks for sockets, and has to be told of them, and
 * where the server sees the peer in the room that only the two know of (session_rejoin). Valid
 * while the session lives. */
struct search *session_search(struct session *s);
/* Whether the forwarder carries chat may change when the server says so. */
void session_no_relay(struct session *s, bool no_relay);
/* Is there a path now that may carry chat? */
bool session_carries_chat(const struct session *s);
/* The path of our data if it has changed since the last call (true once); see session_path. */
bool session_path_take(struct session *s, struct session_path *path);
bool session_path_changed(const struct session *s); /* false: session_path_take has nothing */

/* ---- who the peer is ---- */

const struct public_key *session_peer(const struct session *s); /* valid while the session lives */
struct span session_greeting(const struct session *s);          /* its payload of the handshake */
void session_pair_secret(struct session *s, uint8_t secret[static 32]); /* of the two contacts */
/* The room in which both meet again; TOKEN_LEN bytes, valid while the session lives. */
const uint8_t *session_rejoin(const struct session *s);
/* The program trusts the peer: chat and pipe may flow. */
void session_accept(struct session *s);
/* A CLOSE is due or was sent, or it is over. */
bool session_closing(const struct session *s);

/* ---- words to compare, where config.compare is set ---- */

/* The program is not to hear of the peer yet: the words are not there, or our part has not left. */
bool session_comparing(const struct session *s);
/* Initiator: does the peer's commitment wait for our nonce, that is for a try to be allowed? */
bool session_asks_nonce(const struct session *s);
void session_give_nonce(struct session *s);
const char *session_compared(const struct session *s); /* the words; "": not there yet */

/* ---- rsa: fresh keys need a session key, made for one handshake ---- */

/* True: a rekeying waits for it. It is copied, and wiped as soon as it was used. */
bool session_key_give(struct session *s, const struct identity *key);
