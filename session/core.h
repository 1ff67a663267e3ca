/* core: the inside of a session, shared by the files of this room and by nobody else.
 *
 *   session.c   keys, timers, the chat's side (session.h)
 *   packet.c    packets in and out
 *   path.c      which addresses, which are proved, which carries the data
 *   place.c     which place in the table a new one gets
 *   control.c   messages on stream 0: candidates, rekeying, words to compare
 *   punch.c     candidates and when to fire at them
 *   rekey.c     fresh keys inside the session */
#ifndef SESSION_CORE_H
#define SESSION_CORE_H

#include "session/acks.h"
#include "session/compare.h"
#include "session/probes.h"
#include "session/recovery.h"
#include "session/session_net.h"
#include "session/stream.h"

enum { TURNED_AWAY = 8, CONTROL_HEADER = 3, CONTROL_BODY_MAX = LIMIT_HANDSHAKE + 4 };

enum control_type {
	CONTROL_CANDIDATES = 1,
	CONTROL_REKEY = 2,
	CONTROL_COMMIT = 3,
	CONTROL_NONCE = 4,
	CONTROL_REVEAL = 5
};

/* A path's life. A challenge goes out in every stage; how often is challenge_wait() in path.c.
 *
 *   PUNCH --authentic packet--> PROVE --padded response--> VALID --silence, another path is there--> LOST
 *     |                           |                          ^                                        |
 *     +------ no answer ----------+--> free                  +-------------- padded response ---------+
 */
enum path_stage { PATH_FREE, PATH_PUNCH, PATH_PROVE, PATH_VALID, PATH_LOST };

struct path {
	enum path_stage stage;
	struct route route;
	bool lan;     /* both ends in one network */
	bool stuffed; /* its stream link takes nothing now */
	bool
	    reached; /* a response came: the peer receives there, so the limit of three times is off */
	bool held_back; /* a challenge was due, but the limit of three times did not allow it */
	uint8_t id;     /* which of the peer's connection ids our packets bear here */
	uint64_t added_at;
	uint64_t heard_at; /* last authentic packet; 0: never */
	uint64_t largest;  /* highest number here of a packet that was not mere probing, plus one */
	uint64_t bytes_in, bytes_out;
	uint8_t challenge[CHALLENGE_LEN];
	bool challenge_padded;
	uint64_t challenge_at;      /* when the next one leaves */
	uint64_t challenge_sent_at; /* the first of this value; 0: none is out */
	uint64_t challenge_last_at; /* the newest of any value */
	unsigned tries; /* in this stage: challenges sent, and those that could not be */
	uint8_t response[CHALLENGE_LEN];
	bool response_due, response_padded;
};

struct session {
	struct session_config config;

	/* keys: by phase; the ones of the last phase stay a while */
	struct encryptor *keys[PHASES];
	unsigned phase; /* ours for sealing */
	uint64_t next_number;
	uint8_t own_ids[LIMIT_PATH_IDS][CONNECTION_ID], peer_ids[LIMIT_PATH_IDS][CONNECTION_ID];
	struct public_key peer;
	uint8_t rejoin[16];

	/* rekeying: rekey.c */
	struct encryptor *fresh; /* handshake of the next phase in progress */
	unsigned fresh_message;  /* the next message's number */
	uint8_t
	    held[LIMIT_HELLO_PAYLOAD + 64]; /* the initiator's first message, until we can answer */
	size_t held_len;
	const struct identity *
	    session_pair; /* rsa responder: spare one of the endpoint's; NULL while it is being made */
	bool session_pair_used; /* told to the endpoint, which makes another */
	uint64_t phase_started_at, phase_started_number, phase_received;
	uint64_t
	    rekey_not_before; /* the next handshake does not begin (initiator), is not answered (responder) sooner */
	uint64_t old_until; /* when the last phase's keys are wiped; NEVER */

	/* streams */
	struct stream_send send[LIMIT_STREAMS];
	struct stream_receive receive[LIMIT_STREAMS];
	struct acks acks;
	struct recovery *recovery;
	int ack_path;  /* where the newest eliciting packet came from */
	bool accepted; /* the program trusts the peer: chat and pipe may flow */

	/* control messages */
	uint8_t control[CONTROL_HEADER + CONTROL_BODY_MAX];
	size_t control_len;
	struct compare compare;
	uint64_t compare_end; /* offset of stream 0 behind our last message of it */

	/* paths */
	struct path paths[LIMIT_PATHS];
	int data_path;        /* -1: none */
	uint64_t chosen_at;   /* ... and since when it is what it is */
	uint64_t unproved_at; /* when an address that had answered nothing was last given a place */
	uint64_t unproved_may_go_at;          /* when such a one may lose it to another */
	struct addr turned_away[TURNED_AWAY]; /* addresses for which there was no place, a ring */
	unsigned turned_away_count;
	uint8_t next_id;
	bool path_changed; /* to be told */

	/* candidates: punch.c */
	struct candidates candidates;
	struct candidate theirs[LIMIT_CANDIDATES];
	size_t theirs_count;
	struct probes probes; /* what went to addresses the peer named */
	bool punching;        /* a forwarder is in use: candidates make sense */
	uint8_t round;
	uint64_t round_at, fire_at; /* NEVER */
	uint64_t answer_at;         /* responder: when the peer's candidates are answered; NEVER */
	uint64_t answered_at;       /* ... and when they last were */

	/* liveness and end */
	uint64_t started_at, heard_at, asked_at, eliciting_sent_at;
	bool ping_due, away;
	bool closing, close_due;
	uint8_t close_code;
	uint8_t close_text[CLOSE_TEXT_MAX];
	size_t close_text_len;
	uint64_t close_until,
	    close_again_at; /* when it is over without an answer; when it is said again */
	bool over;
	enum err over_err;
	uint8_t over_text[CLOSE_TEXT_MAX];
	size_t over_text_len;
};

/* session.c */
struct encryptor *session_keys(const struct session *s); /* of the phase we send in */
void session_protocol_error(struct session *s, const char *text);
uint64_t session_pto(const struct session *s);

void session_end(struct session *s, enum err err, struct span text);
void session_closed(
    struct session *s); /* our own CLOSE is answered, or was repeated for long enough */

/* packet.c */
void packet_settle(
    struct session
	*s); /* what acknowledgments, timers and stopped paths decided about frames of ours */
bool packet_stream_due(const struct session *s, unsigned path);
int packet_close_path(
    const struct session *s); /* where a CLOSE can go now; -1: nowhere, and it is not waited for */
uint64_t packet_ack_deadline(const struct session *s);
size_t packet_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now);

/* path.c */
int path_find(const struct session *s, const struct route *route);
int path_add(struct session *s, const struct route *route, enum path_stage stage,
             uint64_t now); /* -1: no room */
void path_offer(struct session *s, const struct route *route,
                uint64_t now); /* the communicator has a new one that works */
void path_free(struct session *s, unsigned path);
void path_drop_route(struct session *s,
                     const struct route *route); /* the communicator says it is gone */
void path_stuffed(struct session *s, uint16_t link, bool stuffed);
void path_heard(struct session *s, unsigned path, uint64_t number, bool probing_only, size_t len,
                uint64_t now);
void path_challenged(struct session *s, unsigned path, const uint8_t bytes[static CHALLENGE_LEN],
                     bool padded);
void path_response(struct session *s, const uint8_t bytes[static CHALLENGE_LEN], uint64_t now);
/* The next probing packet's frames: *path, frames in w, *pad: to full size. False: none is due. */
bool path_probe(struct session *s, unsigned *path, struct writer *w, bool *pad, uint64_t now);
void path_select(struct session *s,
                 uint64_t now); /* chooses data_path; demotes one that went silent */
uint64_t path_deadline(const struct session *s);
/* How many bytes may go there now: until the peer has shown that it receives there, three times what came from there. */
size_t path_room(const struct session *s, unsigned path);
bool path_is_valid(const struct session *s, int path);
bool path_carries_chat(const struct session *s, int path);
bool path_direct(const struct session *s); /* data goes over a direct path */

/* place.c */
/* Where a new path goes; -1: there is no place. Whoever stands there is to be freed. reached: the peer is known to receive there. */
int place_for_path(struct session *s, const struct route *route, enum path_stage stage,
                   bool reached, uint64_t now);

/* control.c */
bool control_send(struct session *s, enum control_type type, struct span body); /* false: no room */
void control_receive(struct session *s, uint64_t now);
void control_compare(struct session *s); /* sends what compare.h has due */
bool control_comparing(
    const struct session *s); /* the words are not there yet, or our REVEAL has not left */

/* punch.c */
bool punch_same_network(
    const struct session *s,
    const struct addr *remote); /* an interface of ours is in its /16 (IPv6: /64) */
void punch_message(struct session *s, struct reader *r, uint64_t now);
void punch_timer(struct session *s, uint64_t now);
uint64_t punch_deadline(const struct session *s);

/* rekey.c */
void rekey_message(struct session *s, struct reader *r, uint64_t now);
void rekey_timer(struct session *s, uint64_t now);
void rekey_opened(struct session *s, unsigned phase,
                  uint64_t now); /* a packet of this phase has opened */
uint64_t rekey_deadline(const struct session *s);
void rekey_pair(struct session *s, const struct identity *pair, uint64_t now);

#endif
