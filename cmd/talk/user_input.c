/* user_input: see user_input.h. */
#include "cmd/talk/user_input.h"

/* Before more input is read that is for nobody: there may be no end of it. */
#define REST_US (10 * MS)

struct user_input user_input_of(struct terminal_io *io, struct speech *speech)
{
	return (struct user_input){ .io = io, .speech = speech };
}

bool user_input_read(struct user_input *in, const struct watch watches[static TERMINAL_IO_WATCHES],
                     uint64_t now)
{
	const char *why;
	uint64_t conv = speech_now(in->speech);
	if (terminal_io_read(in->io, watches, conv, now)) {
		speech_note_input(in->speech);
		if (conv == ADDRESS_NOBODY && !terminal_io_is_terminal(in->io))
			in->rest_until = now + REST_US;
	}
	bool before = in->failed;
	in->failed = terminal_io_input_error(in->io, &why) != OK;
	return in->failed && !before;
}

void user_input_drain(struct user_input *in, uint64_t now)
{
	terminal_io_read_typed(in->io, speech_now(in->speech), now);
}

void user_input_settle(struct user_input *in, uint64_t now)
{
	if (!speech_is_settling(in->speech))
		return;
	bool told = terminal_io_flush(in->io);
	if (speech_settles(in->speech, told, now))
		user_input_drain(in, now);
	speech_settle(in->speech, told, terminal_io_ready(in->io), now);
}

bool user_input_unsent(struct user_input *in, struct event *event,
                       char sentence[static SPEECH_SENTENCE], uint64_t now)
{
	bool more = !speech_is_blocked(in->speech) && terminal_io_ready(in->io) &&
	            now < in->unsent_reported_at + SECOND;
	if (!speech_has_refused(in->speech) || more)
		return false;
	in->unsent_reported_at = now;
	return speech_unsent(in->speech, false, event, sentence);
}

bool user_input_failed(const struct user_input *in)
{
	return in->failed;
}

bool user_input_rests(const struct user_input *in, uint64_t now)
{
	return now < in->rest_until;
}

uint64_t user_input_deadline(const struct user_input *in, uint64_t now)
{
	return now < in->rest_until ? in->rest_until : NEVER;
}
