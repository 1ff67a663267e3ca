/* dialogue: the conversations of a run, one after the other, between our user and the peer that was
 * let in: from the moment a session stands until what it brought is shown. The peer learns what was
 * really written out. */
#pragma once

#include "cmd/talk/endings.h"
#include "cmd/talk/meeting.h"
#include "cmd/talk/terminal_io.h"
#include "ui/speech.h"

/* Only dialogue.c writes to it; others embed it, and read what stands before the empty line. */
struct dialogue {
	const struct plan *plan;
	struct terminal_io *io;
	const struct meeting_peer *peer;
	struct chat *chat;
	struct session *session;  /* while talking; borrowed */
	struct session_path path; /* as last reported, or about to be: */
	uint64_t path_since;      /* ... when the peer was heard later than this; NEVER: it was */
	bool talking;             /* the chat is attached */

	char last[FINGERPRINT_TEXT]; /* of the key of the last peer; "": it had none, or was none */
	uint64_t gives_up_at;        /* it is waited for until then; NEVER */

	struct speech speech; /* our user's words, and to whom they go */
	bool said;            /* some of them, since the peer was last told what was shown */
	bool user_left;
	bool broken_off; /* our user has hung up twice */
	bool input_failed;
	/* Input that is for nobody: when it was reported, and before when no more is read. */
	uint64_t unsent_reported_at, rest_until;

	bool output_failed;        /* and the peer knows it */
	bool holding;              /* held waits for room on the screen */
	struct event held;         /* the chat's */
	uint64_t shown;            /* texts given to the interactor */
	uint64_t written;          /* ... and written out: the peer is to learn of it */
	uint64_t confirm_at;       /* at the latest, or when we say something; NEVER: it knows */
	uint64_t output_before_us; /* bytes that standard output took before the conversation */
};

/* plan, io and peer are borrowed. False: no memory. */
bool dialogue_init(struct dialogue *d, const struct plan *plan, struct terminal_io *io,
                   const struct meeting_peer *peer);
void dialogue_end(struct dialogue *d); /* also after a failed init, and of zeroes */

/* ---- between begin and over a conversation goes on ---- */

/* peer is here; session is borrowed until it is over. */
void dialogue_begin(struct dialogue *d, struct session *session, const struct session_path *path);
/* ENDPOINT_PATH, ENDPOINT_AWAY, ENDPOINT_BACK. */
void dialogue_event(struct dialogue *d, const struct endpoint_event *e);
/* True: it is over, *result; *next: the program goes on. another: a newer session of ours with the
 * peer is on its way, by which this one may have been replaced. */
bool dialogue_over(struct dialogue *d, bool another, struct endings_result *result, bool *next);
/* The peer (meeting_peer) has come again, its old session being of no use to it any more; or
 * somebody else has, while the peer was away. */
void dialogue_replaced(struct dialogue *d);
/* The program ends in the middle of it. */
void dialogue_abandon(struct dialogue *d, int status);

/* ---- in each turn ---- */

bool dialogue_wants_input(const struct dialogue *d, uint64_t now);
/* After a wait. True: standard input has failed, and nobody is here. */
bool dialogue_read(struct dialogue *d, const struct watch watches[static TERMINAL_IO_WATCHES],
                   uint64_t now);
/* The next thing that our user wants, which is none of TEXT, BYTES and END. False: nothing more,
 * and what was said goes. *any: something was. */
bool dialogue_take(struct dialogue *d, struct command *wish, bool *any, uint64_t now);
/* Ends this conversation when everything is said; asked again, at once. */
void dialogue_hang_up(struct dialogue *d);
void dialogue_leave(struct dialogue *d); /* our user does, as soon as everything is said */
/* What the peer says. True: there was something. */
bool dialogue_show(struct dialogue *d, uint64_t now);
/* To be asked the moment after it was said who is here, and before the peer is heard, for an answer
 * to the peer comes later. What is read from then on is for the peer. */
void dialogue_settle(struct dialogue *d);
/* The peer has not come back within --timeout. */
bool dialogue_gives_up(const struct dialogue *d, uint64_t now);
/* What was not sent, at the end of the program. */
void dialogue_unsent(struct dialogue *d);
uint64_t dialogue_deadline(const struct dialogue *d, uint64_t now);
