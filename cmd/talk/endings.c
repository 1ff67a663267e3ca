/* endings: see endings.h. */
#include "cmd/talk/endings.h"

#define GOODBYE_US   (2 * SECOND) /* for CLOSE, LEAVE and what a stream link still holds */
#define BREAK_OFF_US (300 * MS)   /* for the last words after Ctrl-C */
/* A peer that was refused believes it after a second in which nothing better came. Until then the
 * connection should stand. */
#define REFUSAL_US (1200 * MS)

static int status_of(const struct endings_facts *f)
{
	if (f->output_failed)
		return f->output_deserted ? EXIT_PIPE : EXIT_LOCAL;
	if (f->input_failed)
		return EXIT_LOCAL;
	if (!f->err && f->unsaid)
		return EXIT_CUT;
	/* The peer's full disk, or its newer session, is no failure of ours. */
	return f->err == ERR_LOCAL || f->err == ERR_EXISTS ? EXIT_CUT : err_exit(f->err);
}

struct endings_result endings_of(const struct endings_facts *f)
{
	struct endings_result r = { f->err, status_of(f) };
	if (f->input_failed || f->output_failed)
		r.err = ERR_LOCAL;
	else if (!f->err && r.status != EXIT_DONE)
		r.err = ERR_CUT;
	return r;
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
