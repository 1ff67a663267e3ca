/* verdict: what is reported when an initiator has found nobody, and when. Nobody knows who answers
 * before a key is proved, so one peer's failure says nothing about the others: it is kept, and
 * reported when all have failed whom the server introduced. docs/PROTOCOL.md 8.3. */
#pragma once

#include "base/source.h"
#include "endpoint/endpoint_event.h"
#include "endpoint/tries.h"

enum { VERDICT_LOSERS = 8 };

/* Only verdict.c writes to it; others embed it, and read done. */
struct verdict {
	bool done;                            /* the last event is out, or none is wanted */
	struct source losers[VERDICT_LOSERS]; /* sources of those that have failed */
	size_t losers_count;
	uint32_t members;              /* of the other role in our room, as the server last said */
	unsigned reported;             /* tries_lost */
	bool direct;                   /* who failed last was at an address, where nobody else is */
	struct endpoint_event failure; /* what is reported unless another does better */
	uint64_t failed_at;            /* 0: nobody has failed */
	uint64_t introduced_at, give_up_at;
};

/* give_up_at: when it is reported without a failure; NEVER. */
void verdict_init(struct verdict *v, uint64_t give_up_at);
void verdict_done(struct verdict *v); /* a peer was found: nothing is reported */
void verdict_members(struct verdict *v, uint32_t members); /* of the room, says the server */
void verdict_introduced(struct verdict *v, uint64_t now);
/* direct: at an address. why: kept, with its text borrowed for as long as nobody else fails. */
void verdict_failed(struct verdict *v, const struct endpoint_event *why,
                    const struct source *source, bool direct, uint64_t now);

/* hope: somebody may do better until then; NEVER: however long it takes. */
/* The next thing to report: GUESS; or anything else, which is the last. */
bool verdict_take(struct verdict *v, const struct tries *tries, uint64_t hope,
                  struct endpoint_event *event, uint64_t now);
uint64_t verdict_deadline(const struct verdict *v, const struct tries *tries, uint64_t hope);
