#include "cmd/talk/endings.h"

#define GOODBYE_US   (2 * SECOND) /* for CLOSE, LEAVE and what a stream link still holds */
#define BREAK_OFF_US (300 * MS)   /* for the last words after Ctrl-C */
/* A peer that was refused believes it after a second in which nothing better came. Until then the
 * connection should stand. */
#define REFUSAL_US (1200 * MS)

struct endings_result endings_of(enum err err, bool unsaid, bool input_failed, enum err output)
{
	if (output)
		return (struct endings_result){ ERR_LOCAL,
			                        output == ERR_CUT ? EXIT_PIPE : EXIT_LOCAL };
	if (input_failed)
		return (struct endings_result){ ERR_LOCAL, EXIT_LOCAL };
	if (!err && unsaid)
		return (struct endings_result){ ERR_CUT, EXIT_CUT };
	/* The peer's full disk, or its newer session, is no failure of ours. */
	bool theirs = err == ERR_LOCAL || err == ERR_EXISTS;
	return (struct endings_result){ err, theirs ? EXIT_CUT : err_exit(err) };
}

enum endings_then endings_then(const struct endings_way *way, enum err err, bool silent)
{
	if (way->others)
		return THEN_OTHERS;
	if (way->leaves || !way->goes_on)
		return THEN_ENDS;
	if (way->serving)
		return THEN_ANYONE;
	/* Two programs with one key would oust each other for ever. */
	if (err == ERR_EXISTS || (silent && way->limited))
		return THEN_ENDS;
	return way->same ? THEN_SAME : THEN_STAYS;
}

void endings_begin(struct endings *e, enum err err, int status, uint64_t now)
{
	if (e->begun)
		return;
	e->begun = true;
	e->result = (struct endings_result){ err ? err : err_of_exit(status), status };
	e->until = now + GOODBYE_US;
}

bool endings_stop(struct endings *e, int status)
{
	if (!e->begun)
		return false;
	e->over = true;
	e->result.status = status;
	return true;
}

void endings_hurry(struct endings *e, uint64_t now)
{
	e->until = now + BREAK_OFF_US;
}

void endings_linger(struct endings *e, uint64_t now)
{
	e->from = now + REFUSAL_US;
}

bool endings_time(struct endings *e, bool said, uint64_t now)
{
	if (!e->begun || e->over || (now < e->until && (!said || now < e->from)))
		return false;
	e->over = true;
	return true;
}

uint64_t endings_deadline(const struct endings *e, uint64_t now)
{
	return !e->begun ? NEVER : now < e->from ? e->from : e->until;
}
