/* directory: at which addresses the peer or the signaling server is, for as long as the program
 * runs. Names are looked up beside everything else, and again while nobody answers: hosts move, and
 * name servers fail in passing. Of several servers one is asked at a time:
 *
 *   serve    stays where a server answers, and goes on to the next of the list when none does
 *   connect  also goes on while its peer is not there, round and round
 *
 * So two hosts whose lists have a server in common that both reach do meet. A code belongs to the
 * server that it was made at. */
#pragma once

#include "cmd/talk/plan.h"
#include "endpoint/endpoint_event.h"
#include "os/resolve.h"

enum { DIRECTORY_PLACES = 8 };

struct directory_place {
	char host[LIMIT_HOST];
	uint16_t port;
};

/* Only directory.c writes to it; others embed it and read server, before, why, absent, news, at,
 * at_count and failure. */
struct directory {
	bool serving, meets;
	size_t count, place; /* of places; the one that is asked. 0: nothing is looked for */
	struct directory_place places[DIRECTORY_PLACES];
	/* why a place was left last, since the peer was heard */
	enum { DIRECTORY_NEW, DIRECTORY_SILENT, DIRECTORY_ABSENT } left[DIRECTORY_PLACES];
	char server[LIMIT_HOST]; /* the server that is asked, as people write it; "" without */
	char before[LIMIT_HOST]; /* the one before */
	const char *why;         /* nothing came of that; NULL: the system has not said */
	bool absent;             /* ... but it answers */
	bool news;               /* ... and it was not so the last time */
	struct addr at[LIMIT_PEER_ADDRS]; /* where that is; none: not known yet */
	size_t at_count;
	struct communicator_event failure; /* of DIRECTORY_FAILED, as a communicator would say it */

	struct resolve resolve;
	bool looking;
	bool answered, silent; /* it has answered; does not do so now */
	bool heard;            /* a conversation goes on, and its peer is heard */
	unsigned failures;     /* in a row, whichever place's */
	unsigned looks;        /* at a name, since an answer */
	unsigned absences;     /* places left since the peer was last heard, as it was not there */
	uint64_t look_at;      /* when to look up again; NEVER */
	uint64_t leave_at;     /* when to go on to the next place; NEVER */
};

/* 0, or the exit status after saying which name cannot be one. End it in any case. */
int directory_init(struct directory *d, const struct plan *plan, uint64_t now);
void directory_end(struct directory *d);

/* What the endpoint says. True: it is about a server, and the next one of the list is tried, which
 * directory_step tells; so the failure ends nothing, and there is no more to say about it. */
bool directory_event(struct directory *d, const struct endpoint_event *e, uint64_t now);

enum directory_news {
	DIRECTORY_NOTHING,
	DIRECTORY_FOUND, /* at has changed */
	DIRECTORY_NEXT,  /* another server is asked; at is empty again */
	DIRECTORY_FAILED /* failure: ERR_TIMEOUT: the name could not be looked up; ERR_FORMAT: there
	                    is no such name. It is tried again */
};
/* Once a turn; directory_deadline says when again. */
enum directory_news directory_step(struct directory *d, uint64_t now);
void directory_watch(const struct directory *d, struct watch out[static RESOLVE_FAMILIES]);
uint64_t directory_deadline(const struct directory *d);
