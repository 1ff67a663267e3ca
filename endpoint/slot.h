/* slot: the inside of an endpoint, shared by its files and by nobody else: one slot for each peer, from its first handshake packet to
 * its last CLOSE.
 *
 *   endpoint.c   the network's side: packets and events find their slot; timers; output
 *   knock.c      handshakes: who may begin one, refusals, guesses of the code, keys
 *   seek.c       the initiator's: which peer is tried when, what is shown to how many, when it is told that nothing came of it
 *   verdict.c    the program's side: what it is told, what it decides
 *   first_use.c  peers of --tofu, until there are words to compare
 *   slot.c       one slot's packets and deadline
 *
 *   FREE --> SHAKING --keys--> PROVED --accept--> ACCEPTED --over--> FREE
 *              |                 |  refuse, other mode   |  replaced
 *              +--> FREE         +------> CLOSING <------+      CLOSING --CLOSE sent and answered--> FREE */
#ifndef ENDPOINT_SLOT_H
#define ENDPOINT_SLOT_H

#include "endpoint/admission.h"
#include "endpoint/endpoint.h"
#include "endpoint/handshake.h"
#include "endpoint/news.h"
#include "endpoint/tries.h"
#include "session/session_net.h"

enum slot_state { SLOT_FREE, SLOT_SHAKING, SLOT_PROVED, SLOT_ACCEPTED, SLOT_CLOSING };

enum { SLOTS = LIMIT_HALF_OPEN + 2 /* the accepted one, and one it replaces */ };

struct slot {
	enum slot_state state;
	struct handshake *shake; /* SHAKING, and until the first SEALED packet has opened */
	uint8_t id
	    [CONNECTION_ID]; /* of its handshake, for as long as the slot: late repeats are not strangers */
	struct session *session; /* PROVED and later */
	struct source source;
	bool known;   /* responder: its first message showed that it knows a contact's psk */
	bool pairing; /* responder: it came by the code */
	bool
	    trying; /* initiator: it has something to check a guess against, a confirmation or NONCE, and has
	                               * not answered it: slot_try */
	uint64_t tried_at; /* trying: since when */
	bool overdue;   /* ... for so long that it counts as failed in what the program is told */
	uint64_t since; /* SHAKING: the place was taken */
	uint64_t proved_at;   /* PROVED: keys stand */
	uint64_t rests_until; /* SHAKING, initiator: others come first */
	bool looking; /* initiator: our contact's key was refused; which key is there instead? */
	enum trust trust;
	bool direct;              /* it came from, or was at, an address, not through a forwarder */
	struct identity pair;     /* rsa responder: lent to the session for a rekeying */
	char words[COMPARE_TEXT]; /* first use */
	bool told;                /* PROVED: the program has been asked */
	bool ready_told, away_told; /* ACCEPTED */
	uint64_t stranded_at;       /* ACCEPTED: since when no path may carry chat; NEVER */
	/* SHAKING, initiator: an unauthenticated refusal, believed when nothing better comes */
	enum refuse_reason refused;
	uint8_t refused_suite, refused_version;
	uint64_t refused_at; /* NEVER */
};

enum { REFUSALS = 16, SEEK_LOSERS = 8 };

#define REFUSE_BELIEVED_US SECOND /* docs/PROTOCOL.md section 3 */
#define STRANDED_US                                                                                \
	(20 * SECOND) /* how long punching may take where the forwarder carries no chat */

struct refusal {
	struct route route;
	uint8_t packet[REFUSE_LEN];
};

/* seek.c */
struct seek {
	bool done;   /* a peer was accepted, or the last is told: nothing is told any more */
	bool failed; /* one has failed: failure is told unless another does better */
	bool direct; /* ... at an address, where there is but one */
	struct endpoint_event failure;
	uint64_t failed_at, introduced_at;
	struct source losers[SEEK_LOSERS]; /* those who have failed */
	size_t losers_count;
	uint32_t members; /* of the other role in our room, as the server last said */
	unsigned told;    /* tries that came to nothing, or have for long */
};

struct endpoint {
	struct endpoint_config config;
	struct communicator *communicator;
	uint8_t payload[2 + LIMIT_NICK];
	size_t payload_len;
	bool has_code;
	struct code code;
	struct admission admission; /* responder */
	struct tries tries;         /* initiator */
	struct seek seek;
	struct identity
	    pair; /* rsa: for handshakes as the responder, until one of them is proved */
	bool pair_ready;
	uint64_t clock; /* now, at the last call that told */

	struct slot slots[SLOTS];
	int accepted; /* index; -1 */
	int asked;    /* the slot the program is to decide on; -1 */
	int ended;    /* OVER was told: freed at the next take; -1 */
	size_t turn;  /* whose output is next */

	struct news news; /* for the program */
	struct refusal refusals[REFUSALS];
	size_t refusals_count;

	struct addr hosts[LIMIT_CANDIDATES];
	size_t hosts_count;
	uint16_t udp_link[2]; /* IPv4, IPv6 */
	uint16_t udp_port[2];
	struct addr observed[2];

	uint64_t give_up_at, refresh_at; /* NEVER */
	uint8_t scratch[LIMIT_DATAGRAM];
};

/* slot.c */
void slot_free(struct endpoint *ep, struct slot *slot); /* an open try of it has failed */
void slot_dismiss(struct endpoint *ep,
                  struct slot *slot); /* and the connections and pairs its session had */
uint64_t slot_deadline(const struct endpoint *ep, const struct slot *slot);
/* The initiator has keys, but no packet of the responder under them yet: it may not have ours. */
bool slot_unconfirmed(const struct endpoint *ep, const struct slot *slot);
size_t slot_output(struct slot *slot, struct route *to, uint8_t *packet, uint64_t now);

/* knock.c */
void knock_handshake(struct endpoint *ep, const struct route *from, struct span packet,
                     bool proved_address, uint64_t now);
void knock_refusal(struct endpoint *ep, struct span packet, uint64_t now);
uint64_t knock_deadline(const struct endpoint *ep,
                        const struct slot *slot); /* of knock_timer; slot has its handshake */
void knock_timer(struct endpoint *ep, struct slot *slot, uint64_t now);
void knock_end_pairings(struct endpoint *ep, const struct source *site,
                        enum refuse_reason reason); /* unproved ones; NULL: all */
void knock_pair_spent(struct endpoint *ep, const struct slot *by);
/* A handshake of ours to be, in no slot yet; NULL: we have nothing to trust by. Then its place: NULL (h is freed): there is none. */
struct handshake *knock_agreement(struct endpoint *ep, const uint8_t id[static CONNECTION_ID],
                                  const struct route *route, bool first_use, uint64_t now);
struct slot *knock_place(struct endpoint *ep, struct handshake *h, bool known, uint64_t now);
void give_candidates(struct endpoint *ep, struct session *s);

/* first_use.c */
bool first_use_payload_fits(const struct encryptor *keys); /* no byte in it that nobody looks at */
bool slot_comparing(const struct slot *slot); /* PROVED, and the program is not to hear of it yet */
void first_use_heard(struct endpoint *ep, struct slot *slot,
                     uint64_t now); /* a packet of a session on first use has opened */
bool first_use_stranded(const struct slot *slot); /* ... and it never will: its last path is gone */
void first_use_timer(struct endpoint *ep, struct slot *slot,
                     uint64_t now); /* while it is comparing */
uint64_t first_use_deadline(const struct slot *slot);

/* seek.c, initiator */
void seek_start(struct endpoint *ep, const struct route *route, uint64_t now); /* a route is up */
bool seek_may_go_on(const struct endpoint *ep,
                    const struct slot *slot); /* false: what comes is not looked at now */
void seek_progress(struct endpoint *ep, struct slot *slot, uint64_t round_trip, uint64_t now);
void seek_failed(struct endpoint *ep, struct slot *slot, enum err err, uint64_t now);
/* The peer in this slot has failed, which is told when nobody else is left: why. Frees the slot. */
void seek_over(struct endpoint *ep, struct slot *slot, const struct endpoint_event *why,
               uint64_t now);
uint64_t seek_slot_deadline(const struct endpoint *ep, const struct slot *slot);
void seek_timer(struct endpoint *ep, struct slot *slot, uint64_t now);
void seek_time(struct endpoint *ep, uint64_t now); /* tells what is to be told now */
uint64_t seek_deadline(const struct endpoint *ep);
void seek_give_up(struct endpoint *ep);
/* Something is about to be shown that a guess can be checked against. False: it must not. */
bool slot_try(struct endpoint *ep, struct slot *slot, uint64_t now);
void slot_try_good(struct endpoint *ep, struct slot *slot); /* and the right answer has come */

/* verdict.c */
void tell_failed(struct endpoint *ep, enum news_about about, enum err err, const char *text);

#endif
