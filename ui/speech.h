/* speech: takes what our user says from the interactor to the chats: into the conversation it was
 * meant for, or back, with a sentence that says it was not sent. And decides when our side of a
 * conversation is done. Pure: the program reads input, shows events, and moves the chats.
 *
 * The conversations of a run are numbered 1, 2, ... in the order in which they begin; several may
 * go on at a time. Whatever is typed carries the number of the one it was meant for. It is sent in
 * that one, or in a later one with the same identity if nobody new has come between; or not at
 * all. Input that names nobody is for the conversation that our user faces. The rule, which stands
 * only here:
 *
 *   before the first conversation    input is for the first, and waits for it
 *   in conversation n alone          input is for n; while the peer is away it waits
 *   ... with somebody else than      ... once everything has been read that was typed before the
 *       before                       user could know who is here: that is for nobody
 *   in several                       console: for the one that the user has chosen; else for nobody
 *   between two conversations        where the same peer is awaited: input is for the next, and
 *                                    waits; else for nobody
 *
 * Where there is an outbox for the peer (chat/outbox.h), what would wait is put there instead, and
 * comes when the peer is here, in this run or a later one. While nobody is here, everything is for
 * the outbox of the one contact that is awaited: also what was begun then, if somebody else comes
 * before it is done. What is begun then has the next number, so whoever else comes gets the one
 * after it.
 *
 * What waits when a conversation is cut off goes on waiting: it is for the next if that is with the
 * same identity, else it is refused then. One peer that takes nothing does not keep others waiting:
 * the console offers what is for them, and elsewhere its lines are refused after SPEECH_HOLD_US.
 *
 * Where we wait for others, the end of input is no reason to leave: a host with --keep, or one that
 * never had a byte of input (/dev/null), goes on receiving. But a person who ends it leaves. */
#pragma once

#include "ui/interactor.h"
#include "ui/unsaid.h"

enum { SPEECH_NAME = UNSAID_PEER, SPEECH_SENTENCE = UNSAID_SENTENCE };

#define SPEECH_DRAIN_US (2 * SECOND) /* for input that is ready when the peer leaves */
/* Both may leave at once: the end of a whole input is on its way. */
#define SPEECH_END_US  (200 * MS)
#define SPEECH_HOLD_US SECOND /* for room at one of several peers */

struct speech_config {
	bool keep;    /* the end of input ends nothing */
	bool serving; /* we wait for others */
	bool same;    /* all conversations are with the same identity, awaited between them */
	bool whole;   /* input is a text with an end: a peer that leaves before is an error */
	bool typed;   /* a person types it at a terminal, by keys or by lines */
};

/* A conversation. Only speech.c writes to it; others may read what stands before the empty line. */
struct speech_talk {
	uint64_t number, was; /* was: of the last with the same identity; 0 */
	char name[SPEECH_NAME];
	bool open;       /* it goes on */
	bool away;       /* nothing is heard of the peer: what was said would be lost */
	bool peer_left;  /* the peer has said everything and leaves */
	bool left_early; /* ... and did before our whole input was said */
	bool saying;     /* a text that goes on in the next */
	uint64_t said;   /* texts that the chat has taken of our user */

	bool returns; /* what was meant for it waits, though it is over */
	bool hung_up; /* our user leaves it */
	struct chat *chat;
	struct outbox *outbox; /* borrowed; NULL: none */
	uint64_t full_since;   /* the chat has no room; 0: it has */
	uint64_t wait_until;   /* peer_left: the end of a whole input is waited for */
	/* peer_left: input that is ready is still said (a whole one: always) */
	uint64_t drain_until;
	uint64_t stepped_at; /* the last speech_step: what was due then is done */
};

/* Only speech.c writes to it; others may read the first seven. */
struct speech {
	uint64_t number;       /* of the latest conversation; 0: none so far */
	unsigned open;         /* conversations that go on */
	bool settling;         /* our user faces another peer, and what is read now may be older */
	bool any_left;         /* a peer of ours has said everything and leaves */
	bool blocked;          /* a chat had no room for what was to be said: it has to wait */
	struct unsaid refused; /* and its count not yet reported */
	bool leaving;          /* our user leaves */

	struct interactor *ui;
	struct speech_config config;
	uint64_t faced;      /* the conversation that our user faces; CONV_NOBODY */
	uint64_t said_at;    /* when it was said who is here; NEVER: not yet */
	uint64_t settled_at; /* the last speech_settle: what was due then is done */

	bool torn; /* a text was begun in a conversation that is over: the rest of it is refused */
	bool input_ended; /* and nothing more comes */

	struct outbox *outbox; /* of the contact that is awaited; NULL: none */
	uint64_t kept; /* what has this number is for it, and no conversation's; NEVER: nothing */
	unsigned used; /* of these; the others are older than all */
	struct speech_talk talks[LIMIT_PEERS + 1]; /* those that go on, and the last that did */
};

void speech_init(struct speech *s, struct interactor *ui, const struct speech_config *config);

/* A conversation begins; the chat is attached, and borrowed until speech_over. outbox: the peer's,
 * which is compared; NULL: none. again: the number of the last one with the same identity, if that
 * is over and nobody new has come since; 0: there is none. Valid until speech_over, and to be read
 * until another begins. */
struct speech_talk *speech_connected(struct speech *s, struct chat *chat, const char *peer,
                                     const struct outbox *outbox, uint64_t again);
/* What is for the peer of a conversation goes through this outbox; t NULL: what is said while
 * nobody is here, and one contact is awaited. Borrowed until the end. */
void speech_outbox(struct speech *s, struct speech_talk *t, struct outbox *o);
/* Nothing is heard of the peer, or it is again. */
void speech_away(struct speech_talk *t, bool away);
/* It is over. lost: the peer may not have wanted that, and may come back. */
void speech_over(struct speech *s, struct speech_talk *t, bool lost);
/* The peer has said everything and leaves. */
void speech_peer_left(struct speech *s, struct speech_talk *t, uint64_t now);

/* What input that is read now is for: the number of a conversation, which may be the next, or
 * CONV_NOBODY. */
uint64_t speech_now(const struct speech *s);
/* The peer left before our whole input was said, or not all of it was sent. */
bool speech_missed(const struct speech *s, const struct speech_talk *t);

/* It is settled who is here when everything shown has been written out (told), the user has had
 * time to read it, and no more input can be read at once (ready): then everything typed before has
 * been read. speech_settles says that the time has come; from a terminal, the program then reads
 * everything typed, even a line without its Enter, before it calls speech_settle. Call both also at
 * speech_deadline. */
bool speech_settles(const struct speech *s, bool told, uint64_t now);
void speech_settle(struct speech *s, bool told, bool ready, uint64_t now);

/* Does what the interactor wants, until that is the program's affair: *command is then no
 * TEXT, BYTES or END; but a TEXT with a peer is, who is not here: interactor_answer follows. False:
 * nothing more now. *any: something was said or refused. */
bool speech_take(struct speech *s, struct command *command, bool *any, uint64_t now);
/* Our user leaves as soon as everything is said. */
void speech_leave(struct speech *s);
/* The same for one conversation only. False: that was asked before. */
bool speech_hang_up(struct speech_talk *t);
/* After speech_take: says goodbye where it is time. ready: more input can be read at once. To be
 * called again at speech_deadline, or when something has happened. */
void speech_step(struct speech *s, bool ready, uint64_t now);
/* The next time at which speech_settle or speech_step may do something by itself, each time once:
 * what they wait for besides is input, an answer of the peer, or room on the screen, and each of
 * these wakes the program. NEVER: nothing. */
uint64_t speech_deadline(const struct speech *s);

/* What was refused: EVENT_UNSENT with its sentence, until speech_reported. end: with what was never
 * taken, for the program ends. */
bool speech_unsent(const struct speech *s, bool end, struct event *event,
                   char sentence[static SPEECH_SENTENCE]);
void speech_reported(struct speech *s, const struct event *event);
