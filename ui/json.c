/* json: for programs; docs/JSON.md says what each line means. Events go out on UI_OUT and commands
 * come in, one object a line. A command that makes no sense does nothing and is answered by an
 * error event. -q changes nothing, since all of it is data. */
#include "ui/interactor.h"
#include "ui/json_commands.h"
#include "ui/json_events.h"

_Static_assert(JSON_EVENTS_ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + JSON_EVENTS_HINT) + OUT_RESERVE <=
                   OUT_SIZE,
               "any text fits");
_Static_assert(JSON_EVENTS_ROOM + JSON_TEXT_ROOM(1024 + JSON_EVENTS_HINT) +
                       JSON_EVENTS_IDS * 1024 <=
                   OUT_RESERVE,
               "an end always does");

struct json {
	struct interactor ui;
	bool handed;         /* a message was given out, and counts as taken unless answered: */
	struct command said; /* its id and conv */
	struct json_events events;
	struct json_commands commands;
	struct out out;
};

static struct json *json_of(const struct interactor *ui)
{
	return (struct json *)(uintptr_t)ui;
}

static void json_init(struct interactor *ui, const struct interactor_config *config)
{
	struct json *j = json_of(ui);
	json_commands_init(&j->commands, config->keep);
	ui->out = &j->out;
	ui->feed = json_commands_feed(&j->commands);
}

/* ---- out ---- */

/* The chat's events can wait in the chat. The others can't, so some room is kept for them. */
static bool json_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct json *j = json_of(ui);
	size_t reserve = event_is_of_chat(event->kind) ? OUT_RESERVE : 0;
	(void)used;
	if (out_room(&j->out) < json_events_room(&j->events, event) + reserve)
		return false;
	struct writer w = out_begin(&j->out);
	json_events_write(&j->events, event, &w);
	out_done(&j->out, UI_OUT, &w);
	return true;
}

static void show_error(struct json *j, const struct json_error *error)
{
	struct writer w = out_begin(&j->out);
	json_events_error(&j->events, error, &w);
	out_done(&j->out, UI_OUT, &w);
}

/* ---- in ---- */

static void json_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct json *j = json_of(ui);
	bool handed = j->handed;
	(void)len;
	j->handed = false;
	if (!handed || answer == ANSWER_LATER)
		return;
	if (answer == ANSWER_TAKEN)
		json_events_taken(&j->events, j->said.id);
	else
		show_error(j, &(struct json_error){
				  .err = ERR_STATE,
				  .text = answer == ANSWER_OVER
		                              ? "not sent: that conversation is over"
		                              : "not sent: there is no such conversation now",
				  .id = j->said.id,
				  .conv = j->said.conv });
	json_commands_done(&j->commands);
}

/* Takes no more messages than there is room for ids; the rest waits until some have their numbers.
 */
static bool json_take(struct interactor *ui, struct command *command)
{
	struct json *j = json_of(ui);
	json_answer(ui, ANSWER_TAKEN, 0);
	for (;;) {
		struct json_error error;
		bool room = out_room(&j->out) >= JSON_EVENTS_ROOM;
		switch (json_commands_next(&j->commands, room, command, &error)) {
		case JSON_NOTHING: return false;
		case JSON_ERROR: show_error(j, &error); continue;
		case JSON_COMMAND: break;
		}
		if (command->kind != COMMAND_TEXT)
			return true;
		j->said = *command;
		j->handed = room && !json_events_full(&j->events);
		return j->handed;
	}
}

const struct interactor_class json_class = {
	.name = "json",
	.mode = MODE_CHAT,
	.only_data = true,
	.size = sizeof(struct json),
	.init = json_init,
	.take = json_take,
	.answer = json_answer,
	.show = json_show,
};
