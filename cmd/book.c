#include "cmd/book.h"

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
		if (contact_knows_field(word))
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

const struct contact *book_look_up(const struct book *b, const char *name)
{
	const struct contact *c = book_named(b, span_text(name));
	if (c == NULL)
		report_error(0, "no such contact: %s. To list your contacts: schat peers", name);
	return c;
}

const struct contact *book_alike(const struct book *b, struct span name)
{
	const struct contact *same = book_named(b, name);
	for (size_t i = 0; i < b->count && same == NULL; i++)
		if (contact_name_alike(name, span_text(b->contacts[i].name)))
			same = &b->contacts[i];
	return same;
}

const struct contact *book_of_key(const struct book *b, const struct public_key *key)
{
	for (size_t i = 0; i < b->count; i++)
		if (public_key_equal(&b->contacts[i].key, key))
			return &b->contacts[i];
	return NULL;
}

/* ---- the file ---- */

static uint8_t old_text[LIMIT_BOOK], new_text[LIMIT_BOOK];

/* Wipe *old when it is not needed any more. */
static int read_file(struct book *b, struct span *old)
{
	uint64_t line;
	const char *why = "";
	size_t len = 0;
	enum err err = file_read(b->path, FILE_TRUSTED, old_text, sizeof old_text, &len);
	*old = span_of(old_text, len);
	if (err == ERR_UNREACHABLE)
		err = OK;
	if (err == ERR_TRUST)
		return report_error(EXIT_LOCAL, "%s", file_why());
	if (err == ERR_FULL)
		return report_error(EXIT_LOCAL, "%s is too large for a peers file", b->path);
	if (err)
		return report_file("read", b->path);
	if (book_read(b, *old, &line, &why))
		return 0;
	return report_error(EXIT_LOCAL, "%s:%ju: %s. Fix or remove the line.", b->path, line, why);
}

int book_load(struct book *b)
{
	struct span old;
	*b = (struct book){ .count = 0 };
	if (!home_file("peers", b->path)) {
		b->path[0] = 0; /* no contacts; key_file_load complains where a home is needed */
		return 0;
	}
	int code = read_file(b, &old);
	bytes_wipe(old_text, old.len);
	return code;
}

void book_wipe(struct book *b)
{
	bytes_wipe(b, sizeof *b);
}

static int write_file(struct book *b, struct span new)
{
	uint64_t line;
	const char *why;
	if (file_replace(b->path, new, 0600))
		return report_file("write", b->path);
	if (book_read(b, new, &line, &why))
		return 0;
	return report_error(EXIT_OTHER, "the peers file does not read as it was written: %s", why);
}

void book_free_name(const struct book *b, char name[static LIMIT_NAME + 1])
{
	char base[LIMIT_NAME + 1], suffix[8];
	memcpy(base, name, sizeof base);
	for (uint64_t n = 2; book_alike(b, span_text(name)); n++) {
		struct text s = text_of(suffix, sizeof suffix);
		text_add_format(&s, "-%ju", n);
		text_copy(name, LIMIT_NAME + 1 - s.len, base);
		memcpy(name + strlen(name), suffix, s.len + 1);
	}
}

/* name, c: as for book_edit. added: c as it is being added, so that its name can change; else
 * NULL. */
static int change_locked(struct book *b, const char *name, const struct contact *c,
                         struct contact *added)
{
	struct span old;
	struct writer new = writer_of(new_text, sizeof new_text);
	int code = read_file(b, &old);
	if (!code && added && b->count == LIMIT_CONTACTS)
		code = report_error(
		    EXIT_LOCAL,
		    "there are too many contacts. Make room with: schat peers forget NAME");
	if (!code && added)
		book_free_name(b, added->name);
	if (!code && !book_edit(old, name, c, &new))
		code = report_error(EXIT_LOCAL, "%s",
		                    new.full ? "the peers file would become too large"
		                             : "the contact has been removed meanwhile");
	if (!code && !span_equal(written(&new), old))
		code = write_file(b, written(&new));
	bytes_wipe(old_text, old.len);
	bytes_wipe(new_text, new.len);
	return code;
}

static int change(struct book *b, const char *name, const struct contact *c, struct contact *added)
{
	int lock;
	if (!b->path[0])
		return report_error(EXIT_LOCAL, HOME_MISSING);
	if (file_make_folders(b->path))
		return report_file("create the directory of", b->path);
	if (file_lock(b->path, &lock))
		return report_error(EXIT_LOCAL, "can't lock %s", b->path);
	int code = change_locked(b, name, c, added);
	file_unlock(lock);
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
