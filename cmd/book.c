/* book: see book.h. */
#include "cmd/book.h"

#include <stdlib.h>
#include <string.h>

#include "base/split.h"
#include "base/text.h"
#include "cmd/home.h"
#include "cmd/report.h"
#include "os/file.h"

/* ---- text ---- */

bool book_read(struct book *b, struct span file, uint64_t *number, const char **why)
{
	struct span line;
	b->count = 0;
	*number = 0;
	while (split_line(&file, &line)) {
		struct contact c;
		++*number;
		if (contact_read(line, &c, why))
			return false;
		if (c.name[0] == 0)
			continue;
		*why = b->count == LIMIT_CONTACTS ? "too many contacts" : "this name appears twice";
		if (b->count == LIMIT_CONTACTS || book_named(b, span_text(c.name)))
			return false;
		b->contacts[b->count++] = c;
	}
	return true;
}

static bool is_ours(struct span word)
{
	static const char *const fields[] = { "addr=", "signal=", "pair=", "since=", "verified=" };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (split_prefix(&word, fields[i]))
			return true;
	return false;
}

/* c's line, then the fields of the old line that we don't know. */
static void write_line(const struct contact *c, struct span old, struct writer *out)
{
	struct span word;
	if (contact_write(c, out)) {
		out->full = true;
		return;
	}
	if (out->len > 0 && out->at[out->len - 1] == '\n')
		out->len--;
	for (unsigned i = 0; i < 3; i++)
		split_word(&old);
	while ((word = split_word(&old)).len > 0) {
		if (is_ours(word))
			continue;
		write_u8(out, ' ');
		write_span(out, word);
	}
	write_u8(out, '\n');
}

bool book_edit(struct span file, const char *name, const struct contact *c, struct writer *out)
{
	struct span line;
	bool done = false;
	while (split_line(&file, &line)) {
		struct span rest = line, word = split_word(&rest);
		if (name && !done && span_is(word, name)) {
			if (c)
				write_line(c, line, out);
			done = true;
			continue;
		}
		write_span(out, line);
		write_u8(out, '\n');
	}
	if (!name) {
		write_line(c, span_of(NULL, 0), out);
		done = true;
	}
	return done && !out->full;
}

/* ---- finding ---- */

const struct contact *book_named(const struct book *b, struct span name)
{
	for (size_t i = 0; i < b->count; i++)
		if (span_is(name, b->contacts[i].name))
			return &b->contacts[i];
	return NULL;
}

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return (char)(c == '0' ? 'o' : c == '1' || c == 'i' ? 'l' : c);
}

/* The name with letters that look alike made the same. */
static struct span fold(struct span name, char out[static LIMIT_NAME])
{
	size_t len = 0;
	for (size_t i = 0; i < name.len && i < LIMIT_NAME; i++) {
		char c = folded((char)name.at[i]), last = (char)(len > 0 ? out[len - 1] : 0);
		bool m = last == 'r' && c == 'n', w = last == 'v' && c == 'v';
		if (m || w)
			out[len - 1] = (char)(m ? 'm' : 'w');
		else
			out[len++] = c;
	}
	return span_of(out, len);
}

const struct contact *book_alike(const struct book *b, struct span name)
{
	char wanted[LIMIT_NAME], other[LIMIT_NAME];
	const struct contact *same = book_named(b, name);
	struct span w = fold(name, wanted);
	for (size_t i = 0; i < b->count && same == NULL; i++) {
		struct span o = fold(span_text(b->contacts[i].name), other);
		if (o.len == w.len && bytes_equal(o.at, w.at, w.len))
			same = &b->contacts[i];
	}
	return same;
}

const struct contact *book_of_key(const struct book *b, const struct public_key *key)
{
	for (size_t i = 0; i < b->count; i++)
		if (public_key_equal(&b->contacts[i].key, key))
			return &b->contacts[i];
	return NULL;
}

const struct contact *book_at(const struct book *b, struct span addr)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->contacts[i].addr[0] && span_is(addr, b->contacts[i].addr))
			return &b->contacts[i];
	return NULL;
}

/* ---- the file ---- */

struct buffers {
	size_t len; /* of old */
	uint8_t old[LIMIT_BOOK], new[LIMIT_BOOK];
};

static void drop_buffers(struct buffers *f)
{
	if (f)
		bytes_wipe(f->old, f->len);
	free(f);
}

static int read_file(struct book *b, struct buffers *f)
{
	uint64_t line;
	const char *why = "";
	enum err err = file_read(b->path, FILE_TRUSTED, f->old, sizeof f->old, &f->len);
	if (err == ERR_UNREACHABLE)
		err = OK;
	if (err == ERR_TRUST)
		return report_error(EXIT_LOCAL, "%s", file_why());
	if (err == ERR_FULL)
		return report_error(EXIT_LOCAL, "%s is too large for a peers file", b->path);
	if (err)
		return report_file("read", b->path);
	if (book_read(b, span_of(f->old, f->len), &line, &why))
		return 0;
	return report_error(EXIT_LOCAL, "%s:%ju: %s. Fix or remove the line.", b->path, line, why);
}

int book_load(struct book **book)
{
	struct book *b = calloc(1, sizeof *b);
	struct buffers *f = calloc(1, sizeof *f);
	int code = 0;
	*book = NULL;
	if (b == NULL || f == NULL)
		code = report_error(EXIT_OTHER, "out of memory");
	else if (home_file("peers", b->path))
		code = read_file(b, f);
	else /* no home, so no contacts; key_file_load complains where one is needed */
		b->path[0] = 0;
	drop_buffers(f);
	if (code == 0)
		*book = b;
	else
		book_free(b);
	return code;
}

void book_free(struct book *b)
{
	if (b == NULL)
		return;
	bytes_wipe(b, sizeof *b);
	free(b);
}

static int write_file(struct book *b, struct buffers *f, const char *name, const struct contact *c)
{
	struct writer out = writer_of(f->new, sizeof f->new);
	if (!book_edit(span_of(f->old, f->len), name, c, &out))
		return report_error(EXIT_LOCAL, "%s",
		                    out.full ? "the peers file would become too large"
		                             : "the contact has been removed meanwhile");
	struct span now = written(&out);
	if (now.len == f->len && bytes_equal(now.at, f->old, now.len)) {
		bytes_wipe(f->new, out.len);
		return 0; /* nothing has changed, so nothing is written */
	}
	enum err err = file_replace(b->path, now, 0600);
	int code = err ? report_file("write", b->path) : 0;
	uint64_t line;
	const char *why;
	if (!code && !book_read(b, now, &line, &why))
		code = report_error(EXIT_OTHER,
		                    "the peers file does not read as it was written: %s", why);
	bytes_wipe(f->new, out.len);
	return code;
}

void book_free_name(const struct book *b, char name[static LIMIT_NAME + 1])
{
	char base[LIMIT_NAME + 1];
	memcpy(base, name, sizeof base);
	for (uint64_t n = 2; book_alike(b, span_text(name)); n++) {
		char suffix[8];
		struct text s = text_of(suffix, sizeof suffix), t = text_of(name, LIMIT_NAME + 1);
		text_add(&s, "-");
		text_add_u64(&s, n);
		size_t len = strlen(base);
		text_add_span(&t,
		              span_of(base, len < LIMIT_NAME - s.len ? len : LIMIT_NAME - s.len));
		text_add(&t, suffix);
	}
}

/* name, c: as for book_edit. added: c as it is being added, so that its name can change; else
 * NULL. */
static int change(struct book *b, const char *name, const struct contact *c, struct contact *added)
{
	int lock, code;
	struct buffers *f = calloc(1, sizeof *f);
	if (f == NULL)
		return report_error(EXIT_OTHER, "out of memory");
	if (!b->path[0])
		code = report_error(EXIT_LOCAL, HOME_MISSING);
	else if (file_make_folders(b->path))
		code = report_file("create the directory of", b->path);
	else if (file_lock(b->path, &lock))
		code = report_error(EXIT_LOCAL, "can't lock %s", b->path);
	else {
		code = read_file(b, f);
		if (!code && added && b->count == LIMIT_CONTACTS)
			code = report_error(
			    EXIT_LOCAL,
			    "there are too many contacts. Make room with: schat peers forget NAME");
		if (!code && added)
			book_free_name(b, added->name);
		if (!code)
			code = write_file(b, f, name, c);
		file_unlock(lock);
	}
	drop_buffers(f);
	return code;
}

int book_add(struct book *b, struct contact *c)
{
	return change(b, NULL, c, c);
}

int book_change(struct book *b, const char *name, const struct contact *c)
{
	return change(b, name, c, NULL);
}
