/* chat: what is said. Numbered messages with receipts, or the bytes of a pipe, over a session.
 * docs/PROTOCOL.md section 7. Also the one list of events that interactors show: the chat's own,
 * and those the program adds around it. */
#pragma once

#include "chat/outbox.h"
#include "session/session.h"

enum event_kind {
	/* The program's, before and around a conversation. */
	EVENT_HELLO,     /* text: our version. The first event */
	EVENT_NOTICE,    /* text: a sentence for the user ("new identity made: ...") */
	EVENT_LISTENING, /* text: the address */
	/* text: the whole command that the other side types; code: the code alone */
	EVENT_CODE,
	/* text: for whom; contacts: the same; hint: "at such a place: how far it has come" */
	EVENT_WAITING,
	EVENT_GUESS, /* number: failed guesses so far; text: the sentence */
	/* peer, fingerprint, suite, path, rtt_us, words (only after --tofu), insecure, again */
	EVENT_CONNECTED,
	EVENT_PATH, /* path, rtt_us: our data now goes this way */
	EVENT_AWAY, /* nothing is heard from the peer */
	EVENT_BACK,
	EVENT_WHO,      /* like CONNECTED, on request */
	EVENT_CONTACTS, /* contacts, on request; text: what was done to them */
	EVENT_ERROR,    /* err, text, hint */
	/* What the console asked for: text: the text of a file; or names of files that begin like
	 * id, a 0 behind each. */
	EVENT_FILE,
	EVENT_NAMES,
	/* id: the text waits in the outbox; where texts are addressed, that is all. With peer: who
	 * was named with it; with files: a file waits, text. */
	EVENT_KEPT,
	/* Files go to and fro: files, text. Of a transfer: what is offered; how far it is, with a
	 * text only when our user asks; a file or a folder is whole, or will not be (err); and it
	 * is over, with err OK if all of it is whole, and with a text if there is more to say. */
	EVENT_OFFER,
	EVENT_PROGRESS,
	EVENT_ITEM,
	EVENT_TRANSFER,
	/* id, text: what our user says was taken: for others who see it too. peer: as for KEPT */
	EVENT_SAID,
	EVENT_UNSENT, /* number, text: so many texts (of a pipe: bytes) will never be sent */
	/* err, text, exit_code: the conversation has ended; number: messages not confirmed */
	EVENT_OVER,
	/* err, text, exit_code: the last event, after EVENT_OVER or EVENT_ERROR said why */
	EVENT_CLOSED,

	/* The chat's. */
	/* number, text: the peer's message, exactly as it was sent: make it safe before showing it.
	 * more: it goes on in the next EVENT_TEXT. */
	EVENT_TEXT,
	EVENT_SENT,      /* number: ours, the next that chat_text took, has this number */
	EVENT_DELIVERED, /* number: the peer's user has been shown everything up to this */
	EVENT_PEER_LEFT, /* the peer has said everything and leaves */
	/* text: bytes of the pipe; number: offset of the first. The last kind: ui/json_events.c
	 * has a row for each up to it. */
	EVENT_BYTES
};

/* Such an event can wait in the chat; the program's cannot. */
static inline bool event_is_of_chat(enum event_kind kind)
{
	return kind >= EVENT_TEXT;
}

/* A contact, or what is known of one: what is not is "". verified: the day ("YYYY-MM-DD"). */
struct event_contact {
	const char *name, *fingerprint, *since, *verified;
};

/* A transfer of files, or what is offered. Names are as the peer has them. */
struct event_file {
	struct span name;
	bool folder;
	uint64_t files, bytes; /* in it; bytes NEVER: not said */
};
enum { EVENT_FILES = 20 }; /* items of an offer that are named */
struct event_files {
	unsigned number; /* of the transfer, in this run */
	bool sends;      /* we do */
	bool asks;       /* our user is to say whether they are wanted */
	bool waits;      /* PROGRESS: for the peer, in the outbox */
	/* OFFER, and PROGRESS if our user asks: what there is; ITEM: which one */
	const struct event_file *items;
	unsigned items_count;
	uint64_t more; /* ... that are not named */
	const char
	    *dir; /* ITEM: the folder into which it has come; NULL: not known, or it has not */
	uint64_t files, bytes; /* that are whole there, of so many: */
	uint64_t all_files, all_bytes;
	uint64_t rate;   /* bytes a second, of late */
	uint64_t left_s; /* what is left takes so many seconds at this rate; NEVER: not known */
};

/* Spans and strings are valid until the next chat_take (program's events: during interactor_show).
 */
struct event {
	enum event_kind kind;
	uint64_t number;
	uint64_t conv; /* the number of the conversation it belongs to; 0: to none */
	struct span text, hint;
	struct span id; /* of the command that this answers: command.id */
	const char *code, *peer, *fingerprint, *verified, *suite, *path, *words;
	const struct event_contact *contacts;
	size_t contacts_count;
	const struct event_files *files;
	uint64_t rtt_us;
	/* Local seconds since midnight, and the day as 20261231; filled in by the program. */
	uint32_t clock_s, date;
	uint64_t unix_ms; /* milliseconds since 1970, UTC; filled in by the program */
	enum err err;
	int exit_code;
	bool insecure, more;
	/* TEXT: which line of the peer's outbox it is; its number 0: of none. */
	struct outbox_mark mark;
	/* CONNECTED: the last conversation with the same identity, if nobody new has come since; 0:
	 * there is none. */
	uint64_t again;
};

struct chat;

/* MODE_FORWARD: nobody says anything but that they leave. NULL: no memory. */
struct chat *chat_new(enum mode mode);
void chat_free(struct chat *ch); /* wipes */
/* The conversation starts over this session; numbers and counts begin anew, a chat_finish from
 * before stays in force. Borrowed until chat_detach or chat_free: let the session live until
 * chat_over, for what has arrived is still to be taken. */
void chat_attach(struct chat *ch, struct session *s);
/* The session is gone; what was never confirmed stays counted: chat_unconfirmed. */
void chat_detach(struct chat *ch);

/* Our user says something, which may be empty. more: it goes on with the next text, and is one for
 * the peer, too; what goes on has to end before chat_finish. ERR_FORMAT: not UTF-8 or above
 * LIMIT_TEXT; ERR_FULL: too much is unconfirmed: try again after output; ERR_STATE: after
 * chat_finish, not attached, over. On OK an EVENT_SENT follows. */
enum err chat_text(struct chat *ch, struct span utf8, bool more);
/* The same with a line of an outbox, when chat_ready says that it can be said now. Returns the
 * number that it has as a text. */
bool chat_ready(const struct chat *ch);
uint64_t chat_line(struct chat *ch, const struct outbox_line *line);
/* Pipe: our input. Returns how many bytes were taken. */
size_t chat_bytes(struct chat *ch, struct span bytes);
size_t chat_bytes_room(const struct chat *ch);
/* Our user has nothing more to say (Ctrl-D, /quit, end of input). Pipe: the end of the input.
 * Idempotent. */
void chat_finish(struct chat *ch);

/* Texts up to this number are on the user's screen or in the program's output, so they can be
 * confirmed. */
void chat_shown(struct chat *ch, uint64_t number);
/* Pipe: the program has written this many bytes to its output so far. */
void chat_written(struct chat *ch, uint64_t count);
/* We end it in the middle, for this reason: closes with these words. ERR_LOCAL: our own output or
 * input failed ("its output failed"). ERR_UNREACHABLE: where it should lead cannot be reached. */
void chat_fail(struct chat *ch, enum err err, const char *words);

/* Moves records between the session and events. Call after every input, and before output. */
void chat_step(struct chat *ch);
/* What chat_step has read, and what follows that. An EVENT_BYTES comes once, and again after each
 * chat_step and chat_written, until chat_written says that its bytes were written. */
bool chat_take(struct chat *ch, struct event *event);
/* Of these only EVENT_SENT and EVENT_DELIVERED, while a text that was taken waits and stays
 * valid. */
bool chat_take_ours(struct chat *ch, struct event *event);

bool chat_finished(const struct chat *ch); /* chat_finish was called */
/* Pipe: the peer's bytes have ended, and all were written. */
bool chat_heard_all(const struct chat *ch);
/* Messages, or bytes of a pipe, that the peer has not confirmed. */
uint64_t chat_unconfirmed(const struct chat *ch);
/* Everything said on both sides is said and confirmed; CLOSE 0 is sent or received. Or the session
 * is over for another reason: *err, and *text the peer's words. */
bool chat_over(const struct chat *ch, enum err *err, struct span *text);
