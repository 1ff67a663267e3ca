/* json_command: the lines of a program, and what they want. */
#include <string.h>

#include "base/assert.h"
#include "ui/json_inner.h"
#include "ui/json_read.h"

static struct json *json_of(const struct interactor *ui)
{
	return (struct json *)(uintptr_t)ui;
}

size_t json_input_room(const struct interactor *ui)
{
	return feed_room(&json_of(ui)->feed);
}

void json_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	(void)now;
	feed_add(&json_of(ui)->feed, keys, conv);
}

void json_input_end(struct interactor *ui)
{
	json_of(ui)->feed.ended = true;
}

static void want_text(struct json *j, const struct json_field *text, struct span id,
                      const struct json_field *conv)
{
	if (j->quit) {
		json_say_wrong(j, ERR_STATE, "after quit", id, 0);
	} else if (!text->given) {
		json_say_wrong(j, ERR_USAGE, "text is missing", id, 0);
	} else if (text->text.len > LIMIT_TEXT) {
		json_say_wrong(j, ERR_USAGE, "text must have at most 16000 bytes", id, 0);
	} else if (j->keep && !conv->given) {
		json_say_wrong(j, ERR_USAGE,
		               "conv is missing: with --keep a message names its conversation", id,
		               0);
	} else {
		j->waiting = true;
		j->text = text->text;
		j->id = id;
		j->text_conv = conv->given ? conv->value : feed_conv(&j->feed);
	}
}

/* What a line wants: *command, or a text that waits, or an error event. */
static bool run(struct json *j, struct span line, struct command *command)
{
	struct json_field f[] = { { .name = "cmd" },
		                  { .name = "text" },
		                  { .name = "id" },
		                  { .name = "conv", .number = true } };
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	const char *wrong = json_read(line, f, 4, &scratch);
	struct span none = span_of(NULL, 0), cmd = f[0].text, id = f[2].given ? f[2].text : none;
	if (wrong) {
		json_say_wrong(j, ERR_USAGE, wrong, id.len <= JSON_ID ? id : none, 0);
	} else if (id.len > JSON_ID) {
		json_say_wrong(j, ERR_USAGE, "id must have at most 64 bytes", span_of(NULL, 0), 0);
	} else if (!f[0].given) {
		json_say_wrong(j, ERR_USAGE, "cmd is missing", id, 0);
	} else if (span_is(cmd, "send")) {
		want_text(j, &f[1], id, &f[3]);
	} else if (span_is(cmd, "who")) {
		command->kind = COMMAND_WHO;
		return true;
	} else if (span_is(cmd, "quit")) {
		j->quit = true;
	} else {
		json_say_wrong(j, ERR_USAGE, "unknown cmd", id, 0);
	}
	return false;
}

/* A line longer than any command: an error, and everything up to its end is skipped. */
static void skip_long_line(struct json *j)
{
	if (!j->skipping)
		json_say_wrong(j, ERR_USAGE, "the line is too long", span_of(NULL, 0), 0);
	j->skipping = true;
	feed_use(&j->feed, feed_waiting(&j->feed).len);
}

static bool is_blank(struct span line)
{
	size_t i = 0;
	while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t'))
		i++;
	return i == line.len;
}

/* Runs lines until one wants something of the program. */
static bool next_command(struct json *j, struct command *command)
{
	struct span line;
	size_t used;
	while (!j->waiting && out_room(&j->out) >= JSON_ROOM) {
		if (!feed_line(&j->feed, &line, &used)) {
			if (feed_room(&j->feed) > 0 || j->feed.ended)
				break;
			skip_long_line(j);
			continue;
		}
		bool wants = !j->skipping && !is_blank(line) && run(j, line, command);
		j->skipping = false;
		feed_use(&j->feed, used);
		if (wants)
			return true;
	}
	return false;
}

static void keep_id(struct json *j)
{
	assert(j->ids_count < JSON_IDS);
	if (j->id.len > 0)
		memcpy(j->ids[j->ids_count].at, j->id.at, j->id.len);
	j->ids[j->ids_count++].len = j->id.len;
}

static void drop_text(struct json *j)
{
	bytes_wipe(j->scratch, sizeof j->scratch);
	j->text = j->id = span_of(NULL, 0);
	j->waiting = false;
}

void json_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct json *j = json_of(ui);
	(void)len;
	if (j->handed && answer == ANSWER_TAKEN)
		keep_id(j);
	else if (j->handed && answer != ANSWER_LATER)
		json_say_wrong(j, ERR_STATE,
		               answer == ANSWER_OVER
		                   ? "not sent: that conversation is over"
		                   : "not sent: there is no such conversation now",
		               j->id, j->text_conv);
	if (j->handed && answer != ANSWER_LATER)
		drop_text(j);
	j->handed = false;
}

/* No more messages than ids have room: the rest waits for their numbers. */
bool json_take(struct interactor *ui, struct command *command)
{
	struct json *j = json_of(ui);
	json_answer(ui, ANSWER_TAKEN, 0);
	if (next_command(j, command))
		return true;
	if (j->waiting) {
		j->handed = j->ids_count < JSON_IDS && out_room(&j->out) >= JSON_ROOM;
		*command = (struct command){
			.kind = COMMAND_TEXT, .conv = j->text_conv, .text = j->text, .id = j->id
		};
		return j->handed;
	}
	if (j->quit && !j->quit_told) {
		command->kind = COMMAND_QUIT;
		j->quit_told = true;
		return true;
	}
	if (j->quit || j->end_told || !j->feed.ended || feed_waiting(&j->feed).len > 0)
		return false;
	command->kind = COMMAND_END;
	j->end_told = true;
	return true;
}
