#include "cmd/deposit.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/absent.h"
#include "cmd/key_file.h"
#include "cmd/outbox_file.h"
#include "cmd/report.h"
#include "cmd/talk/later.h"
#include "os/descriptor.h"

enum { WAIT_MS = 500 }; /* for another that leaves something, too */

struct deposit {
	struct outbox_file file;
	struct identity own;
	const char *name;
};

static int failed(const struct deposit *d, enum err err)
{
	const char *name = d->name;
	if (err == ERR_BUSY)
		return report_error(
		    EXIT_LOCAL, "another schat on this host uses the outbox for %s: use that one",
		    name);
	if (err == ERR_FULL)
		return report_error(EXIT_LOCAL, "too much is waiting for %s", name);
	if (err == ERR_FORMAT)
		return report_error(EXIT_LOCAL, ABSENT_DAMAGED, name, outbox_file_shown(&d->file));
	return report_error(EXIT_LOCAL, "can't keep anything for %s: %s", name, file_why());
}

static int begin(struct deposit *d, const struct options *o, const struct book *book,
                 const char *name)
{
	char fingerprint[FINGERPRINT_TEXT];
	struct outbox_file_key key;
	const struct contact *c = book_look_up(book, name);
	if (c == NULL)
		return EXIT_USAGE;
	d->name = c->name;
	int code = key_file_load(c->key.type, o->identity, &d->own);
	if (code)
		return code;
	outbox_file_key(&d->own, &key);
	public_key_fingerprint(&c->key, fingerprint);
	enum err err = outbox_file_open(&d->file, &key, fingerprint, WAIT_MS);
	bytes_wipe(&key, sizeof key);
	return err ? failed(d, err) : 0;
}

/* Nothing is kept of what was added when there is an error. */
static int end(struct deposit *d, int code)
{
	struct absent a = { .lines = 0 };
	char text[64];
	struct text t = text_of(text, sizeof text);
	enum err err = code ? OK : outbox_file_write(&d->file);
	if (err)
		code = failed(d, err);
	if (!code) {
		a.lines = outbox_waiting(d->file.outbox);
		a.files = outbox_files(d->file.outbox);
		a.since_s = outbox_since(d->file.outbox);
		absent_write(&a, &t);
		report_say("waiting for %s: %s. It goes when one of you connects to the other: "
		           "schat connect %s",
		           d->name, text, d->name);
	}
	outbox_file_close(&d->file);
	bytes_wipe(&d->own, sizeof d->own);
	return code;
}

/* Adds what is in bytes as one text, in as many parts as it takes. */
static enum err add(struct outbox *o, struct span bytes)
{
	static uint8_t part[LIMIT_TEXT];
	enum err err = OK;
	do {
		struct writer w = writer_of(part, sizeof part);
		while (bytes.len > 0 && writer_room(&w) >= 4)
			utf8_write(&w, utf8_take(&bytes));
		err = outbox_add(o, written(&w), bytes.len > 0, true);
	} while (!err && bytes.len > 0);
	bytes_wipe(part, sizeof part);
	return err;
}

/* All of standard input, without one newline at its end. */
static int read_input(uint8_t *to, size_t cap, size_t *len)
{
	size_t n = 1;
	for (*len = 0; n > 0 && *len < cap; *len += n)
		if (descriptor_await(0, to + *len, cap - *len, &n))
			return report_error(EXIT_LOCAL, "can't read standard input: %s",
			                    descriptor_why());
	if (*len == cap)
		return report_error(EXIT_LOCAL, "that is too long to be kept");
	*len -= *len > 0 && to[*len - 1] == '\n';
	return 0;
}

int deposit_text(const struct options *o, const struct book *book, const char *name,
                 const char *text)
{
	struct deposit d = { .name = name };
	struct span bytes = span_text(text);
	uint8_t *input = NULL;
	int code = 0;
	if (strcmp(text, "-") == 0) {
		input = calloc(1, PENDING_ROOM);
		code = input ? read_input(input, PENDING_ROOM, &bytes.len)
		             : report_error(EXIT_OTHER, "out of memory");
		bytes = span_of(input, bytes.len);
	}
	if (!code && bytes.len == 0)
		code = report_error(EXIT_USAGE, "there is no text");
	if (!code && (code = begin(&d, o, book, name)) == 0) {
		enum err err = add(d.file.outbox, bytes);
		code = end(&d, err ? failed(&d, err) : 0);
	}
	if (input)
		bytes_wipe(input, PENDING_ROOM);
	free(input);
	return code;
}

int deposit_files(const struct options *o, const struct book *book, const char *name,
                  char *const *roots, unsigned count)
{
	struct deposit d = { .name = name };
	struct phrase p;
	int code = begin(&d, o, book, name);
	if (code)
		return code;
	for (unsigned i = 0; i < count && !code; i++)
		if (later_add(d.file.outbox, span_text(roots[i]), &d.own, d.name, &p) == 0)
			code = report_error(EXIT_LOCAL, "%s", p.text);
	return end(&d, code);
}

int deposit_hint(int code, const char *name)
{
	if (code == EXIT_UNREACHABLE && name[0] != 0)
		(void)report_error(code, "To keep it until both of you are online, add --later.");
	return code;
}
