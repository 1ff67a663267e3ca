/* meeting_place: where peers find us: at a signaling server, in the room of our code's number and
 * in those of our contacts, or at an address of our own. What to say about it are decisions. */
#pragma once

#include "cmd/talk/contact_rooms.h"
#include "cmd/talk/decision.h"
#include "cmd/talk/directory.h"
#include "cmd/talk/phrase_absent.h"
#include "cmd/talk/renewal.h"
#include "cmd/talk/waiting.h"

/* Signaling servers, by their numbers. */
struct meeting_place_by {
	uint8_t numbered;   /* the code's number is of this one */
	uint8_t introduced; /* ... introduced a peer last */
};

/* What has become of our code. */
struct meeting_place_code {
	bool shown;    /* the command that the other side types */
	bool again;    /* it is shown once more */
	bool used;     /* which is not said yet */
	bool invited;  /* our user has asked for one */
	bool numbered; /* a number was asked for, and has come or will */
};

/* Only meeting_place.c writes to it; meeting embeds it, and reads the code, the rooms, directory
 * and by. */
struct meeting_place {
	const struct plan *plan;
	const struct identity *own;
	const struct directory *directory;
	struct decisions *out;
	const struct contact *contact; /* connect: whom we look for; NULL for serve */
	bool met;                      /* somebody has been here */
	struct code code; /* by which a new peer pairs with us; for connect: that we pair by */
	bool code_alive;
	uint64_t code_ends_at; /* NEVER */
	struct meeting_place_code code_is;
	struct renewal renewal; /* made by itself with --keep */
	struct random *random;  /* borrowed */
	struct addr listens;    /* without a server */
	struct meeting_place_by by;
	struct contact_rooms rooms;
	struct waiting waiting;
	/* The server, or the peer's address: has ever answered; has not, and that was said. */
	bool answered, silent, reached;
	uint64_t give_up_at; /* serve: if it has not answered until then; NEVER */
	bool unnamed;        /* the name of the host or server could not be looked up */
	bool busy;           /* the peer talks with somebody else, and that was said */
	uint32_t members; /* of the other role in our rooms that answer, as the server last said */
	const char *failed_why; /* nothing answered; NULL */
};

/* All arguments as in meeting.h; what is to be said goes to out. */
void meeting_place_init(struct meeting_place *m, const struct plan *plan,
                        const struct identity *own, const struct directory *directory,
                        struct random *random, uint64_t now, struct decisions *out);
/* Our user wants a code now: another one, or the one there is once more. Not while renewal.at is
 * still to come. */
void meeting_place_invite(struct meeting_place *m, uint64_t now);
/* Nobody pairs any more. With --keep another code is made when nobody is here. */
void meeting_place_end_code(struct meeting_place *m, enum renewal_end how, uint64_t now);

/* free: nobody is here, nor about to come. */
void meeting_place_event(struct meeting_place *m, const struct communicator_event *e, bool free,
                         uint64_t now);
/* At each turn. */
void meeting_place_timer(struct meeting_place *m, bool free, uint64_t now);
uint64_t meeting_place_deadline(const struct meeting_place *m);
/* The peer is there, but talks with somebody else. False: that was said before. */
bool meeting_place_busy(struct meeting_place *m);
/* There is a new contact, or a new day (rooms.dates.next_at). */
void meeting_place_update(struct meeting_place *m, uint64_t now);

/* Whom nobody is here for: what is waited for, and how it stands. */
void meeting_place_standing(const struct meeting_place *m, uint64_t now, struct phrase *p);
/* connect has waited long enough: who has not answered. */
void meeting_place_no_answer(const struct meeting_place *m, struct phrase *p);
/* True: no server answers any more, and p says so. */
bool meeting_place_lost(const struct meeting_place *m, struct phrase *p);
