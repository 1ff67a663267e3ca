/* dialogue: the conversation with one peer, from the moment it was let in until what it brought is
 * shown. The peer learns what was really written out. */
#pragma once

#include "cmd/talk/endings.h"
#include "cmd/talk/errands.h"
#include "cmd/talk/meeting.h"
#include "cmd/talk/outcome.h"
#include "cmd/talk/phrase_over.h"
#include "cmd/talk/postbox.h"
#include "cmd/talk/repeats.h"
#include "cmd/talk/tally.h"
#include "cmd/talk/terminal_io.h"
#include "ui/speech.h"

/* Only dialogue.c writes to it. */
struct dialogue_post {
	struct postbox *all;   /* borrowed */
	struct outbox *outbox; /* what our user says goes through it; NULL: none */
};

/* Only dialogue.c writes to it; others read what stands before the empty line. */
struct dialogue {
	const struct plan *plan;
	struct terminal_io *io;
	unsigned number; /* of the peer at the endpoint */
	struct meeting_peer peer;
	bool talking;             /* a session stands: between begin and end */
	struct session *session;  /* while talking; borrowed */
	struct speech_talk *talk; /* while talking */
	struct chat *chat;        /* attached while talking */
	struct session_path path; /* as last reported, or about to be: */
	uint64_t path_since;      /* ... when the peer was heard later than this; NEVER: it was */
	struct errands errands;   /* also written to by errands.c */
	bool broken_off;          /* our user has hung up twice */
	bool output_failed;       /* and the peer knows it */

	bool busy; /* with files: there is more to do at once */
	struct tally tally;
	struct dialogue_post post;
	struct repeats repeats;
	bool holding;              /* held waits for room on the screen */
	struct event held;         /* the chat's */
	uint64_t shown;            /* texts given to the interactor */
	uint64_t written;          /* ... and written out: the peer is to learn of it */
	uint64_t confirm_at;       /* at the latest, or when we say something; NEVER: it knows */
	uint64_t output_before_us; /* bytes that standard output took before the conversation */
};

/* plan, io and postbox are borrowed, peer is copied. NULL: no memory. */
struct dialogue *dialogue_new(const struct plan *plan, struct terminal_io *io,
                              struct postbox *postbox, unsigned number,
                              const struct meeting_peer *peer);
void dialogue_free(struct dialogue *d); /* wipes; NULL is fine */

/* A session stands, and is borrowed until the end. again: as of speech_connected. */
void dialogue_begin(struct dialogue *d, struct speech *speech, uint64_t again,
                    struct session *session, const struct session_path *path);
/* ENDPOINT_PATH, ENDPOINT_AWAY, ENDPOINT_BACK. */
void dialogue_event(struct dialogue *d, const struct endpoint_event *e);
/* It is over: says so. *facts: how; what dialogue knows itself is filled in. */
void dialogue_end(struct dialogue *d, struct phrase_over *facts, struct endings_result result);
void dialogue_break_off(struct dialogue *d); /* at once */
/* An event that names the peer and its conversation. */
struct event dialogue_event_of(const struct dialogue *d, enum event_kind kind);

/* Now is the last moment to see that somebody is there to read what is confirmed. */
void dialogue_confirm(struct dialogue *d);
/* What the peer says is shown: begin, as long as it is true next, and then written out. False:
 * there is no room, or no conversation. */
bool dialogue_show_begin(struct dialogue *d, struct speech *speech, uint64_t now);
/* True: an event was shown, and is d->held until the next. */
bool dialogue_show_next(struct dialogue *d, struct speech *speech, uint64_t now);
/* True: there may be more to show, or to do about it, at once. */
bool dialogue_show_end(struct dialogue *d, uint64_t now);
/* A text that our user has not said. False: it was not sent, since too much is on its way. */
bool dialogue_pass(struct dialogue *d, struct span text);
uint64_t dialogue_deadline(const struct dialogue *d);
