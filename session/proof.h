/* proof: does the peer receive at the other end of a path? One path's life, its challenges and
 * responses, and the limit of three times the bytes that came (RFC 9000 section 8).
 * docs/PROTOCOL.md 6.6.
 *
 *   PUNCH --authentic packet--> PROVE --padded response--> VALID --silence, or given up--> LOST
 *     |                           |                          ^                              |
 *     +------ no answer ----------+--> over                  +------- padded response ------+
 *
 * A challenge goes out in every stage; the wait between two depends on it. */
#pragma once

#include "base/random.h"
#include "session/frame.h"

enum proof_stage { PROOF_NONE, PROOF_PUNCH, PROOF_PROVE, PROOF_VALID, PROOF_LOST };

struct proof_challenge {
	uint8_t bytes[CHALLENGE_LEN];
	uint16_t size;    /* of its packet, which the answer shows to pass; 0: it was not padded */
	bool known;       /* it need not be: a size had been shown before */
	uint64_t sent_at; /* 0: none, or answered */
};

enum { PROOF_CHALLENGES = 4 };

/* Only proof.c writes to it; others may read stage, reached, answered, passes, challenge_at and
 * response_due. */
struct proof {
	enum proof_stage stage;
	bool vouched;   /* somebody answers for the address: it is never over, only LOST */
	bool awake;     /* its NATs are kept awake without our asking */
	bool named;     /* the peer has named the address: probes.h may pay for a packet */
	bool reached;   /* the peer receives there, so the limit of three times is off */
	bool shown;     /* it was validated once */
	bool held_back; /* a challenge was due, but the limit did not allow it */
	uint64_t bytes_in, bytes_out;
	uint64_t challenge_at; /* when the next one is due */
	uint64_t asked_at;     /* the newest left */
	uint64_t answered;     /* the newest that was answered left then; 0: none was */
	unsigned tries;        /* in this stage: challenges sent, or held back */
	unsigned count;        /* challenges sent, in all */
	struct proof_challenge sent[PROOF_CHALLENGES]; /* the newest, a ring; each has its bytes */
	uint8_t response[CHALLENGE_LEN];
	bool response_due;
	uint16_t response_pad; /* bytes of its packet; 0: it is not padded */
	uint16_t passes;       /* what the newest response has shown to pass; 0: nothing */
};

/* vouched: it is a connection, or a forwarder's. reached: we know that the peer receives there. */
void proof_begin(struct proof *p, enum proof_stage stage, bool vouched, bool reached, uint64_t now);
/* A candidate of the peer, which may have been LOST: probes begin (anew). */
void proof_punch(struct proof *p, uint64_t now);
/* It was validated, and what went there lately was not answered. */
void proof_lose(struct proof *p, uint64_t now);
/* An unused validated path is asked now and then; this one was just in use. */
void proof_rest(struct proof *p, uint64_t now);

/* Whether its NATs are kept awake without our asking. */
void proof_awake(struct proof *p, bool awake);
/* The next challenge of its stage is due now. */
void proof_ask(struct proof *p, uint64_t now);
/* ... as the connection stands that its probes have opened. */
void proof_up(struct proof *p, uint64_t now);
/* It is validated or was, and nobody knows whether it still leads to the peer: it is asked anew.
 * news: of a network; else one that was given up has no further tries, or it would never end. */
void proof_doubt(struct proof *p, bool news, uint64_t now);

/* ---- what comes in ---- */

void proof_heard(struct proof *p, size_t len, uint64_t now);
/* len: of the challenge's packet. */
void proof_challenged(struct proof *p, const uint8_t bytes[static CHALLENGE_LEN], size_t len);
/* It answers one of our newest challenges; the stage says what that proves. *round_trip: of that
 * one, at least 1. False: it does not. */
bool proof_response(struct proof *p, const uint8_t bytes[static CHALLENGE_LEN],
                    uint64_t *round_trip, uint64_t now);

/* ---- what goes out ---- */

/* How many bytes may go there now, LIMIT_PACKET_MAX at most. */
size_t proof_room(const struct proof *p);
void proof_sent(struct proof *p, size_t len); /* a packet left */
/* Where no try is left, gives up: to NONE or LOST. keep: it must not end, nor be LOST if it is
 * validated. hurry: as below. */
void proof_timer(struct proof *p, bool keep, bool hurry, uint64_t now);
/* Writes the response that is due, with seen: where the peer's packets come from. size: what the
 * path is known to carry. *pad grows to the bytes that the packet is to be padded to. */
void proof_write_response(struct proof *p, const struct addr *seen, size_t size, struct writer *w,
                          size_t *pad);
/* Nothing that came from there pays for the challenge that is due: probes.h has to allow it. */
bool proof_probes(const struct proof *p);
/* If a challenge is due, counts the try and writes it. False: none is, or it must not leave, by
 * our own limit or because the caller's does not allow it. size: as above; the first tries are
 * padded to it, or to LIMIT_PACKET, later ones to less. hurry: the session has nothing that
 * works, so the next one follows soon. */
bool proof_write_challenge(struct proof *p, bool allowed, bool hurry, size_t size,
                           struct random *random, struct writer *w, size_t *pad, uint64_t now);
