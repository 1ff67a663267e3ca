/* search: a direct path where probes of known addresses do not do: behind NATs that give each
 * destination another port, or whose port moves for a peer that came first. Each side says at which
 * ports it may be reached, and sends from each of its sockets to each port that the other has said.
 * docs/PROTOCOL.md 6.12. How many sockets and ports there are is what the NATs of both are like.
 *
 * Nothing goes to an address that the server has not seen the peer at, and what goes there is
 * counted: no peer can aim us at others. Takes and gives bodies of SEARCH; sockets are asked for
 * (search_wants), packets are polled. */
#pragma once

#include "base/route.h"
#include "session/aim.h"
#include "session/allowance.h"
#include "session/candidates.h"

enum {
	SEARCH_BODY_MAX = 1 + AIM_BODY_MAX,
	SEARCH_PACKETS = 1400, /* of one search, toward new ports */
	SEARCH_NAT = 1 + 18    /* bytes of the candidate that tells of our NAT */
};

enum search_stage {
	SEARCH_IDLE,
	SEARCH_ASKING, /* for sockets, or for leave to use the one we have */
	SEARCH_READY,  /* has them */
	SEARCH_FIRING  /* ... and knows the peer's ports */
};

/* Sockets that a search is to have. */
struct search_want {
	unsigned count; /* 0: the one that is used with the server will do */
	bool low, measure;
	unsigned turn; /* another number: others than those before */
};

struct search_socket {
	uint16_t link, port;
};

/* Private to search.c; others embed it. */
struct search {
	bool enabled, initiator;
	struct random *random;
	struct nat_traits own, peer;
	bool peer_can;        /* it has told of its NAT */
	struct addr attested; /* where the server sees the peer; unset: unknown */
	struct aim_self self;

	enum search_stage stage;
	uint8_t attempt;   /* from 1 on, while both NATs are easy */
	uint64_t start_at; /* NEVER */
	struct allowance allowance;
	uint64_t end_at;  /* of this attempt */
	uint64_t next_at; /* the next packet; NEVER */
	bool say_due, said, heard;
	struct search_want want;
	size_t sockets_count;
	struct search_socket sockets[LIMIT_SPARES];
	struct aim ours, theirs;
	unsigned fired, total; /* packets */
};

void search_init(struct search *s, bool initiator, bool enabled, struct random *random);

/* ---- what is known ---- */
/* Our NAT, and our socket of IPv4 with where it is seen. */
void search_candidates(struct search *s, const struct candidates *ours);
void search_attested(struct search *s, const struct addr *addr);
/* What a body of CANDIDATES says of the peer's NAT. */
void search_peer(struct search *s, struct span candidates);
/* The candidate that tells of ours; false: there is none to tell. */
bool search_write_nat(const struct search *s, struct writer *w);

/* ---- a search ---- */
/* Probes were sent to all that is known: if they come to nothing, a search begins. */
void search_after_probes(struct search *s, uint64_t now);
/* False: there is no search, or it needs nothing any more. */
bool search_wants(const struct search *s, struct search_want *want);
/* They are there; count may be less than wanted. seen: where the server sees the first, if that
 * was wanted. */
void search_sockets(struct search *s, const struct search_socket *sockets, size_t count,
                    const struct addr *seen, uint64_t now);
/* SEARCH came. */
void search_input(struct search *s, struct span body, uint64_t now);
/* Our SEARCH, when it is due: writes its body. */
bool search_say(struct search *s, struct writer *body);
/* Something authentic came from there: packets wait for what becomes of it. */
void search_heard(struct search *s, const struct addr *from, uint64_t now);
/* direct: the data goes over a direct path. */
void search_timer(struct search *s, bool direct, uint64_t now);
uint64_t search_deadline(const struct search *s);
/* The next packet's route. */
bool search_fire(struct search *s, struct route *route, uint64_t now);
