/* meeting_place: where peers find us: at a signaling server, in the room of our code's number and
 * in those of our contacts, or at an address of our own. What to say about it are decisions. */
#ifndef CMD_TALK_MEETING_PLACE_H
#define CMD_TALK_MEETING_PLACE_H

#include "cmd/talk/contact_rooms.h"
#include "cmd/talk/decision.h"
#include "cmd/talk/invitation.h"
#include "cmd/talk/plan.h"

/* Private to meeting_place.c; others embed it. */
struct meeting_place {
	const struct plan *plan;
	const struct identity *own;
	const char *server;
	struct invitation *invitation;
	struct contact_rooms rooms;
	bool server_answered, waiting_shown, failure_shown;
	uint32_t members;      /* of the other role in our room, as the server last said */
	struct addr failed_at; /* where nothing answered; zeroes */
};

/* All pointers are borrowed until the end, as in meeting.h. */
struct meeting_place meeting_place_of(const struct plan *plan, const struct identity *own,
                                      const char *server, struct invitation *invitation);

/* free: nobody is here, nor about to come. */
void meeting_place_event(struct meeting_place *m, const struct communicator_event *e, bool free,
                         struct decisions *out, uint64_t now);
/* There is a new contact, or a new day. */
struct contact_rooms_count meeting_place_update(struct meeting_place *m, uint64_t now);
void meeting_place_timer(struct meeting_place *m, uint64_t now);
uint64_t meeting_place_deadline(const struct meeting_place *m);
/* A room to join or to leave, until false. */
bool meeting_place_take(struct meeting_place *m, uint8_t token[static TOKEN_LEN], bool *join);

/* connect has waited long enough: who has not answered. */
void meeting_place_no_answer(const struct meeting_place *m, struct phrase *p);

#endif
