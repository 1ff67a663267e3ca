/* p2p: what the parts of the communicator for peers behind NATs share. docs/SIGNALING.md.
 *
 *   p2p.c         links, what comes in, what goes out, events
 *   p2p_server.c  which channel reaches the signaling server: HELLO, COOKIE, search, silence
 *   p2p_rooms.c   JOIN, WAIT
 *   p2p_pairs.c   INTRO, FORWARD
 *
 * What the program has been told (told_*) is kept beside what is, and take tells the difference: no
 * queue can overflow. Inside these files only. */
#ifndef TRANSPORT_P2P_H
#define TRANSPORT_P2P_H

#include "transport/carrier.h"
#include "wire/framing.h"
#include "wire/signaling.h"

/* Channels 0 and 1 are the UDP sockets for IPv4 and IPv6, links 1 and 2; then comes a TCP link for
 * each address of the server. */
enum { P2P_UDP = 2, P2P_CHANNELS = P2P_UDP + LIMIT_PEER_ADDRS, P2P_PAIRS = 32 };

/* A way to the server. Any number may be up; the contact is the one in use. */
struct p2p_channel {
	enum socket_state state;
	bool stream, wanted;
	bool blocked, blocked_reported;
	bool told_bound, told_observed, told_failed;
	uint16_t link;
	struct addr bind, local;
	struct addr server; /* TCP: where to connect. UDP: who answered last; unset: none */
	uint64_t open_at;   /* NONE: when to open; NEVER */
	unsigned failures;  /* TCP: attempts in vain, for the pause before the next */

	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint64_t cookie_at;   /* when it came; 0: there is none */
	uint64_t hello_at;    /* the next HELLO; NEVER */
	unsigned hellos;      /* sent since the last COOKIE */
	unsigned to_say;      /* bit i: the server's address i gets this round's HELLO yet */
	struct addr observed; /* UDP: our address as the server sees it; unset: unknown */

	struct framing reader;
};

struct p2p_room {
	bool used, leaving;
	bool numbered;     /* a nameplate is wanted and has not come yet */
	bool joined, told; /* the server has answered; WAITING was told */
	bool told_full;    /* FAILED was told: there is no place */
	uint8_t token[TOKEN_LEN], secret[SECRET_BYTES];
	uint32_t number, told_number; /* the nameplate */
	uint8_t others, told_others;
	uint64_t next_at; /* the next JOIN */
	unsigned tries;   /* JOINs since the last WAIT */
	unsigned unmet;   /* WAITs in a row that count others, with no pair here */
};

struct p2p_pair {
	bool live;
	bool ready; /* not resting: the server is not lost, or is back */
	bool sure;  /* the server has spoken of it since then */
	bool held, ack_due;
	bool told; /* UP was told, for told_route */
	struct route told_route;
	uint64_t id;
	int room;                  /* index; -1: we have left it */
	uint8_t peer[8];           /* INTRO's id of the peer */
	uint32_t host;             /* ... and of its host; 0: not told */
	uint64_t sent_at, used_at; /* a FORWARD of ours; of either side */
	uint64_t heard_at;         /* INTRO, or a FORWARD of the peer */
};

/* A responder's: the newest packet of a pair that INTRO has not told it of yet. */
struct p2p_early {
	uint64_t pair;  /* 0: none */
	uint64_t since; /* when the first of this pair came, or INTRO was last asked for */
	struct addr local;
	size_t len;
	uint8_t packet[LIMIT_PACKET];
};

struct p2p {
	struct communicator base;
	struct communicator_config config; /* peers: the server's addresses */
	struct p2p_channel channels[P2P_CHANNELS];
	struct p2p_room rooms[LIMIT_ROOMS];
	struct p2p_pair pairs[P2P_PAIRS];
	struct p2p_early early;
	uint16_t last_link;
	bool finished;

	/* The server. */
	struct p2p_channel *contact; /* NULL: none */
	bool searching;              /* HELLO goes everywhere; a contact may stand meanwhile */
	uint64_t search_at;          /* since when */
	uint64_t choose_at;          /* when others than the contact count; NEVER: already */
	uint64_t asked_at;           /* the contact's oldest question without an answer; NEVER */
	uint64_t refused_at;         /* when ERROR last said that our cookie is bad */
	bool lost_told;              /* FAILED was told since the last contact */
	bool server_news;            /* SERVER is to be told */
	uint32_t day, relay_kbit, day_ends_s;

	/* What the last input left for receive. */
	struct p2p_channel *reading;
	struct span in;
	uint64_t clock;
	bool pending, pending_proved;
	struct route pending_route;
	struct span pending_packet;

	bool failed, failed_fatal; /* FAILED to tell */
	enum err failed_err;
	struct addr failed_addr;
};

/* p2p.c */
void p2p_fail(struct p2p *p, enum err err, const struct addr *where, bool fatal);
bool p2p_may_say(const struct p2p_channel *ch); /* up, and takes bytes */

/* p2p_server.c */
/* HELLO to all addresses of the server, at once */
void p2p_search(struct p2p *p, uint64_t now);
/* goes on with it, without the pauses it has come to */
void p2p_search_faster(struct p2p *p, uint64_t now);
void p2p_hello_again(struct p2p *p, struct p2p_channel *ch, uint64_t now); /* with a fresh nonce */
/* false: and the contact is asked for another */
bool p2p_cookie_fresh(struct p2p *p, uint64_t now);
void p2p_cookie(struct p2p *p, struct p2p_channel *ch, const struct addr *from,
                const struct cookie *m, uint64_t now);
void p2p_heard(struct p2p *p); /* the contact has answered */
void p2p_asked(struct p2p *p, uint64_t now);
void p2p_channel_up(struct p2p *p, struct p2p_channel *ch, uint64_t now);
void p2p_channel_down(struct p2p *p, struct p2p_channel *ch, uint64_t now);
void p2p_channel_close(struct p2p *p, struct p2p_channel *ch, uint64_t now); /* we end it */
void p2p_server_time(struct p2p *p, uint64_t now);
/* NULL: none */
struct p2p_channel *p2p_server_output(struct p2p *p, struct writer *w, struct addr *to,
                                      uint64_t now);
uint64_t p2p_server_deadline(const struct p2p *p);
bool p2p_channel_take(struct p2p_channel *ch, struct communicator_event *event);

/* p2p_rooms.c */
/* NULL: a room with a nameplate */
enum err p2p_room_join(struct p2p *p, const uint8_t *token, uint64_t now);
void p2p_room_leave(struct p2p *p, struct p2p_room *room);
struct p2p_room *p2p_room_of_token(struct p2p *p, const uint8_t token[static TOKEN_LEN]);
struct p2p_room *p2p_room_of_secret(struct p2p *p, const uint8_t secret[static SECRET_BYTES]);
/* lost: the server may not know us any more */
void p2p_rooms_rejoin(struct p2p *p, bool lost, uint64_t now);
void p2p_wait(struct p2p *p, const struct wait *m, uint64_t now);
void p2p_room_error(struct p2p *p, const struct error *m, uint64_t now); /* codes 1 to 3 */
bool p2p_rooms_output(struct p2p *p, struct writer *w, uint64_t now);    /* to the contact */
uint64_t p2p_rooms_deadline(const struct p2p *p);
bool p2p_room_take(struct p2p_room *room, struct communicator_event *event);

/* p2p_pairs.c */
/* the server is lost, or reached another way */
void p2p_pairs_rest(struct p2p *p);
void p2p_pairs_forget(struct p2p *p);
bool p2p_room_has_pair(const struct p2p *p, int room);
/* forget: the room is empty; a pair heard of a moment ago stays, as messages overtake each other.
 * now NEVER: they go all. Else wakes those that rest. */
void p2p_pairs_of_room(struct p2p *p, int room, bool forget, uint64_t now);
void p2p_intro(struct p2p *p, const struct intro *m, uint64_t now);
void p2p_forward(struct p2p *p, const struct route *from, struct span wire, uint64_t now);
void p2p_pair_error(struct p2p *p, uint64_t id, uint64_t now); /* code 4 */
/* NULL: gone, or resting */
bool p2p_pair_held(struct p2p *p, unsigned index, struct route *route); /* the index-th */
struct p2p_pair *p2p_pair_of_route(struct p2p *p, const struct route *route);
void p2p_pair_drop(struct p2p *p, const struct route *route);
void p2p_pairs_time(struct p2p *p, uint64_t now);
bool p2p_pairs_output(struct p2p *p, struct writer *w, uint64_t now); /* to the contact */
uint64_t p2p_pairs_deadline(const struct p2p *p);
bool p2p_pairs_take(struct p2p *p, struct communicator_event *event);

#endif
