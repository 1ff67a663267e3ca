/* user_output: see user_output.h. */
#include "cmd/talk/user_output.h"

#define CONFIRM_US (5 * MS) /* a receipt waits for an answer to travel with */

struct user_output user_output_of(struct terminal_io *io, bool pipe)
{
	return (struct user_output){ .io = io, .pipe = pipe, .confirm_at = NEVER };
}

void user_output_begin(struct user_output *o)
{
	o->holding = false;
	o->shown = o->written = 0;
	o->confirm_at = NEVER;
	o->base = terminal_io_written(o->io);
}

void user_output_confirm(struct user_output *o, struct chat *chat)
{
	if (o->confirm_at == NEVER)
		return;
	o->confirm_at = NEVER;
	terminal_io_check(o->io);
	if (!terminal_io_failure(o->io)->out)
		chat_shown(chat, o->written);
}

/* Something was written that the peer does not know of. */
static bool has_news(const struct user_output *o, bool all)
{
	if (o->pipe)
		return terminal_io_written(o->io) - o->base > o->written;
	return all && o->written < o->shown;
}

/* Writes, and prepares to confirm to the peer what was written. True: everything is written. */
static bool write_out(struct user_output *o, struct chat *chat, uint64_t now)
{
	bool all = terminal_io_flush(o->io);
	if (has_news(o, all))
		terminal_io_check(o->io);
	if (terminal_io_failure(o->io)->out && !o->failed) {
		o->failed = true;
		chat_fail(chat, ERR_LOCAL, "its output failed");
	}
	if (o->failed)
		return all;
	if (o->pipe) {
		o->written = terminal_io_written(o->io) - o->base;
		chat_written(chat, o->written);
	} else if (has_news(o, all)) {
		o->written = o->shown;
		if (o->confirm_at == NEVER)
			o->confirm_at = now + CONFIRM_US;
	}
	return all;
}

bool user_output_step(struct user_output *o, struct chat *chat, bool at_once, bool *peer_left,
                      uint64_t now)
{
	bool any = false;
	*peer_left = false;
	if (at_once || now >= o->confirm_at)
		user_output_confirm(o, chat);
	chat_step(chat);
	if (!write_out(o, chat, now))
		return false;
	while (o->holding || chat_take(chat, &o->held)) {
		bool shown = terminal_io_try(o->io, &o->held);
		/* bytes come again by themselves */
		o->holding = !shown && o->held.kind != EVENT_BYTES;
		if (!shown)
			break;
		if (o->held.kind == EVENT_TEXT)
			o->shown = o->held.number;
		*peer_left |= o->held.kind == EVENT_PEER_LEFT;
		any = true;
	}
	(void)write_out(o, chat, now);
	return any;
}

void user_output_end(struct user_output *o, struct chat *chat)
{
	while (o->holding || chat_take(chat, &o->held)) {
		if (o->held.kind != EVENT_SENT)
			break;
		(void)terminal_io_show(o->io, &o->held);
		o->holding = false;
	}
	o->holding = false;
	o->confirm_at = NEVER;
}

bool user_output_failed(const struct user_output *o)
{
	return o->failed;
}

uint64_t user_output_deadline(const struct user_output *o)
{
	return o->confirm_at;
}
