#include "cmd/through.h"

#include <errno.h>
#include <string.h>

#include "base/min_max.h"
#include "base/random.h"
#include "base/split.h"
#include "base/utf8.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"
#include "ui/json_events.h"
#include "ui/json_read.h"

enum {
	ID = 16,
	LINE = JSON_TEXT_ROOM(LIMIT_TEXT) + 4096 /* no event that matters here is longer */
};

struct through {
	int fd;
	const char *path, *whom;
	char id[ID + 1];
	uint64_t until;
	bool in;         /* it hears others */
	bool said, sent; /* it may be taken, now or later; and has got its number */
	bool skipping;   /* the rest of a line that is too long */
	uint64_t conv, number;
};

static uint8_t line[LINE], scratch[LINE];

static const char *state_of(const struct through *t)
{
	return t->said ? ", so it may or may not have been shown" : ", so nothing was sent";
}

static int unheard(const struct through *t, const char *what)
{
	return report_error(t->said ? EXIT_CUT : EXIT_UNREACHABLE, "%s %s%s", t->path, what,
	                    state_of(t));
}

/* Milliseconds that are left, at most a minute. */
static int left_ms(const struct through *t)
{
	uint64_t now = clock_us();
	return now >= t->until ? 0 : (int)min_of((t->until - now) / MS + 1, 60000);
}

/* ---- what it says ---- */

/* False: nobody reads it. */
static bool write_all(const struct through *t, struct span bytes)
{
	size_t taken;
	while (bytes.len > 0 && port_write(t->fd, bytes, &taken)) {
		bytes = span_after(bytes, taken);
		if (taken == 0 && !descriptor_writable(t->fd, left_ms(t)) && left_ms(t) == 0)
			return false;
	}
	return bytes.len == 0;
}

static bool ask(struct through *t, struct span text)
{
	struct writer w = writer_of(line, sizeof line);
	/* no message of a peer is for us, or is shown because we are here */
	write_text(&w, "{\"cmd\":\"attach\",\"write\":\"now\",\"read\":\"answers\","
	               "\"from\":9007199254740991}\n{\"cmd\":\"send\",\"to\":");
	json_events_string(&w, span_text(t->whom));
	text_write(&w, ",\"id\":\"%s\",\"text\":", t->id);
	json_events_string(&w, text);
	write_text(&w, "}\n");
	t->said = !w.full && write_all(t, written(&w)); /* without its end it is no command */
	port_end(t->fd);                                /* gives the word back */
	return t->said;
}

/* ---- what it hears ---- */

static enum err err_named(struct span name)
{
	enum err err = ERR_FORMAT;
	while (err < ERR_USAGE && !span_is(name, err_name(err)))
		err++;
	return err;
}

static int refused(const struct through *t, struct span word, struct span text)
{
	char why[512];
	struct text s = text_of(why, sizeof why);
	enum err err = err_named(word);
	text_add_span(&s, text);
	return report_error(err == ERR_STATE ? EXIT_UNREACHABLE : err_exit(err), "%s: %s", t->whom,
	                    why);
}

/* An event. -1: it goes on. */
static int hear(struct through *t, struct span event)
{
	enum { EV, NUMBER, CONV, IDS, ERRS, TEXT, FIELDS };
	struct json_field f[FIELDS] = { [EV] = { .name = "ev" },
		                        [NUMBER] = { .name = "n", .number = true },
		                        [CONV] = { .name = "conv", .number = true },
		                        [IDS] = { .name = "id" },
		                        [ERRS] = { .name = "err" },
		                        [TEXT] = { .name = "text" } };
	struct writer w = writer_of(scratch, sizeof scratch);
	(void)json_read(event, f, FIELDS, &w); /* of lists there may be, nothing is wanted */
	struct span ev = f[EV].text;
	bool own = f[IDS].given && span_is(f[IDS].text, t->id), here = f[CONV].value == t->conv;
	t->in |= span_is(ev, "attached");
	if ((own || !t->in) && span_is(ev, "error"))
		return refused(t, f[ERRS].text, f[TEXT].text);
	if (own && span_is(ev, "kept"))
		return report_error(EXIT_CUT, "%s is away; the message waits in the outbox",
		                    t->whom);
	if (own && span_is(ev, "sent")) {
		t->sent = true;
		t->conv = f[CONV].value;
		t->number = f[NUMBER].value;
	} else if (t->sent && here && span_is(ev, "receipt") && f[NUMBER].value >= t->number) {
		return EXIT_DONE;
	} else if (t->sent && here && span_is(ev, "over")) {
		return report_error(EXIT_CUT, "%s is gone%s", t->whom, state_of(t));
	}
	return -1;
}

/* The lines that are whole. */
static int hear_all(struct through *t, size_t *len)
{
	struct span left = span_of(line, *len), event, rest;
	int code = -1;
	while (code < 0 && split_at(left, '\n', &event, &rest)) {
		code = t->skipping ? -1 : hear(t, event);
		t->skipping = false;
		left = rest;
	}
	if (left.len == sizeof line) {
		t->skipping = true;
		left.len = 0;
	}
	memmove(line, left.at, left.len);
	*len = left.len;
	return code;
}

static int listen(struct through *t)
{
	size_t len = 0, more;
	int code = -1;
	while (code < 0) {
		if (!descriptor_readable(t->fd, left_ms(t))) {
			if (left_ms(t) == 0)
				return unheard(t, "did not answer in time");
			continue;
		}
		enum err err = descriptor_read(t->fd, line + len, sizeof line - len, &more);
		if (err == ERR_FULL)
			continue;
		if (err || more == 0)
			return unheard(t, "was closed");
		len += more;
		code = hear_all(t, &len);
	}
	return code;
}

/* ---- all of it ---- */

/* Standard input, up to more than can be said, without a newline at its end. 0, or the exit status.
 */
static int read_input(uint8_t text[static LIMIT_TEXT + 2], size_t *len)
{
	size_t more = 1;
	for (*len = 0; more > 0 && *len < LIMIT_TEXT + 2; *len += more)
		if (descriptor_await(0, text + *len, LIMIT_TEXT + 2 - *len, &more))
			return report_error(EXIT_LOCAL, "can't read standard input: %s",
			                    descriptor_why());
	*len -= *len > 0 && text[*len - 1] == '\n';
	return 0;
}

static int say(struct through *t, struct span text)
{
	uint8_t random[ID / 2];
	if (text.len > LIMIT_TEXT || !utf8_valid(text))
		return report_error(EXIT_USAGE, "with --socket, a message must be UTF-8 text of at "
		                                "most 16000 bytes");
	random_fill(seed_random(), random, sizeof random);
	for (size_t i = 0; i < ID; i++)
		t->id[i] = text_hex_digit(random[i / 2] >> (i % 2 ? 0 : 4));
	t->fd = port_connect_path(t->path);
	if (t->fd < 0)
		return report_error(EXIT_UNREACHABLE,
		                    "can't reach %s: %s. Is schat serve --socket running there?",
		                    t->path, strerror(errno));
	if (!port_is_ours(t->fd))
		return report_error(EXIT_TRUST, "%s belongs to a program of another user", t->path);
	return ask(t, text) ? listen(t) : unheard(t, "was closed");
}

int through_say(const struct options *o, const char *whom, const char *text)
{
	static uint8_t input[LIMIT_TEXT + 2];
	struct through t = { .fd = -1, .path = o->socket, .whom = whom, .until = NEVER };
	struct span all = text ? span_text(text) : span_of(input, 0);
	uint64_t patience = options_number(o->timeout, 0);
	int code = text ? 0 : read_input(input, &all.len);
	if (code || all.len == 0)
		return code;
	if (patience > 0)
		t.until = clock_us() + patience * SECOND;
	code = say(&t, all);
	descriptor_close(t.fd);
	bytes_wipe(input, sizeof input);
	bytes_wipe(line, sizeof line);
	bytes_wipe(scratch, sizeof scratch);
	return code;
}
