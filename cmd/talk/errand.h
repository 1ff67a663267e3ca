/* errand: files that go to or from one peer: a transfer, and what our user hears of it. */
#pragma once

#include "cmd/talk/meeting.h"
#include "cmd/talk/terminal_io.h"
#include "cmd/transfer.h"
#include "files/pace.h"
#include "os/file.h"

/* Whom it is with; borrowed. */
struct errand_with {
	const struct plan *plan;
	struct terminal_io *io;
	const char *peer;
	uint64_t conv;
};

/* errands.c fills in what stands before the empty line, errand.c the rest. */
struct errand {
	struct transfer *transfer; /* NULL: a free place */
	unsigned number;           /* of the transfer, in this run */
	uint64_t quota;            /* set aside for it; 0: it was asked about */
	bool sends, asks;          /* asks: our user has not said whether it is wanted */
	char *const *roots;        /* a sender's */
	unsigned roots_count;
	char path[FILE_PATH], *root; /* ... of /send */
	uint64_t kept;               /* its number in the outbox; 0: it is not there */
	struct upload *upload;       /* what is handed in, instead; the transfer's. NULL: nothing */

	bool offered;       /* and told: until then it is nothing to anybody here */
	struct offer offer; /* the peer's; its items are a copy */
	int status;         /* the exit status that what is not whole leads to; 0: nothing yet */
	unsigned told;      /* of so many files and items something was to be said */
	uint64_t seen;      /* when errand_progress was called last */
	uint64_t began;     /* when the first byte was there; 0: not yet */
	uint64_t next;      /* when it is said again how far it is; NEVER: it is not said */
	struct pace pace;
};

/* We offer its roots. id: of the command. */
void errand_offering(struct errand *a, const struct errand_with *with, struct span id);
/* The peer's offer. before and after: what is said around it. */
void errand_offered(struct errand *a, const struct errand_with *with, const struct offer *offer,
                    const char *before, const char *after);
/* TRANSFER_LOST, ITEM, OVER. */
void errand_report(struct errand *a, const struct errand_with *with,
                   const struct transfer_event *event, uint64_t now);
/* The conversation is over before it. What is settled is reported as whole all the same. */
void errand_broken_off(struct errand *a, const struct errand_with *with);
/* Whoever wants to be told how far it is, is told, now and then. */
void errand_progress(struct errand *a, const struct errand_with *with, uint64_t now);
/* Our user asks. */
void errand_describe(struct errand *a, const struct errand_with *with, struct span id,
                     uint64_t now);
void errand_wipe(struct errand *a);
