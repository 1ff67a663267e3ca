/* membership: the rooms we wait in at the signaling server, docs/SIGNALING.md S3. A JOIN without
 * WAIT is repeated; with it, the next is due when WAIT says. The secret of a room is drawn for the
 * life of the room: by it the server knows us again from a new address. Where the server
 * understands KEEP, that goes in place of JOIN while nothing happens.
 *
 * It knows nothing of how the server is reached, nor of pairs. Rooms are named to others by an
 * index, 0 to LIMIT_ROOMS - 1, for as long as we are in them. */
#pragma once

#include "transport/carrier.h"
#include "wire/signaling.h"

struct membership_room {
	bool used;
	bool joined;     /* the server has answered */
	bool full;       /* ... that there is no place */
	bool met;        /* a pair is known here */
	bool number_due; /* NAMEPLATE is to be reported */
	/* What we say. nameplate: one is wanted and has not come yet; leave: goes with the next. */
	struct join join;
	uint32_t number;  /* the nameplate */
	uint8_t others;   /* members of the other role ... */
	uint8_t silent;   /* ... of whom so many don't answer the server */
	uint64_t next_at; /* the next JOIN */
	unsigned tries;   /* JOINs since the last WAIT */
	unsigned unmet;   /* WAITs in a row that count others, with no pair here */
	bool kept;        /* by KEEP */
	unsigned calm;    /* WAITs since then that were no news */
};

/* Private to membership.c; others embed it. */
struct membership {
	bool responder, crosses, hides;
	bool echoes; /* each KEEP is to come back: the server refuses none */
	struct random *random;
	bool others_told; /* others was reported: of all rooms together */
	uint32_t others, silent;
	uint64_t said_at;    /* the last message that the server got of us here */
	uint64_t pause_us;   /* between two of them, for the server's sake */
	uint64_t echo_at;    /* when KEEP must have come back; NEVER: none has to */
	unsigned keeps;      /* times that all rooms were kept */
	unsigned echoes_due; /* KEEPs that have to come back */
	int keep_next;       /* the room with which the next KEEP goes on; 0: at the next time */
	int end;             /* rooms from here on were never used, and hold anything */
	struct membership_room rooms[LIMIT_ROOMS];
};

void membership_init(struct membership *m, bool responder, struct random *random);
/* In rooms that are joined from now on, others may know where our TCP connection is seen. */
void membership_cross(struct membership *m);
/* ... nobody may know where we are. */
void membership_hide(struct membership *m);
/* The server is closed: it does not say when it has forgotten us (docs/SIGNALING.md S14-7). */
void membership_echoes(struct membership *m, bool each);
/* token NULL: a room with a nameplate, which the server chooses. ERR_FULL: no more rooms. */
enum err membership_join(struct membership *m, const uint8_t *token, uint64_t now);
/* The index of the room we are in under that secret; -1: none. */
int membership_room_of_secret(const struct membership *m,
                              const uint8_t secret[static SECRET_BYTES]);
/* The index of the room we were in; -1: none. */
int membership_leave(struct membership *m, const uint8_t token[static TOKEN_LEN]);
void membership_finish(struct membership *m); /* leaves all */
/* A room of a nameplate of our own, or wanted; as membership_leave. */
int membership_leave_number(struct membership *m);

/* Joins again now: all rooms, or one. lost: the server may not know us any more. */
void membership_rejoin(struct membership *m, bool lost, uint64_t now);
void membership_rejoin_room(struct membership *m, int room, uint64_t now);
/* WAIT about a room; met: one of the members it counts has been introduced. False: it answers no
 * question of ours. */
bool membership_wait(struct membership *m, int room, const struct wait *wait, bool met,
                     uint64_t now);
/* INTRO came about a room. */
void membership_met(struct membership *m, int room);
/* ERROR 2 (full) or 3: no place, or not so soon. True: that it is full is news. */
bool membership_refused(struct membership *m, int room, bool full, uint64_t now);

/* KEEP has come back. False: it is not ours. */
bool membership_echo(struct membership *m, const struct keep *keep);

/* Members of the other role in all our rooms, as far as the server answers. */
uint32_t membership_others(const struct membership *m);
/* Of these, those that the server calls silent. */
uint32_t membership_silent(const struct membership *m);

/* When the next JOIN is due that needs an answer; NEVER. */
uint64_t membership_deadline(const struct membership *m);
/* When KEEP is, or its echo is missing. quiet_us: the NAT may be left alone for so long. */
uint64_t membership_keep_at(const struct membership *m, uint64_t quiet_us);
/* Joins all rooms again where an echo is missing. */
void membership_timer(struct membership *m, uint64_t now);
enum membership_message {
	MEMBERSHIP_NOTHING,
	MEMBERSHIP_JOINS, /* the server has to answer */
	MEMBERSHIP_KEEPS, /* ... need not */
	MEMBERSHIP_LEAVES
};
/* The JOIN or KEEP that is due. cookie: the server's; fresh: good for more than leaving. */
enum membership_message membership_output(struct membership *m,
                                          const uint8_t cookie[static COOKIE_BYTES], bool fresh,
                                          uint64_t quiet_us, struct writer *w, uint64_t now);

/* NAMEPLATE, or WAITING with the number of others; false: there is nothing to report. */
bool membership_report(struct membership *m, struct communicator_event *event);
