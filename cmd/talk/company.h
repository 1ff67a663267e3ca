/* company: everybody our user talks with in a run: a dialogue for each peer, and one user, whose
 * words go to whom they were meant for (ui/speech.h). */
#pragma once

#include "cmd/talk/relaying.h"

/* The last conversation with somebody, while nobody new has come since. */
struct company_left {
	char fingerprint[FINGERPRINT_TEXT];
	uint64_t conv; /* 0: nobody */
};

/* Only company.c writes to it; others embed it, and read what stands before the empty line. */
struct company {
	struct speech speech;       /* our user's words; speech.open: conversations that go on */
	struct postbox postbox;     /* also written to by postbox.c */
	struct endings_result last; /* of the last conversation; of several together the first that
	                               failed */

	const struct plan *plan;
	struct terminal_io *io;
	struct dialogue *dialogues[LIMIT_PEERS + 1]; /* NULL: none */
	unsigned end;                                /* from here on there were none yet */
	unsigned turn;                               /* whose words are shown first */
	struct company_left left[LIMIT_PEERS + 1];
	uint64_t gives_up_at; /* the last peer is waited for until then; NEVER */
	bool user_left, input_failed;
	bool for_guest; /* without an invitation, the program ends with the last peer */
	bool said;      /* something, since the peers were last told what was shown */
	/* Input that is for nobody: when it was reported, and before when no more is read. */
	uint64_t unsent_reported_at, rest_until;
	struct relaying_lost lost; /* --relay-lines: what had no room at one of them */
};

/* plan and io are borrowed. */
void company_init(struct company *c, const struct plan *plan, struct terminal_io *io);
/* What is for contacts who are not there is kept. own: our identity; NULL: it cannot be. */
void company_keep(struct company *c, const struct identity *own);
void company_end(struct company *c); /* also of zeroes */

/* ---- peers; each by its number at the endpoint ---- */

/* One was let in. False: no memory. */
bool company_admit(struct company *c, unsigned number, const struct meeting_peer *peer);
/* Its session stands, and is borrowed until its conversation is over. */
void company_begin(struct company *c, unsigned number, struct session *session,
                   const struct session_path *path);
/* ENDPOINT_PATH, ENDPOINT_AWAY, ENDPOINT_BACK. */
void company_event(struct company *c, const struct endpoint_event *e);
bool company_talks_with(const struct company *c, unsigned number);
/* One that was let in is gone. Its conversation, if there is one, goes on until company_over. */
void company_gone(struct company *c, unsigned number);
/* True: a conversation is over, c->last; *next: the program goes on. another: a newer session of
 * ours with the peer is on its way, by which this one may have been replaced. invited: somebody is,
 * and may come yet. */
bool company_over(struct company *c, bool another, bool invited, bool *next);
/* It has come again, its old session being of no use to it any more; or that newcomer has, for whom
 * it has to make room. */
void company_replaced(struct company *c, unsigned number, const struct meeting_peer *newcomer);
/* The program ends in the middle of it: conversations are over. */
void company_abandon(struct company *c, int status);
/* The dialogue of a conversation; 0: of the one that our user faces. NULL: there is none. */
struct dialogue *company_of(const struct company *c, uint64_t conv);
/* Goes through all that go on, from *i = 0 on; NULL: there are no more. */
struct dialogue *company_talking(const struct company *c, int *i);

/* ---- in each turn ---- */

bool company_wants_input(const struct company *c, uint64_t now);
/* After a wait. True: standard input has failed, and nobody is here. */
bool company_read(struct company *c, const struct watch watches[static TERMINAL_IO_WATCHES],
                  uint64_t now);
/* The next thing that our user wants, which is none of TEXT, BYTES, TO and END. False: nothing
 * more, and what was said goes. */
bool company_take(struct company *c, struct command *wish, uint64_t now);
/* Ends a conversation when everything is said; asked again, at once. */
void company_hang_up(struct company *c, struct dialogue *d);
void company_leave(struct company *c); /* our user does, as soon as everything is said */
/* What the peers say. True: there may be more, or something to be done about it, at once. */
bool company_show(struct company *c, uint64_t now);
/* To be asked the moment after it was said who is here, and before the peer is heard, for an answer
 * to the peer comes later. What is read from then on is for the peer. */
void company_settle(struct company *c);
/* The peer has not come back within --timeout; or of say, not shown what was said. Or the program
 * has only waited for somebody who is not invited any more, and not coming in. */
bool company_gives_up(struct company *c, bool invited, uint64_t now);
/* What was not sent, at the end of the program. */
void company_unsent(struct company *c);
uint64_t company_deadline(const struct company *c, uint64_t now);
