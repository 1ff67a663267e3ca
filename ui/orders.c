#include "ui/orders.h"

#include <string.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/utf8.h"
#include "ui/commands.h"

enum { HISTORY = 20, FOUND = 50 }; /* lines shown again */

void orders_init(struct orders *o, struct transcript *transcript)
{
	o->transcript = transcript;
}

/* ---- what the program is to do ---- */

void orders_wish(struct orders *o, enum command_kind kind, struct span text)
{
	uint8_t wish[1 + COMPLETE_WORD];
	struct writer w = writer_of(wish, sizeof wish);
	write_u8(&w, (uint8_t)kind);
	write_span(&w, span_of(text.at, min_of(text.len, COMPLETE_WORD)));
	if (o->wishes.count == 0 || !span_equal(shelf_at(&o->wishes, 1), written(&w)))
		shelf_add(&o->wishes, written(&w));
}

/* The program keeps for somebody who is not here what is typed now. */
static bool take_aside(struct orders *o, struct command *command)
{
	if (o->aside_len == 0 || o->aside_given)
		return false;
	command->kind = o->aside;
	command->conv = CONV_NOBODY;
	command->peer = span_text(o->aside_name);
	command->text = span_of(o->aside_text, o->aside_len);
	o->aside_given = o->aside == COMMAND_TEXT;
	o->aside_len = o->aside_given ? o->aside_len : 0;
	return true;
}

void orders_answer(struct orders *o, enum answer answer)
{
	char name[LIMIT_NAME + 16];
	struct text t = text_of(name, sizeof name);
	struct past_line line = { .date = o->transcript->ui->date,
		                  .clock_s = o->transcript->ui->clock_s };
	if (!o->aside_given) {
		transcript_answer(o->transcript, answer);
		return;
	}
	text_add_format(&t, "you to %s", o->aside_name);
	line.name = text_span(&t);
	line.text = span_of(o->aside_text, o->aside_len);
	if (answer == ANSWER_KEPT)
		(void)transcript_again(o->transcript, &line);
	o->aside_given = false;
	o->aside_len = 0;
}

bool orders_take(struct orders *o, struct command *command)
{
	if (take_aside(o, command))
		return true;
	if (o->wishes.count == 0)
		return false;
	struct span wish = shelf_at(&o->wishes, o->wishes.count);
	command->kind = (enum command_kind)wish.at[0];
	command->text = span_of(o->taken, wish.len - 1);
	memcpy(o->taken, wish.at + 1, wish.len - 1);
	shelf_drop(&o->wishes, o->wishes.count);
	return true;
}

/* ---- what was said ---- */

/* Shows the newest lines again, at most count, of those with what in them. */
static void recall(struct orders *o, uint64_t count, struct span what)
{
	const struct past *past = &o->transcript->past;
	uint64_t found = 0;
	struct text wanted = text_of(o->wanted, sizeof o->wanted);
	text_add_span(&wanted, what);
	o->recall = 0;
	for (unsigned depth = 1; depth <= past->lines.count && found < count; depth++) {
		if (past_finds(past_at(past, depth).text, text_span(&wanted))) {
			o->recall = depth;
			found++;
		}
	}
	transcript_recalled(o->transcript, found, text_span(&wanted));
}

bool orders_draw(struct orders *o)
{
	bool any = o->recall > 0;
	const struct past *past = &o->transcript->past;
	struct span wanted = span_text(o->wanted);
	for (; o->recall > 0 && o->recall <= past->lines.count; o->recall--) {
		struct past_line line = past_at(past, o->recall);
		if (past_finds(line.text, wanted) && !transcript_again(o->transcript, &line))
			return true;
	}
	o->recall = 0;
	return any;
}

static void history(struct orders *o, struct span words)
{
	uint64_t count = HISTORY;
	(void)text_read_u64(words, UINT32_MAX, &count); /* a number, or nothing */
	recall(o, count, span_of(NULL, 0));
}

/* ---- commands ---- */

static bool has(struct span s, uint8_t byte)
{
	return s.len > 0 && memchr(s.at, byte, s.len) != NULL;
}

/* The quote that path begins with and that does not end in it; 0: none. */
static uint8_t open_quote(struct span path)
{
	bool quoted = path.len > 0 && (path.at[0] == '\'' || path.at[0] == '"');
	return quoted && !has(span_after(path, 1), path.at[0]) ? path.at[0] : 0;
}

/* A path without the quotes around it, which whoever knows a shell types. */
static struct span unquoted(struct span path)
{
	if (path.len < 3)
		return path;
	uint8_t quote = open_quote(span_of(path.at, path.len - 1));
	bool closed = quote != 0 && path.at[path.len - 1] == quote;
	return closed ? span_of(path.at + 1, path.len - 2) : path;
}

/* /to NAME TEXT. */
static void address(struct orders *o, struct span name, struct span text)
{
	const struct sentences *s = &o->transcript->ui->sentences;
	const struct present_peer *peer = present_named(&s->present, name);
	struct text t = text_of(o->aside_name, sizeof o->aside_name);
	struct span path = text;
	bool file = split_prefix(&path, "/send ");
	if (peer != NULL && !file) {
		if (!transcript_add(o->transcript, text, peer->conv))
			transcript_say(o->transcript, remarks_own(s, REMARK_CROWDED));
		return;
	}
	o->aside = file ? COMMAND_SEND : COMMAND_TEXT;
	text_add_span(&t, name);
	text = file ? unquoted(split_trim(path)) : text;
	o->aside_len = min_of(text.len, sizeof o->aside_text);
	memcpy(o->aside_text, text.at, o->aside_len);
}

enum orders_left orders_run(struct orders *o, struct span line)
{
	struct span words = split_trim(line), name = split_word(&words);
	const struct commands_row *row = commands_named(name);
	words = split_trim(words);
	if (row == NULL || !commands_fits(row, words)) {
		transcript_refuse(o->transcript, row, name);
		return ORDERS_NOTHING;
	}
	switch (row->does) {
	case COMMANDS_HELP: transcript_help(o->transcript, words.len > 0); break;
	case COMMANDS_WHO: orders_wish(o, COMMAND_WHO, words); break;
	case COMMANDS_VERIFY: orders_wish(o, COMMAND_VERIFY, words); break;
	case COMMANDS_SEARCH: recall(o, FOUND, words); break;
	case COMMANDS_HISTORY: history(o, words); break;
	case COMMANDS_INVITE: orders_wish(o, COMMAND_INVITE, words); break;
	case COMMANDS_NICK: orders_wish(o, COMMAND_NICK, words); break;
	case COMMANDS_SEND: orders_wish(o, COMMAND_SEND, unquoted(words)); break;
	case COMMANDS_ACCEPT: orders_wish(o, COMMAND_ACCEPT, words); break;
	case COMMANDS_REJECT: orders_wish(o, COMMAND_REJECT, words); break;
	case COMMANDS_FILES: orders_wish(o, COMMAND_FILES, words); break;
	case COMMANDS_LOG: orders_wish(o, COMMAND_LOG, words); break;
	case COMMANDS_TO: {
		struct span text = words, whom = split_word(&text);
		text = split_trim(text);
		if (text.len > 0 && !o->aside_given &&
		    !present_named(&o->transcript->ui->sentences.present, words)) {
			address(o, whom, text);
			return ORDERS_NOTHING;
		}
		struct text t = text_of(o->wanted, sizeof o->wanted);
		text_add_span(&t, words);
		o->recall = 0;
		return ORDERS_TO;
	}
	case COMMANDS_CLEAR: return ORDERS_CLEAR;
	case COMMANDS_QUIT: return ORDERS_QUIT;
	case COMMANDS_PASTE:
		if (words.len == 0)
			return ORDERS_WRITE;
		orders_wish(o, COMMAND_FILE, unquoted(words));
		break;
	}
	return ORDERS_NOTHING;
}

/* ---- completion ---- */

/* What is typed behind the command so far. */
static struct span behind_command(struct span line, struct span *name)
{
	*name = split_word(&line);
	while (line.len > 0 && split_is_blank(line.at[0]))
		line = span_after(line, 1);
	return line;
}

/* Adds what can be added; where that is nothing, shows the words there are. */
static void finish(struct orders *o, struct edit *e, const struct complete *c)
{
	struct span rest = complete_rest(c);
	if (rest.len > 0)
		(void)edit_insert(e, rest);
	else if (c->count > 1)
		transcript_list(o->transcript, span_of(c->list, c->list_len));
}

static void complete_name(struct complete *c, struct span name)
{
	complete_begin(c, name);
	for (const struct commands_row *row = commands_table; row->name; row++) {
		char word[32];
		struct text t = text_of(word, sizeof word);
		text_add_format(&t, "%s%s", row->name, row->takes[0] != 0 ? " " : "");
		complete_offer(c, text_span(&t));
	}
}

static void offer_peers(struct complete *c, const struct present *present)
{
	const struct present_peer *peer = NULL;
	for (unsigned i = 0; i < present->count; i++) {
		peer = present_after(present, peer != NULL ? peer->conv : CONV_NOBODY);
		complete_offer(c, span_text(peer->name));
	}
}

void orders_complete(struct orders *o, struct edit *e)
{
	struct span line = edit_text(e), name, words = behind_command(line, &name);
	const struct commands_row *row = commands_named(name);
	struct complete c;
	if (e->cursor != e->len || !split_prefix(&line, "/"))
		return;
	if (name.len == e->len) {
		complete_name(&c, name);
		finish(o, e, &c);
		return;
	}
	if (row == NULL || row->words <= COMMANDS_NUMBER)
		return;
	if (row->words == COMMANDS_FILE) {
		orders_wish(o, COMMAND_NAMES, span_after(words, open_quote(words) != 0));
		return;
	}
	complete_begin(&c, words);
	if (row->words == COMMANDS_PEER)
		offer_peers(&c, &o->transcript->ui->sentences.present);
	if (row->words == COMMANDS_KEYS)
		complete_offer(&c, span_text("keys"));
	for (unsigned i = 0; i < 2 && row->words == COMMANDS_SWITCH; i++)
		complete_offer(&c, span_text(i == 0 ? "on" : "off"));
	finish(o, e, &c);
}

/* A name that can stand in a line: with a newline in it, the line would be a message. */
static bool is_plain(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] < 0x20)
			return false;
	return utf8_valid(name);
}

void orders_names(struct orders *o, struct edit *e, const struct event *event)
{
	struct span line = edit_text(e), names = event->text, typed = event->id, name;
	struct span words = behind_command(line, &name);
	uint8_t quote = open_quote(words);
	struct complete c;
	if (e->cursor != e->len || !split_prefix(&line, "/") || name.len == e->len ||
	    !span_equal(span_after(words, quote != 0), typed))
		return;
	complete_begin(&c, typed);
	while (names.len > 0) {
		name = span_of(names.at, 0);
		while (name.len < names.len && names.at[name.len] != 0)
			name.len++;
		if (is_plain(name) && !(quote != 0 && has(name, quote)))
			complete_offer(&c, name);
		names = span_after(names, min_of(name.len + 1, names.len));
	}
	finish(o, e, &c);
	line = edit_text(e);
	if (quote != 0 && c.count == 1 && line.at[line.len - 1] != '/')
		(void)edit_insert(e, span_of(&quote, 1)); /* a file: the path ends here */
}
