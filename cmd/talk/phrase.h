/* phrase: every sentence about meeting a peer and parting from one. Pure: facts in, text out. Each
 * says what happened (err, text) and, where the user can do something about it, what (hint; else
 * empty). Names and words that come from a peer are sanitised by whoever shows them. */
#pragma once

#include "chat/chat.h"
#include "cmd/talk/plan.h"
#include "endpoint/endpoint_event.h"

enum { PHRASE_TEXT = 1024, PHRASE_HINT = PHRASE_TEXT + LIMIT_KEY_LINE };

struct phrase {
	enum err err; /* OK: news rather than an error */
	char text[PHRASE_TEXT], hint[PHRASE_HINT];
};

/* What shows it; valid as long as p. */
struct event phrase_event(const struct phrase *p, enum event_kind kind);
/* A format as for text_add_format. What stands after a newline in it is the hint. */
void phrase_of(struct phrase *p, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- the code ---- */

#define PHRASE_NEW_CODE "Ask the peer for a new code."

/* The command that the other side types. target: code@server, or an address. */
void phrase_command(struct phrase *p, const struct plan *plan, const char *target);

/* Ours is dead of wrong tries (guessed) or of its age. others: known contacts may still come.
 * next_us: then there is another one; 0: there is none. */
void phrase_code_ended(struct phrase *p, bool guessed, bool others, uint64_t next_us);
/* ENDPOINT_GUESS: somebody tried our code, or answered without showing that it knows ours. code:
 * NULL: none (for connect the words to compare were due). */
void phrase_guess(struct phrase *p, const struct endpoint_event *e, bool serving,
                  const struct code *code);
void phrase_wrong_code(struct phrase *p, bool has_code, uint32_t number);

/* ---- keys ---- */

/* taken: the name that the peer should have had, which is (or looks like) another contact's; NULL:
 * it got it. */
void phrase_saved(struct phrase *p, const char *name, const char *taken, const struct plan *plan);
/* The responder proved another key than c's. unproved: so somebody says who has proved nothing. */
void phrase_key_changed(struct phrase *p, const struct contact *c, const struct public_key *fresh,
                        bool unproved);

struct phrase_stranger {
	const struct public_key *key;
	const char *nick;
	const struct contact *known;    /* a contact that is not among those of --allow */
	const char *suite;              /* ... or that came by this one, which is not its own */
	const struct contact *namesake; /* a contact of that name, with another key */
	const char *alike;              /* a contact's name that looks like nick */
	const char *as;                 /* the name to add it under */
	uint64_t unsaid;                /* others before, of whom nothing was said */
};
void phrase_stranger(struct phrase *p, const struct phrase_stranger *s);
void phrase_strangers(struct phrase *p, uint64_t unsaid);
/* Somebody came while another was here. nick: the name is only what it calls itself. unsaid: others
 * before, of whom nothing was said. */
void phrase_visitor(struct phrase *p, const char *name, bool nick, uint64_t unsaid);
/* What to do when the words to compare differ. name: under which the peer is saved; "". */
void phrase_words_differ(struct phrase *p, const char *name);

/* COMMUNICATOR_SERVER: it answers. */
void phrase_server(struct phrase *p, const char *server, const struct communicator_event *e);

/* Our user has asked for a code, and why there is none; or that one is over. */
enum phrase_invite {
	PHRASE_INVITE_CONNECT, /* we are not the side that makes them */
	PHRASE_INVITE_SUITE,   /* it knows no codes */
	PHRASE_INVITE_TOFU,    /* everybody may come without one */
	PHRASE_INVITE_FULL,    /* there is no place for another peer */
	PHRASE_INVITE_RESTS,   /* the last one was guessed at: it takes after_us more */
	PHRASE_INVITE_EXPIRED, /* the one that was asked for is over */
	PHRASE_INVITE_GUESSED
};
void phrase_invite(struct phrase *p, enum phrase_invite why, uint64_t after_us);

/* ---- refusals ---- */

/* ENDPOINT_REFUSED. suite: ours. c: the contact we looked for; name "": none. has_code: we came by
 * a code. */
void phrase_refused(struct phrase *p, const struct endpoint_event *e, const char *suite,
                    const struct contact *c, bool has_code);
/* The responder proved its key, and does not take ours. name: the contact's; "": unknown. */
void phrase_turned_away(struct phrase *p, const char *name, struct span words);
/* A session that failed. said: in these words of the core; "" for none. talks: it was for serve or
 * connect, which have --pipe; else for say, send or receive. */
void phrase_failed(struct phrase *p, enum err err, struct span said, bool talks);
