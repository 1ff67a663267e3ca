/* meeting: who is met and let in. Fed with what the endpoint says before and around a conversation;
 * gives decisions, which the conversation carries out. Reads and writes the user's contacts, and
 * touches neither network nor screen.
 *
 *   endpoint events, time --> meeting --> decisions; place.rooms to join and to leave */
#pragma once

#include "base/hush.h"
#include "cmd/talk/meeting_place.h"
#include "endpoint/endpoint.h"

/* What this host is doing. */
enum meeting_state {
	MEETING_FREE,    /* it waits */
	MEETING_ROOM,    /* somebody is here, and there is a place for another */
	MEETING_BUSY,    /* a peer was let in, and the conversation has not begun, or is over */
	MEETING_TALKING, /* the conversation goes on */
	MEETING_AWAY,    /* ... but nothing is heard of the peer */
	MEETING_LEAVING  /* the program ends */
};

/* Who was let in. */
struct meeting_peer {
	char name[LIMIT_NAME + 1], fingerprint[FINGERPRINT_TEXT], words[COMPARE_TEXT];
	const struct encryptor_class *suite;
	bool saved; /* as a contact of that name */
	bool pipe;  /* it comes with one, also where a port is forwarded */
};

/* Somebody who has proved its key while another one is here. Whoever is here may have died without
 * a word, so it is asked first: if it answers, the visitor is told that this host is busy; if not,
 * the visitor takes its place. */
struct meeting_visitor {
	struct endpoint_event event; /* PEER, not answered yet */
	uint64_t since, until;       /* until 0: nobody waits */
};

/* Only meeting.c writes to it; others embed it, read peer, take from decisions (decision_take) and
 * place.rooms (contact_rooms_take), and wipe it. */
struct meeting {
	const struct plan *plan;
	struct meeting_place place;
	/* connect: whom we want; then: who was let in. name "": nobody known */
	struct contact contact;
	struct meeting_peer peer;
	/* The last stranger, and the last contact that came while somebody was here: reported once;
	 * and many, not one by one. */
	struct public_key refused, turned_away;
	struct hush refusals;
	struct meeting_visitor visitor;
	struct decisions decisions;
};

/* All pointers are borrowed until the end. own: NULL for a suite without keys. random: for further
 * codes. */
void meeting_init(struct meeting *m, const struct plan *plan, const struct identity *own,
                  const struct directory *directory, struct random *random, uint64_t now);

/* COMMUNICATOR, PEER, CHANGED, GUESS, WRONG_CODE, REFUSED, FAILED. Take all decisions after it. */
void meeting_event(struct meeting *m, const struct endpoint_event *e, enum meeting_state state,
                   uint64_t now);
/* heard_at: when the peer, while one is here, was last heard. */
void meeting_timer(struct meeting *m, enum meeting_state state, uint64_t heard_at, uint64_t now);
uint64_t meeting_deadline(const struct meeting *m);
/* Our user wants a code, by which somebody new can come, also beside those who are here. False:
 * there is none now, and p says why. */
bool meeting_invite(struct meeting *m, enum meeting_state state, struct phrase *p, uint64_t now);
/* Somebody is, by a code that can still be used. */
bool meeting_invited(const struct meeting *m);

const struct code *meeting_code(const struct meeting *m); /* NULL: none is alive */
