/* json: for programs, such as the page of --ui web; docs/JSON.md says what each line means. Events
 * go out on UI_OUT and commands
 * come in, one object a line. A command that makes no sense does nothing and is answered by an
 * error event. A message names its conversation, or is for the one in which the first byte of its
 * line was read. No line is read before there is room for what may answer it. -q changes nothing,
 * since all of it is data. */
#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "ui/interactor.h"
#include "ui/json_events.h"
#include "ui/json_read.h"

/* bytes: a text of escapes, and what goes around it */
enum { LINE = 6 * LIMIT_TEXT + 4096 };

_Static_assert(JSON_EVENTS_ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + JSON_EVENTS_HINT) + OUT_RESERVE <=
                   OUT_SIZE,
               "any text fits");
_Static_assert(JSON_EVENTS_ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + JSON_EVENTS_HINT) <= 2 * OUT_RESERVE,
               "and any that was said");
_Static_assert(JSON_EVENTS_ROOM + JSON_TEXT_ROOM(1024 + JSON_EVENTS_HINT) +
                       JSON_EVENTS_IDS * 1024 <=
                   OUT_RESERVE,
               "an end always does");

#define NOT_HERE "not sent: nobody of that name is here"

struct json {
	struct interactor ui;
	bool skipping; /* the rest of a line that was too long */
	bool quit;
	struct command message; /* the one given out last; its spans are in scratch */
	size_t message_used;    /* bytes of input it was made of */
	size_t passed;          /* it has to wait: what was looked at, with it; 0: it has not */
	char number[24];        /* of a transfer, for a command */
	struct json_events events;
	uint8_t scratch[LINE];
};

static struct json *json_of(const struct interactor *ui)
{
	return (struct json *)(uintptr_t)ui;
}

/* ---- out ---- */

/* The chat's events can wait in the chat. The others can't, so some room is kept for them. */
static bool json_show(struct interactor *ui, const struct event *event)
{
	struct json *j = json_of(ui);
	size_t reserve = event_is_of_chat(event->kind) ? OUT_RESERVE : 0;
	if (queue_room_apart(&ui->out) < json_events_room(&j->events, event) + reserve)
		return false;
	struct writer w = queue_begin(&ui->out);
	json_events_write(&j->events, event, &w);
	queue_done(&ui->out, UI_OUT, &w);
	return true;
}

static void show(struct json *j, struct event e)
{
	struct writer w = queue_begin(&j->ui.out);
	e.unix_ms = j->ui.unix_ms;
	json_events_write(&j->events, &e, &w);
	queue_done(&j->ui.out, UI_OUT, &w);
}

static void show_error(struct json *j, enum err err, const char *text, struct span id,
                       uint64_t conv)
{
	show(
	    j,
	    (struct event){
		.kind = EVENT_ERROR, .err = err, .text = span_text(text), .id = id, .conv = conv });
}

/* ---- in ---- */

/* The line is not a command. False, for nothing came of it. */
static bool wrong(struct json *j, enum err err, const char *text, struct span id)
{
	show_error(j, err, text, id, 0);
	return false;
}

/* The conversation that a command is for: by its number, or by a name, which may be that of a
 * contact who is not here, unless it hangs up. False: it does not say. */
static bool whose(struct json *j, const struct json_field *conv, const struct json_field *to,
                  struct command *command)
{
	size_t run;
	bool others = j->ui.config.keep && j->ui.config.whom == NULL; /* one after the other */
	if (conv->given && to->given)
		return wrong(j, ERR_USAGE, "give conv or to, not both", command->id);
	if (others && !conv->given && !to->given)
		return wrong(j, ERR_USAGE,
		             "conv or to is missing: with serve --keep, send and hangup name their "
		             "conversation",
		             command->id);
	command->conv = conv->given ? conv->value : queue_whom(&j->ui.in, &run);
	const struct present_peer *peer = present_named(&j->ui.sentences.present, to->text);
	if (to->given && peer == NULL && (to->text.len == 0 || command->kind == COMMAND_HANGUP))
		return wrong(j, ERR_STATE, NOT_HERE, command->id);
	if (to->given)
		command->conv = peer != NULL ? peer->conv : CONV_NOBODY;
	if (to->given && peer == NULL)
		command->peer = to->text;
	else if (command->conv == CONV_NOBODY && j->ui.sentences.present.count > 1)
		return wrong(j, ERR_USAGE, "conv and to are missing, and several are here",
		             command->id);
	return true;
}

static bool want_text(struct json *j, const struct json_field *text, const struct json_field *conv,
                      const struct json_field *to, struct command *command)
{
	struct span id = command->id;
	if (j->quit)
		return wrong(j, ERR_STATE, "nothing can be said after quit", id);
	if (!text->given)
		return wrong(j, ERR_USAGE, "text is missing", id);
	if (text->text.len > LIMIT_TEXT)
		return wrong(j, ERR_USAGE, "text must have at most 16000 bytes", id);
	command->kind = COMMAND_TEXT;
	command->text = text->text;
	return whose(j, conv, to, command);
}

static bool want_verify(struct json *j, const struct json_field *peer, const struct json_field *fp,
                        struct command *command)
{
	if (!peer->given || !fp->given)
		return wrong(j, ERR_USAGE, peer->given ? "fp is missing" : "peer is missing",
		             command->id);
	command->kind = COMMAND_VERIFY;
	command->peer = peer->text;
	command->text = fp->text;
	return true;
}

/* Says yes or no to an offer of files; a no to what goes on breaks it off. */
static bool want_answer(struct json *j, const struct json_field *transfer, bool yes,
                        struct command *command)
{
	struct text t = text_of(j->number, sizeof j->number);
	if (!transfer->given)
		return wrong(j, ERR_USAGE, "transfer is missing", command->id);
	text_add_u64(&t, transfer->value);
	command->kind = yes ? COMMAND_ACCEPT : COMMAND_REJECT;
	command->text = text_span(&t);
	return true;
}

/* f: PATH, UPLOAD */
static bool want_offer(struct json *j, const struct json_field f[static 2],
                       const struct json_field *conv, const struct json_field *to,
                       struct command *command)
{
	bool upload = f[1].given;
	if (f[upload].text.len == 0 || (upload && f[0].given))
		return wrong(j, ERR_USAGE,
		             upload && f[0].given ? "give path or upload, not both"
		                                  : "path is missing",
		             command->id);
	command->kind = upload ? COMMAND_UPLOAD : COMMAND_SEND;
	command->text = f[upload].text;
	return whose(j, conv, to, command);
}

/* Does what a line says. True: *command is for the program. */
static bool run(struct json *j, struct span line, struct command *command)
{
	enum { CMD, TEXT, ID, CONV, TO, PEER, FP, PATH, UPLOAD, TRANSFER, FIELDS };
	struct json_field f[FIELDS] = {
		[CMD] = { .name = "cmd" },       [TEXT] = { .name = "text" },
		[ID] = { .name = "id" },         [CONV] = { .name = "conv", .number = true },
		[TO] = { .name = "to" },         [PEER] = { .name = "peer" },
		[FP] = { .name = "fp" },         [PATH] = { .name = "path" },
		[UPLOAD] = { .name = "upload" }, [TRANSFER] = { .name = "transfer", .number = true }
	};
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	const char *why = json_read(line, f, FIELDS, &scratch);
	struct span none = span_of(NULL, 0), cmd = f[CMD].text,
		    id = f[ID].given ? f[ID].text : none;
	bool long_id = id.len > JSON_EVENTS_ID;
	if (why != NULL)
		return wrong(j, ERR_USAGE, why, long_id ? none : id);
	if (long_id)
		return wrong(j, ERR_USAGE, "id must have at most 64 bytes", none);
	if (!f[CMD].given)
		return wrong(j, ERR_USAGE, "cmd is missing", id);
	command->id = id;
	if (span_is(cmd, "send"))
		return want_text(j, &f[TEXT], &f[CONV], &f[TO], command);
	if (span_is(cmd, "verify"))
		return want_verify(j, &f[PEER], &f[FP], command);
	if (span_is(cmd, "hangup")) {
		command->kind = COMMAND_HANGUP;
		return whose(j, &f[CONV], &f[TO], command);
	}
	if (span_is(cmd, "offer"))
		return want_offer(j, f + PATH, &f[CONV], &f[TO], command);
	if (span_is(cmd, "accept") || span_is(cmd, "reject"))
		return want_answer(j, &f[TRANSFER], span_is(cmd, "accept"), command);
	if (span_is(cmd, "files")) {
		command->kind = COMMAND_FILES;
		return true;
	}
	command->kind = span_is(cmd, "who")      ? COMMAND_WHO
	                : span_is(cmd, "invite") ? COMMAND_INVITE
	                                         : COMMAND_CONTACTS;
	if (command->kind != COMMAND_CONTACTS || span_is(cmd, "contacts"))
		return true;
	if (!span_is(cmd, "quit"))
		return wrong(j, ERR_USAGE, "unknown cmd", id);
	j->quit = true;
	return false;
}

/* A line longer than any command is an error, and everything up to its end is skipped. */
static void skip_long_line(struct json *j)
{
	if (!j->skipping)
		wrong(j, ERR_USAGE, "the line is too long", span_of(NULL, 0));
	j->skipping = true;
	queue_use(&j->ui.in, queue_waiting(&j->ui.in).len);
}

/* Has nothing to do with what is said, and so need not wait for it. */
static bool stands_alone(struct json *j, struct span line)
{
	static const char *const words[] = { "who",    "invite", "contacts", "verify",
		                             "accept", "reject", "files" };
	struct json_field cmd = { .name = "cmd" };
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	bool found = false;
	if (split_trim(line).len == 0 || json_read(line, &cmd, 1, &scratch) != NULL)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		found |= span_is(cmd.text, words[i]);
	return found;
}

/* Behind a message that has to wait, perhaps for somebody to come. True: *command passes it. */
static bool pass(struct json *j, size_t room, struct command *command)
{
	struct queue *in = &j->ui.in;
	struct span line;
	size_t used;
	while (j->passed > 0 && queue_room_apart(&j->ui.out) >= room &&
	       queue_line_behind(in, j->passed, &line, &used)) {
		size_t at = j->passed;
		j->passed += used;
		if (!stands_alone(j, line))
			continue;
		bool wants = run(j, line, command);
		queue_blank(in, at, line.len);
		if (wants)
			return true;
	}
	return false;
}

/* Runs lines while answers have room, until one wants something. The line of a message stays until
 * it is answered. Gives out no more messages than there is room for ids; the rest waits until some
 * have their numbers. */
static bool json_take(struct interactor *ui, struct command *command)
{
	struct json *j = json_of(ui);
	struct span line;
	size_t used;
	/* what was said is an event of its own where there are several readers */
	size_t room = ui->config.numbered ? 2 * OUT_RESERVE : OUT_RESERVE;
	if (pass(j, room, command))
		return true;
	while (queue_room_apart(&ui->out) >= room) {
		if (queue_line(&ui->in, &line, &used)) {
			bool wants =
			    !j->skipping && split_trim(line).len > 0 && run(j, line, command);
			j->skipping = false;
			if (wants && command->kind == COMMAND_TEXT) {
				j->message = *command;
				j->message_used = used;
				return !json_events_full(&j->events);
			}
			queue_use(&ui->in, used);
			j->passed = 0;
			if (wants)
				return true;
		} else if (queue_room(&ui->in) == 0 && queue_waiting(&ui->in).len > 0) {
			skip_long_line(j);
		} else {
			break;
		}
	}
	*command = (struct command){ .kind = COMMAND_QUIT };
	return j->quit && !ui->ended;
}

static void json_answer(struct interactor *ui, enum answer answer, size_t used)
{
	struct json *j = json_of(ui);
	char name[LIMIT_NAME + 1];
	struct text t = text_of(name, sizeof name);
	const char *peer = j->message.peer.len > 0 ? name : NULL;
	text_add_span(&t, j->message.peer);
	(void)used;
	if (answer == ANSWER_LATER) {
		j->passed = max_of(j->passed, j->message_used);
		return;
	}
	j->passed = 0;
	if (ui->config.numbered && (answer == ANSWER_TAKEN || answer == ANSWER_KEPT))
		show(j, (struct event){ .kind = EVENT_SAID,
		                        .id = j->message.id,
		                        .conv = j->message.conv,
		                        .peer = peer,
		                        .text = j->message.text });
	if (answer == ANSWER_TAKEN)
		json_events_taken(&j->events, j->message.id, j->message.conv);
	else if (answer == ANSWER_KEPT)
		show(j, (struct event){ .kind = EVENT_KEPT, .id = j->message.id, .peer = peer });
	else
		show_error(j, answer == ANSWER_CROWDED ? ERR_BUSY : ERR_STATE,
		           peer                    ? NOT_HERE
		           : answer == ANSWER_OVER ? "not sent: that conversation is over"
		           : answer == ANSWER_CROWDED
		               ? "not sent: the peer reads too slowly"
		               : "not sent: there is no such conversation now",
		           j->message.id, j->message.conv);
	bytes_wipe(j->scratch, sizeof j->scratch);
	queue_use(&ui->in, j->message_used);
}

static void json_init(struct interactor *ui)
{
	if (ui->config.numbered)
		json_events_number(&json_of(ui)->events);
}

const struct interactor_class json_class = {
	.name = "json",
	.page = "web",
	.mode = MODE_CHAT,
	.peers = 32,
	.only_data = true,
	.addressed = true,
	.size = sizeof(struct json),
	.waiting = LINE,
	.init = json_init,
	.take = json_take,
	.answer = json_answer,
	.show = json_show,
};
