#include "cmd/book.h"

#include <string.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "base/token.h"
#include "cmd/home.h"
#include "cmd/key_file.h"
#include "cmd/report.h"
#include "os/clock.h"
#include "os/file.h"

/* ---- text ---- */

/* What stands in a line, to be read by words. NULL: it can't be read, and *why says why. Blank and
 * comment lines: c->name is empty. */
static const char *read_line(struct span line, char tidy[static LIMIT_CONTACT_LINE + 1],
                             struct contact *c, const char **why)
{
	struct text t = text_of(tidy, LIMIT_CONTACT_LINE + 1);
	text_add_span(&t, line);
	*why = "the line is too long, or isn't text";
	if (t.cut || strlen(tidy) != line.len)
		return NULL;
	token_tidy(tidy);
	return contact_read(span_text(tidy), c, why) == OK ? tidy : NULL;
}

static void add_fault(struct book_faults *f, uint64_t line, const char *why)
{
	if (f->count < sizeof f->first / sizeof f->first[0]) {
		f->first[f->count].line = line;
		f->first[f->count].why = why;
	}
	f->count++;
}

void book_read(struct book *b, struct span file, struct book_faults *faults)
{
	struct span line;
	char tidy[LIMIT_CONTACT_LINE + 1];
	const char *why;
	b->count = 0;
	*faults = (struct book_faults){ .count = 0 };
	for (uint64_t number = 1; split_line(&file, &line); number++) {
		struct contact c;
		if (!read_line(line, tidy, &c, &why))
			add_fault(faults, number, why);
		else if (c.name[0] && book_named(b, span_text(c.name)))
			add_fault(faults, number, "this name has appeared before");
		else if (c.name[0] && b->count == LIMIT_CONTACTS)
			add_fault(faults, number, "there are too many contacts");
		else if (c.name[0])
			b->contacts[b->count++] = c;
		bytes_wipe(&c, sizeof c);
	}
	bytes_wipe(tidy, sizeof tidy);
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
	struct contact old;
	char tidy[LIMIT_CONTACT_LINE + 1];
	const char *why;
	bool done = false;
	while (split_line(&file, &line)) {
		const char *read = read_line(line, tidy, &old, &why);
		bool meant = name && read && strcmp(old.name, name) == 0 && (!done || !c);
		if (meant && c)
			write_line(c, span_text(read), out);
		done |= meant;
		if (meant)
			continue;
		write_span(out, line);
		write_u8(out, '\n');
	}
	if (!name) {
		write_line(c, span_of(NULL, 0), out);
		done = true;
	}
	bytes_wipe(&old, sizeof old);
	bytes_wipe(tidy, sizeof tidy);
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
static int read_file(struct book *b, struct span *old, struct book_faults *faults)
{
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
		return home_failed("read", b->path);
	if (report_old_lines(*old))
		return report_error(EXIT_LOCAL, "%s " REPORT_OLD_LINES, b->path);
	book_read(b, *old, faults);
	return 0;
}

static void report_faults(const struct book *b, const struct book_faults *f)
{
	uint64_t named = min_of(f->count, sizeof f->first / sizeof f->first[0]);
	for (size_t i = 0; i < named; i++)
		report_error(0, "%s:%ju: %s. This line is not used. Fix or remove it.", b->path,
		             f->first[i].line, f->first[i].why);
	if (f->count > named)
		report_error(0, "%s: %ju more lines are not used", b->path, f->count - named);
}

int book_load(struct book *b)
{
	struct span old;
	struct book_faults faults = { .count = 0 };
	bytes_clear(b, sizeof *b);
	if (!home_file("peers", b->path)) {
		b->path[0] = 0; /* no contacts; key_file_load complains where a home is needed */
		return 0;
	}
	int code = read_file(b, &old, &faults);
	bytes_wipe(old_text, old.len);
	report_faults(b, &faults);
	return code;
}

void book_wipe(struct book *b)
{
	bytes_wipe(b, sizeof *b);
}

static int write_file(struct book *b, struct span new)
{
	struct book_faults faults; /* were told when the book was loaded */
	if (file_replace(b->path, new, 0600))
		return home_failed("write", b->path);
	book_read(b, new, &faults);
	return 0;
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
	struct book_faults faults;
	int code = read_file(b, &old, &faults);
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
		return home_failed("create the directory of", b->path);
	enum err err = file_lock(b->path, 200, &lock);
	if (err == ERR_BUSY) {
		report_say("waiting for another schat that is changing %s", b->path);
		err = file_lock(b->path, 2000, &lock);
	}
	if (err == ERR_BUSY)
		return report_error(EXIT_LOCAL,
		                    "can't change %s: another program holds its lock. End it if it "
		                    "hangs.",
		                    b->path);
	if (err)
		return home_failed("lock", b->path);
	int code = change_locked(b, name, c, added);
	file_unlock(lock);
	return code;
}

int book_add(struct book *b, struct contact *c)
{
	if (key_file_is_own(&c->key))
		return report_error(EXIT_LOCAL, "this peer has your own key");
	return change(b, NULL, c, c);
}

int book_change(struct book *b, const char *name, const struct contact *c)
{
	return change(b, name, c, NULL);
}

int book_verify(struct book *b, const struct contact *c, struct span said)
{
	char fingerprint[FINGERPRINT_TEXT];
	struct contact new = *c;
	public_key_fingerprint(&c->key, fingerprint);
	clock_today(new.verified);
	int code = public_key_has_fingerprint(&c->key, said)
	               ? book_change(b, new.name, &new)
	               : report_error(EXIT_TRUST,
	                              "that is NOT the fingerprint of %s's key, which is %s. Ask "
	                              "again, in person. If it still differs, this is not %s's "
	                              "key; run: schat peers forget %s",
	                              c->name, fingerprint, c->name, c->name);
	bytes_wipe(&new, sizeof new);
	return code;
}
