/* json_commands: see json_commands.h. */
#include "ui/json_commands.h"

#include "base/split.h"
#include "ui/json_read.h"

void json_commands_init(struct json_commands *j, bool keep)
{
	j->keep = keep;
	j->feed = feed_of(j->input, sizeof j->input);
}

struct feed *json_commands_feed(struct json_commands *j)
{
	return &j->feed;
}

static enum json_next wrong(struct json_error *error, enum err err, const char *text,
                            struct span id)
{
	*error = (struct json_error){ .err = err, .text = text, .id = id };
	return JSON_ERROR;
}

static enum json_next want_text(struct json_commands *j, const struct json_field *text,
                                struct span id, const struct json_field *conv,
                                struct json_error *error)
{
	if (j->quit)
		return wrong(error, ERR_STATE, "after quit", id);
	if (!text->given)
		return wrong(error, ERR_USAGE, "text is missing", id);
	if (text->text.len > LIMIT_TEXT)
		return wrong(error, ERR_USAGE, "text must have at most 16000 bytes", id);
	if (j->keep && !conv->given)
		return wrong(error, ERR_USAGE,
		             "conv is missing: with --keep a message names its conversation", id);
	j->waiting = true;
	j->text = (struct command){ .kind = COMMAND_TEXT,
		                    .text = text->text,
		                    .id = id,
		                    .conv = conv->given ? conv->value : feed_conv(&j->feed) };
	return JSON_NOTHING;
}

static enum json_next run(struct json_commands *j, struct span line, struct command *command,
                          struct json_error *error)
{
	struct json_field f[] = { { .name = "cmd" },
		                  { .name = "text" },
		                  { .name = "id" },
		                  { .name = "conv", .number = true } };
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	const char *why = json_read(line, f, 4, &scratch);
	struct span none = span_of(NULL, 0), cmd = f[0].text, id = f[2].given ? f[2].text : none;
	bool long_id = id.len > JSON_ID;
	if (why != NULL)
		return wrong(error, ERR_USAGE, why, long_id ? none : id);
	if (long_id)
		return wrong(error, ERR_USAGE, "id must have at most 64 bytes", none);
	if (!f[0].given)
		return wrong(error, ERR_USAGE, "cmd is missing", id);
	if (span_is(cmd, "send"))
		return want_text(j, &f[1], id, &f[3], error);
	if (span_is(cmd, "who")) {
		command->kind = COMMAND_WHO;
		return JSON_COMMAND;
	}
	if (!span_is(cmd, "quit"))
		return wrong(error, ERR_USAGE, "unknown cmd", id);
	j->quit = true;
	return JSON_NOTHING;
}

/* A line longer than any command is an error, and everything up to its end is skipped. */
static enum json_next skip_long_line(struct json_commands *j, struct json_error *error)
{
	bool known = j->skipping;
	j->skipping = true;
	feed_use(&j->feed, feed_waiting(&j->feed).len);
	return known ? JSON_NOTHING
	             : wrong(error, ERR_USAGE, "the line is too long", span_of(NULL, 0));
}

/* Runs lines until one wants something. */
static enum json_next read_lines(struct json_commands *j, struct command *command,
                                 struct json_error *error)
{
	enum json_next next = JSON_NOTHING;
	struct span line;
	size_t used;
	while (next == JSON_NOTHING && !j->waiting) {
		if (feed_line(&j->feed, &line, &used)) {
			if (!j->skipping && split_trim(line).len > 0)
				next = run(j, line, command, error);
			j->skipping = false;
			feed_use(&j->feed, used);
		} else if (feed_room(&j->feed) == 0 && feed_waiting(&j->feed).len > 0) {
			next = skip_long_line(j, error);
		} else {
			break;
		}
	}
	return next;
}

static enum json_next once(bool *reported, struct command *command, enum command_kind kind)
{
	command->kind = kind;
	if (*reported)
		return JSON_NOTHING;
	*reported = true;
	return JSON_COMMAND;
}

enum json_next json_commands_next(struct json_commands *j, bool read, struct command *command,
                                  struct json_error *error)
{
	enum json_next next = read ? read_lines(j, command, error) : JSON_NOTHING;
	if (next != JSON_NOTHING)
		return next;
	if (j->waiting) {
		*command = j->text;
		return JSON_COMMAND;
	}
	if (j->quit)
		return once(&j->quit_reported, command, COMMAND_QUIT);
	return feed_at_end(&j->feed) ? once(&j->end_reported, command, COMMAND_END) : JSON_NOTHING;
}

void json_commands_done(struct json_commands *j)
{
	bytes_wipe(j->scratch, sizeof j->scratch);
	j->waiting = false;
}
