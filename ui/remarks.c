#include "ui/remarks.h"

#include <string.h>

#include "base/min_max.h"
#include "ui/safe.h"

const char *remarks_own(const struct sentences *s, enum remark which)
{
	switch (which) {
	case REMARK_WELCOME: return "schat: /help for commands, Ctrl-D to leave\n";
	case REMARK_HELP:
		return "Ctrl-C  clear the line; twice on an empty line: leave at once\n"
		       "Ctrl-R  search what you sent; Up and Down go through it\n"
		       "Ctrl-Y  put back deleted text; then Alt-Y: what you deleted before\n"
		       "Ctrl-_  undo\n"
		       "Tab     complete a command, or the name of a file or a peer\n"
		       "Alt-Enter  start a new line in the message\n"
		       "A paste is one message; Enter sends it.\n";
	case REMARK_MARKS:
		return s->utf8 ? "Marks: \u00b7 waiting  \u2713 sent  \u2713\u2713 delivered\n"
		               : "Marks: . waiting  + sent  ++ delivered\n";
	case REMARK_NOBODY:
		return s->keeps
		           ? "schat: not sent: nobody is connected. To leave it for a contact, "
		             "begin it with /to NAME.\n"
		           : "schat: not sent: nobody is connected\n";
	case REMARK_LEAVING: return "schat: not sent: you are leaving\n";
	case REMARK_CUT:
		return "schat: not sent: this line was longer than 16000 bytes, and its end is "
		       "missing. "
		       "To send what is left, wait two seconds and press Enter again.\n";
	case REMARK_CROWDED:
		return "schat: not sent: too many messages are waiting; press Enter to try again\n";
	case REMARK_FULL: return "schat: this line is full: a message has at most 16000 bytes\n";
	case REMARK_LEAVE_LATER:
		return "schat: leaving when everything is confirmed; Ctrl-C leaves at once\n";
	case REMARK_LEAVE_WAITING:
		return "schat: messages are waiting; leaving when they have arrived. Ctrl-C leaves "
		       "at once, without them\n";
	case REMARK_NOT_EMPTY:
		return "schat: Ctrl-D leaves on an empty line; Ctrl-C clears this one\n";
	case REMARK_STOP:
		return "schat: press Ctrl-C again to leave at once; Ctrl-D says goodbye first\n";
	case REMARK_LOCALE:
		return "schat: characters like \\u{fc} can't be shown here, since the locale of "
		       "this terminal is ASCII. To see them: export LC_ALL=C.UTF-8\n";
	case REMARK_LOST: return "schat: not sent: ";
	}
	return "";
}

void remarks_elsewhere(struct text *t, const char *before, const char *whom)
{
	text_add(t, "schat: not sent: you started this line ");
	if (*before != 0)
		text_add_format(t, "for %s", before);
	else
		text_add_format(t, "before you were talking to %s", whom);
	text_add_format(t, ". To send it to %s, wait two seconds and press Enter again.\n", whom);
}

static void add_safe(const struct sentences *s, struct text *t, struct span text)
{
	uint8_t safe[SAFE_ROOM(64)];
	struct writer w = writer_of(safe, sizeof safe);
	safe_text(span_of(text.at, min_of(text.len, 64)), sentences_safe_flags(s), &w);
	text_add_span(t, written(&w));
}

void remarks_no_command(const struct sentences *s, struct text *t, struct span name,
                        const struct commands_row *row)
{
	text_add(t, "schat: ");
	if (row == NULL) {
		add_safe(s, t, name);
		text_add(t, " is not a command; nothing was sent");
	} else {
		text_add_format(t, "%s takes %s; nothing was done", row->name,
		                row->takes[0] != 0 ? row->takes : "no argument");
	}
	text_add(
	    t,
	    ". /help lists the commands. To send a line that starts with /, start it with //.\n");
}

void remarks_not_here(const struct sentences *s, struct text *t, struct span name)
{
	char other[SENTENCES_PEER];
	const struct present_peer *peer = NULL;
	text_add(t, name.len > 0 ? "schat: nobody called " : "schat: nobody else");
	add_safe(s, t, name);
	text_add_format(t, " is here%s", s->present.count > 0 ? "; here: " : "\n");
	for (unsigned i = 0; i < s->present.count; i++) {
		peer = present_after(&s->present, peer != NULL ? peer->conv : CONV_NOBODY);
		sentences_name(s, &(struct event){ .peer = peer->name }, other);
		text_add_format(t, "%s%s", other, i + 1 < s->present.count ? ", " : "\n");
	}
}

void remarks_recalled(const struct sentences *s, struct text *t, uint64_t count, struct span what)
{
	if (count == 0 && what.len == 0)
		text_add(t, "schat: nothing has been said yet");
	else
		text_add_format(t, "schat: %ju message%s", (uintmax_t)count, count == 1 ? "" : "s");
	if (what.len > 0) {
		text_add(t, " with '");
		add_safe(s, t, what);
		text_add(t, "'");
	}
	text_add(t, count > 0 ? ":\n" : "\n");
}

void remarks_day(struct text *t, uint32_t date)
{
	text_add_format(t, "schat: %04u-%02u-%02u\n", date / 10000, date / 100 % 100, date % 100);
}

void remarks_paste_refused(struct text *t, uint64_t bytes)
{
	if (bytes == 0) {
		text_add(t, "schat: there is no text in this file\n");
		return;
	}
	text_add_format(t,
	                "schat: paste refused: it has %ju bytes, and a message has at most 16000. "
	                "To send a file, use /send.\n",
	                (uintmax_t)bytes);
}

const char *remarks_mark(const struct sentences *s, enum remark_mark mark)
{
	static const char *const utf8[] = { "\u00b7", "\u2713", "\u2713\u2713" };
	static const char *const ascii[] = { ".", "+", "++" };
	return s->utf8 ? utf8[mark] : ascii[mark];
}

const char *remarks_ellipsis(const struct sentences *s)
{
	return s->utf8 ? "\u2026" : "...";
}

void remarks_help(const struct sentences *s, bool keys, struct text *t)
{
	if (keys) {
		text_add(t, remarks_own(s, REMARK_HELP));
		text_add(t, remarks_own(s, REMARK_MARKS));
		return;
	}
	for (const struct commands_row *row = commands_table; row->name; row++) {
		size_t begin = t->len;
		text_add_format(t, "%s %s", row->name, row->takes);
		while (t->len < begin + 22)
			text_add(t, " ");
		text_add_format(t, "%s\n", row->help);
	}
	text_add(t, "//x                   send /x\n");
}

void remarks_self(const struct sentences *s, uint64_t conv, char name[static REMARKS_SELF])
{
	struct text t = text_of(name, REMARKS_SELF);
	const struct present_peer *peer = present_of(&s->present, conv);
	char safe[SENTENCES_PEER];
	text_add(&t, "you");
	if (peer == NULL || !s->present.several)
		return;
	sentences_name(s, &(struct event){ .peer = peer->name }, safe);
	text_add_format(&t, " to %s", safe);
}

/* What is typed waits for the peer or for a contact, or for the first that comes; after that it is
 * for nobody. */
static void waiting_prompts(const struct sentences *s, struct text *made,
                            const char *prompts[static REMARKS_PROMPTS])
{
	prompts[0] = prompts[1] = s->known ? "nobody here> " : "waiting> ";
	prompts[2] = "-> ";
	const char *whom = s->only_peer && s->known ? s->peer : s->kept_for;
	if (whom[0] == 0)
		return;
	text_add_format(made, "waiting for %s> ", whom);
	prompts[0] = made->at;
	prompts[1] = "waiting> ";
}

/* "30 lines, 1.5 KB" */
static void write_paste(struct writer *w, const struct remarks_typing *typing)
{
	uint64_t lines = typing->paste_lines, bytes = typing->paste_bytes;
	text_write(w, "[paste: %ju line%s, ", (uintmax_t)lines, lines == 1 ? "" : "s");
	if (bytes < 1000)
		text_write(w, "%ju bytes", (uintmax_t)bytes);
	else
		text_write(w, "%ju.%ju KB", (uintmax_t)(bytes / 1000),
		           (uintmax_t)(bytes / 100 % 10));
	text_write(w, "] Enter sends, Esc drops> ");
}

void remarks_prompts(const struct sentences *s, const struct remarks_typing *typing,
                     char made[static REMARKS_PROMPT], const char *prompts[static REMARKS_PROMPTS])
{
	static const char *const usual[2][REMARKS_PROMPTS] = {
		{ "you> ", "> ", "" },
		{ "NOT ENCRYPTED you> ", "NOT ENCRYPTED> ", "!> " },
	};
	bool insecure = s->here && s->insecure, asks = typing->paste_bytes > 0;
	struct text t = text_of(made, REMARKS_PROMPT);
	memcpy(prompts, usual[insecure], sizeof usual[0]);
	if (!s->here) {
		waiting_prompts(s, &t, prompts);
	} else if (s->present.several) {
		text_add_format(&t, "to %s> ", s->peer);
		prompts[0] = made;
		prompts[1] = made + strlen("to ");
	}
	if (!asks && !typing->writing && typing->pattern == NULL)
		return;
	struct writer w = writer_of(made, REMARKS_PROMPT);
	text_write(&w, insecure ? "NOT ENCRYPTED " : "");
	if (asks) {
		write_paste(&w, typing);
	} else if (typing->pattern != NULL) {
		text_write(&w, "%s '", typing->missed ? "not found:" : "find");
		safe_text(*typing->pattern, sentences_safe_flags(s), &w);
		text_write(&w, "'> ");
	} else {
		text_write(&w, "Ctrl-D sends> ");
	}
	prompts[0] = made;
	if (asks)
		prompts[1] = insecure ? "NOT ENCRYPTED paste?> " : "Enter sends, Esc drops> ";
	if (asks && !insecure)
		prompts[2] = "paste?> ";
}
