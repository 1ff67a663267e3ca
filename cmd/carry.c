#include "cmd/carry.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/book.h"
#include "cmd/home.h"
#include "cmd/key_file.h"
#include "cmd/passphrase.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "crypto/sealed_file.h"

static uint8_t text[SEALED_FILE_TEXT], file_bytes[SEALED_FILE_TEXT + SEALED_FILE_MORE];

static uint32_t *scratch_of(unsigned log_n)
{
	uint32_t *scratch = calloc(1, scrypt_scratch(log_n));
	if (scratch == NULL)
		report_error(0, "not enough memory: this needs %u MB",
		             1u << (log_n > 10 ? log_n - 10 : 0));
	return scratch;
}

static void done_with(uint32_t *scratch, unsigned log_n)
{
	bytes_wipe(scratch, scrypt_scratch(log_n));
	free(scratch);
}

/* ---- out ---- */

/* The key, then the peers file as it is. */
static int gather(const struct identity *id, bool contacts, struct writer *w)
{
	char path[FILE_PATH];
	size_t len = 0;
	if (identity_write(id, w))
		return EXIT_OTHER;
	if (!contacts || !home_file("peers", path))
		return 0;
	enum err err = file_read(path, FILE_TRUSTED, w->at + w->len, w->cap - w->len, &len);
	if (err == ERR_UNREACHABLE)
		return 0;
	if (err == ERR_TRUST)
		return report_error(EXIT_LOCAL, "%s", file_why());
	if (err == ERR_FULL)
		return report_error(EXIT_LOCAL, "%s is too large to be exported", path);
	if (err)
		return report_file("read", path);
	w->len += len;
	return 0;
}

int carry_export(const struct identity *id, bool contacts, const char *file)
{
	char passphrase[PASSPHRASE_TEXT];
	struct writer w = writer_of(text, sizeof text),
		      out = writer_of(file_bytes, sizeof file_bytes);
	int code = gather(id, contacts, &w);
	if (!code && file_exists(file))
		code = report_error(EXIT_LOCAL, "%s already exists. Choose another name.", file);
	if (!code)
		code = passphrase_ask("passphrase for the file: ", "again: ", passphrase);
	if (code) {
		bytes_wipe(text, w.len);
		return code;
	}
	uint32_t *scratch = scratch_of(SEALED_FILE_LOG);
	if (scratch == NULL ||
	    !sealed_file_write(written(&w), span_text(passphrase), seed_random(), scratch, &out))
		code = EXIT_OTHER;
	if (scratch)
		done_with(scratch, SEALED_FILE_LOG);
	bytes_wipe(text, w.len);
	bytes_wipe(passphrase, sizeof passphrase);
	if (!code && file_create(file, written(&out), 0600))
		code = report_file("write", file);
	if (!code)
		report_say("wrote %s. On the other host: schat keygen --import %s. Two hosts with "
		           "one key can't be told apart: use it on one at a time.",
		           file, file);
	return code;
}

/* ---- in ---- */

/* The text of the file, in file_bytes. */
static int unseal(const char *file, struct span *out)
{
	char passphrase[PASSPHRASE_TEXT];
	size_t len;
	unsigned log_n;
	enum err err = file_read(file, FILE_PLAIN, file_bytes, sizeof file_bytes, &len);
	if (err && err != ERR_FULL)
		return report_file("read", file);
	if (err || !sealed_file_work(span_of(file_bytes, len), &log_n))
		return report_error(EXIT_LOCAL, "%s wasn't written by schat keygen --export", file);
	int code = passphrase_ask("passphrase of the file: ", NULL, passphrase);
	if (code)
		return code;
	uint32_t *scratch = scratch_of(log_n);
	err = scratch ? sealed_file_read(file_bytes, len, span_text(passphrase), scratch, out)
	              : ERR_LOCAL;
	bytes_wipe(passphrase, sizeof passphrase);
	if (scratch)
		done_with(scratch, log_n);
	if (err == ERR_AUTH)
		return report_error(EXIT_TRUST, "that isn't the passphrase of %s", file);
	if (err == ERR_FORMAT)
		return report_error(EXIT_LOCAL, "%s is damaged", file);
	return err ? EXIT_LOCAL : 0;
}

static int add_contacts(struct span lines)
{
	static struct book theirs, book;
	struct book_faults faults;
	uint64_t added = 0;
	int code = book_load(&book);
	book_read(&theirs, lines, &faults);
	for (size_t i = 0; i < theirs.count && !code; i++) {
		struct contact *c = &theirs.contacts[i];
		if (book_of_key(&book, &c->key))
			continue;
		code = book_add(&book, c);
		added += !code;
	}
	book_wipe(&theirs);
	book_wipe(&book);
	report_say("added %ju contact%s", added, added == 1 ? "" : "s");
	return code;
}

int carry_import(const char *file, const char *path)
{
	static const char end[] = "-----END PRIVATE KEY-----\n";
	char own[FILE_PATH];
	struct identity id = { .public.type = KEY_NONE };
	struct span all = span_of(NULL, 0), key;
	int code = unseal(file, &all);
	size_t at = 0;
	while (!code && at + sizeof end - 1 <= all.len &&
	       memcmp(all.at + at, end, sizeof end - 1) != 0)
		at++;
	key = span_of(all.at, at + sizeof end - 1 <= all.len ? at + sizeof end - 1 : 0);
	if (!code && identity_read(key, &id))
		code = report_error(EXIT_LOCAL, "there is no key in %s", file);
	if (!code && path == NULL)
		code = key_file_path(id.public.type, own);
	if (!code)
		code = key_file_write(&id, path ? path : own);
	if (!code) {
		report_say("wrote %s", path ? path : own);
		if (path == NULL && all.len > key.len)
			code = add_contacts(span_of(all.at + key.len, all.len - key.len));
	}
	bytes_wipe(&id, sizeof id);
	bytes_wipe(file_bytes, sizeof file_bytes);
	return code;
}
