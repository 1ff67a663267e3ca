/* passage: one connection of another program, and the stream of a session that it goes through; or
 * the pipe of a chat, of a peer that has only one. docs/PROTOCOL.md 7.6. Nothing here waits: what
 * does not go now stays where it is, and so holds up its own sender and nobody else. */
#pragma once

#include "base/limits.h"
#include "chat/chat.h"
#include "os/poller.h"

enum passage_state {
	/* A connection of a program here: */
	PASSAGE_NEW,        /* the peer does not know of it */
	PASSAGE_UNANSWERED, /* it goes already, but the peer has not said whether its end stands */
	/* ... of the peer's: */
	PASSAGE_ASKED,      /* its first byte has not come */
	PASSAGE_LOOKING,    /* for an address: passage_dial */
	PASSAGE_CONNECTING, /* to it */
	/* ... of either: */
	PASSAGE_OPEN,
	PASSAGE_OVER
};

/* Only passage.c writes to it; others read it. */
struct passage {
	enum passage_state state;
	uint64_t conv;     /* the number of the conversation */
	unsigned stream;   /* 0: none yet */
	struct chat *chat; /* whose pipe it is; NULL: it has a stream of its own */
	int fd;            /* -1: none */
	struct asked asked;
	struct addr from;                 /* of a program here; zeroes: in the file system */
	uint64_t sent, received;          /* bytes, to the peer and from it */
	uint64_t deadline;                /* CONNECTING; else NEVER */
	uint64_t moved;                   /* when anything last did, or the peer was away */
	uint8_t code;                     /* OVER: a RESET_, if */
	bool broken;                      /* ... it was broken off, */
	bool by_peer;                     /* ... there */
	bool readable, writable, failed;  /* found, and not used yet */
	bool blocked;                     /* fd takes no more */
	bool in_ended, out_ended;         /* fd's end was read; ours was written there */
	struct addr at[LIMIT_PEER_ADDRS]; /* to be tried, */
	size_t count, next;               /* ... from the next on */
};

/* A program's connection from here, which is ours from now on. NULL: no memory; it is closed. */
struct passage *passage_accepted(uint64_t conv, int fd, const struct addr *from);
/* What the peer has opened: a stream, or, with a chat (borrowed), its pipe. NULL: no memory. */
struct passage *passage_asked(uint64_t conv, unsigned stream, struct chat *chat);
/* What is not over is broken off here. The peer knows or is gone. NULL is fine. */
void passage_free(struct passage *p);

/* LOOKING: the addresses, of which one is to be reached; 0: there are none. */
void passage_dial(struct passage *p, struct session *s, const struct addr *at, size_t count,
                  uint64_t now);
/* What poll(2) found. */
void passage_found(struct passage *p, short events);
/* Moves what can be moved. After every input of the session, and before its output. */
void passage_step(struct passage *p, struct session *s, uint64_t now);
/* From when on it gives way to another that has no place: one direction has ended, and nothing has
 * moved in the other for a minute. NEVER: not as it is. */
uint64_t passage_lapses(const struct passage *p);
void passage_break_off(struct passage *p, struct session *s);
/* What to wait for. */
short passage_events(const struct passage *p);
