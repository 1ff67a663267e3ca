#include "cmd/ask.h"

#include <string.h>

#include "base/split.h"
#include "cmd/report.h"
#include "crypto/words.h"
#include "os/descriptor.h"
#include "os/process.h"
#include "os/terminal.h"
#include "ui/display.h"
#include "ui/typing.h"

enum { LISTED = 30 }; /* words that are shown at once */

static struct {
	struct keys keys;
	struct typing typing;
	struct display display;
	struct queue out;
	uint8_t out_bytes[OUT_SIZE];
} asking;

bool ask_can(void)
{
	const char *term = process_environment("TERM");
	return terminal_is(0) && terminal_is(2) && term && strcmp(term, "dumb") != 0;
}

/* ---- completion ---- */

static void offer_words(struct complete *c, const char *after)
{
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		char word[WORD_TEXT + 1];
		struct text t = text_of(word, sizeof word);
		words_at(i, word);
		t.len = strlen(word);
		text_add(&t, after);
		complete_offer(c, text_span(&t));
	}
}

void ask_offer(struct complete *c, struct span line, const char *const *names)
{
	size_t begin = line.len, hyphens = 0;
	bool address = false, number = line.len > 0 && line.at[0] >= '0' && line.at[0] <= '9';
	while (begin > 0 && line.at[begin - 1] != '-' && line.at[begin - 1] != '/')
		begin--;
	for (size_t i = 0; i < begin; i++) {
		hyphens += line.at[i] == '-';
		address = address || line.at[i] == '/';
	}
	complete_begin(c, span_after(line, begin));
	if (memchr(line.at, '@', line.len) != NULL || (number && begin == 0))
		return;
	if (number || address)
		offer_words(c, hyphens == (address ? 0 : 1) ? "-" : "");
	for (; *names && begin == 0; names++)
		complete_offer(c, span_text(*names));
}

static void complete(struct edit *e, const char *const *names)
{
	struct complete c;
	if (e->cursor != e->len)
		return;
	ask_offer(&c, edit_text(e), names);
	struct span rest = complete_rest(&c);
	struct display_line line = { .text = span_of(c.list, c.list_len) };
	if (rest.len > 0)
		(void)edit_insert(e, rest);
	else if (c.count > 1 && c.count <= LISTED)
		display_print(&asking.display, &line);
	bytes_wipe(&c, sizeof c);
}

/* ---- the terminal ---- */

static void flush(void)
{
	struct span out = queue_waiting(&asking.out);
	(void)descriptor_write_all(2, out);
	queue_use(&asking.out, out.len);
}

static void draw(const char *question)
{
	const char *const prompts[3] = { question, "> ", "" };
	display_prompt(&asking.display, prompts, false, &asking.typing.line);
	flush();
}

/* Ctrl-Z. Returns when the program is in the foreground again. */
static void suspend(void)
{
	display_hide(&asking.display);
	flush();
	terminal_restore();
	do
		process_suspend();
	while (!terminal_raw_again(0) && terminal_is(0));
}

/* Reads keys, one byte at a time: what follows belongs to the conversation. False: the user leaves.
 */
static bool read_keys(const char *const *names, const char *question)
{
	uint8_t byte;
	size_t len;
	draw(question);
	while (descriptor_await(0, &byte, 1, &len) == OK && len == 1) {
		struct span bytes = span_of(&byte, 1);
		struct key key;
		while (keys_next(&asking.keys, &bytes, 0, &key)) {
			enum typed typed = typing_key(&asking.typing, key);
			if (typed == TYPED_ENTER)
				return true;
			if (typed == TYPED_STOP || typed == TYPED_LEAVE)
				return false;
			if (typed == TYPED_COMPLETE)
				complete(&asking.typing.line, names);
			if (typed == TYPED_SUSPEND)
				suspend();
		}
		draw(question);
	}
	return false;
}

int ask_line(const char *const *names, const char *question, char *line, size_t cap)
{
	struct terminal_size size = terminal_size(2);
	struct interactor_config config = { .columns = size.columns, .rows = size.rows };
	asking.out = queue_of(asking.out_bytes, sizeof asking.out_bytes);
	display_init(&asking.display, &config, &asking.out);
	if (!terminal_raw(0))
		return report_error(EXIT_LOCAL, "can't switch this terminal to single keys");
	bool answered = read_keys(names, question);
	struct text t = text_of(line, cap);
	text_add_span(&t, edit_text(&asking.typing.line));
	display_hide(&asking.display);
	flush();
	terminal_restore();
	bytes_wipe(&asking, sizeof asking);
	if (!answered)
		return EXIT_INT;
	return t.cut ? report_error(EXIT_USAGE, "that is too long for a code, a name or an address")
	             : 0;
}
