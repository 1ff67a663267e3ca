#include "cmd/outbox_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/base32.h"
#include "base/text.h"
#include "cmd/home.h"
#include "cmd/seed.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/file.h"
#include "os/folder.h"

enum { NAME = 10 /* bytes of each hash that are in the name of a file */, NAME_TEXT = 16 };

void outbox_file_key(const struct identity *own, struct outbox_file_key *key)
{
	struct span secret = span_of(own->secret.x25519, sizeof own->secret.x25519);
	if (own->public.type == KEY_RSA)
		secret = span_of(own->secret.rsa.parts, sizeof own->secret.rsa.parts);
	sha256_hkdf(span_of(NULL, 0), secret, span_text("schat outbox"), key->secret,
	            sizeof key->secret);
	public_key_hash(&own->public, key->name);
}

/* How the names of a contact's files begin. */
static void add_contact(struct text *t, const char *fingerprint, uint8_t about[static HASH_LEN])
{
	char text[NAME_TEXT + 1];
	sha256(PARTS(span_text("schat outbox"), span_text(fingerprint)), about);
	base32_encode(span_of(about, NAME), text);
	text_add(t, text);
}

static bool path_of(const uint8_t about[static HASH_LEN], const uint8_t own[static HASH_LEN],
                    char path[static FILE_PATH])
{
	char name[64], text[NAME_TEXT + 1];
	struct text t = text_of(name, sizeof name);
	base32_encode(span_of(about, NAME), text);
	text_add_format(&t, "outbox/%s-", text);
	base32_encode(span_of(own, NAME), text);
	text_add(&t, text);
	return home_file(name, path);
}

static enum err load(struct outbox_file *f, const char *path)
{
	size_t len = 0;
	uint8_t *bytes = calloc(1, OUTBOX_FILE);
	if (bytes == NULL)
		return ERR_LOCAL;
	enum err err = file_read(path, FILE_PRIVATE, bytes, OUTBOX_FILE, &len);
	if (err == OK && !outbox_read(f->outbox, bytes, len))
		err = ERR_FORMAT;
	bytes_wipe(bytes, len);
	free(bytes);
	return err == ERR_UNREACHABLE ? OK : err == ERR_FULL ? ERR_FORMAT : err;
}

static enum err open_outbox(struct outbox_file *f, const struct outbox_file_key *key,
                            const char *fingerprint, bool looks, unsigned wait_ms)
{
	char path[FILE_PATH], name[NAME_TEXT + 1];
	struct text t = text_of(name, sizeof name);
	*f = (struct outbox_file){ .fd = -1, .lock = -1 };
	add_contact(&t, fingerprint, f->about);
	memcpy(f->name, key->name, sizeof f->name);
	if (!path_of(f->about, f->name, path))
		return ERR_LOCAL;
	enum err err = looks ? OK : file_make_folders(path);
	if (!err && !looks)
		err = file_lock(path, wait_ms, &f->lock);
	if (err)
		return err;
	f->outbox = outbox_new(span_of(key->secret, sizeof key->secret),
	                       span_of(f->about, sizeof f->about), seed_random(), clock_unix_s());
	err = f->outbox ? load(f, path) : ERR_LOCAL;
	if (err) {
		outbox_free(f->outbox);
		descriptor_close(f->lock);
		f->outbox = NULL;
		f->lock = -1;
	}
	return err;
}

enum err outbox_file_open(struct outbox_file *f, const struct outbox_file_key *key,
                          const char *fingerprint, unsigned wait_ms)
{
	return open_outbox(f, key, fingerprint, false, wait_ms);
}

enum err outbox_file_look(struct outbox_file *f, const struct outbox_file_key *key,
                          const char *fingerprint)
{
	return open_outbox(f, key, fingerprint, true, 0);
}

const char *outbox_file_shown(const struct outbox_file *f)
{
	static char shown[FILE_PATH];
	char path[FILE_PATH] = "";
	(void)path_of(f->about, f->name, path);
	home_short(path, shown);
	return shown;
}

enum err outbox_file_write(struct outbox_file *f)
{
	static uint8_t bytes[OUTBOX_WRITE];
	char path[FILE_PATH];
	bool whole, sync;
	struct writer w = writer_of(bytes, sizeof bytes);
	if (f->outbox == NULL || !outbox_output(f->outbox, &w, &whole, &sync))
		return OK;
	enum err err = ERR_LOCAL;
	if (!whole) {
		err = file_add(f->fd, written(&w), sync);
	} else if (path_of(f->about, f->name, path)) {
		descriptor_close(f->fd);
		err = file_replace(path, written(&w), 0600);
		f->fd = err ? -1 : file_append(path);
		err = f->fd < 0 ? ERR_LOCAL : OK;
	}
	bytes_wipe(bytes, w.len);
	if (err)
		outbox_failed(f->outbox);
	return err;
}

void outbox_file_close(struct outbox_file *f)
{
	if (f->outbox == NULL)
		return;
	outbox_free(f->outbox);
	descriptor_close(f->fd);
	descriptor_close(f->lock);
	*f = (struct outbox_file){ .fd = -1 };
}

/* Removes the contact's, or only counts them. */
static unsigned each(const char *fingerprint, bool removes, enum err *err)
{
	uint8_t about[HASH_LEN];
	char path[FILE_PATH], begin[NAME_TEXT + 1];
	struct text t = text_of(begin, sizeof begin);
	bool is_folder;
	const char *name;
	unsigned count = 0;
	add_contact(&t, fingerprint, about);
	struct folder *f = home_file("outbox", path) ? folder_open(path) : NULL;
	while (f && (name = folder_next(f, &is_folder)) != NULL) {
		char one[FILE_PATH];
		struct text at = text_of(one, sizeof one);
		text_add_format(&at, "%s/%s", path, name);
		if (strncmp(name, begin, strlen(begin)) != 0 || at.cut)
			continue;
		count += strstr(name, ".lock") == NULL;
		if (removes && file_remove(one))
			*err = ERR_LOCAL;
	}
	if (f)
		folder_close(f);
	return count;
}

bool outbox_file_exists(const char *fingerprint)
{
	return each(fingerprint, false, NULL) > 0;
}

enum err outbox_file_remove(const char *fingerprint)
{
	enum err err = OK;
	(void)each(fingerprint, true, &err);
	return err;
}
