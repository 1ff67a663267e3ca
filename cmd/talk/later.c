#include "cmd/talk/later.h"

#include <errno.h>
#include <string.h>

#include "cmd/seed.h"
#include "cmd/talk/fetched.h"
#include "cmd/talk/phrase_files.h"
#include "os/process.h"

unsigned later_number(void)
{
	static unsigned last;
	return ++last;
}

void later_key(const struct identity *own, uint8_t key[static ANNOUNCED_KEY])
{
	static uint8_t drawn[ANNOUNCED_KEY];
	struct span secret = span_of(drawn, sizeof drawn);
	if (own == NULL && bytes_zero(drawn, sizeof drawn))
		random_fill(seed_random(), drawn, sizeof drawn);
	if (own != NULL && own->public.type == KEY_X25519)
		secret = span_of(own->secret.x25519, sizeof own->secret.x25519);
	else if (own != NULL)
		secret = span_of(own->secret.rsa.parts, sizeof own->secret.rsa.parts);
	sha256_hkdf(span_of(NULL, 0), secret, span_text("schat files"), key, ANNOUNCED_KEY);
}

void later_failed(struct phrase *p, enum err err, const char *path, bool typed)
{
	bool usage = err == ERR_USAGE || err == ERR_EXISTS || err == ERR_FORMAT,
	     two = !usage && typed && strchr(path, ' ');
	if (err == ERR_FULL)
		phrase_of(p, ERR_FULL,
		          "can't keep %s for later: there is too much in it. Send it when the "
		          "contact is there.",
		          path);
	else
		phrase_of(p, usage ? ERR_USAGE : ERR_LOCAL, "can't send %s: %s%s", path,
		          phrase_files_unfit(err),
		          two ? "; /send takes one file or folder: write its name as it is, with "
		                "its blanks"
		              : "");
}

/* From the root, so that it is found by a run that is started elsewhere. False: errno says why. */
static bool whole_path(struct span path, char out[static FILE_PATH])
{
	char given[FILE_PATH];
	struct text t = text_of(out, FILE_PATH);
	bool fits = fetched_path(path, given), below = fits && given[0] != '/';
	bool known = !below || process_folder(out, FILE_PATH);
	if (below && known) {
		t.len = strlen(out);
		text_add(&t, "/");
	}
	text_add(&t, given);
	if (t.cut || (!known && errno == ERANGE))
		errno = ENAMETOOLONG;
	return fits && known && !t.cut;
}

unsigned later_add(struct outbox *o, struct span path, const struct identity *own, const char *name,
                   struct phrase *p)
{
	uint8_t note[PARCEL_VERSION + FILE_PATH], version[PARCEL_VERSION], key[ANNOUNCED_KEY];
	struct writer w = writer_of(note, sizeof note);
	char at[FILE_PATH];
	unsigned number = later_number();
	enum err err = ERR_LOCAL;
	if (whole_path(path, at)) {
		later_key(own, key);
		err = transfer_version(at, key, version);
		bytes_wipe(key, sizeof key);
	}
	if (err) {
		later_failed(p, err, at, true);
		return 0;
	}
	write_span(&w, span_of(version, sizeof version));
	write_text(&w, at);
	if (outbox_add_file(o, written(&w), number)) {
		phrase_of(p, ERR_FULL, "can't keep %s for %s: too much is waiting", at, name);
		return 0;
	}
	phrase_of(p, OK, "%s waits for %s; it is read when %s is there. To withdraw it: /cancel %u",
	          at, name, name, number);
	return number;
}

bool later_read(struct span note, char path[static FILE_PATH],
                uint8_t version[static PARCEL_VERSION])
{
	struct text t = text_of(path, FILE_PATH);
	if (note.len <= PARCEL_VERSION || note.at[PARCEL_VERSION] != '/')
		return false;
	memcpy(version, note.at, PARCEL_VERSION);
	text_add_span(&t, span_after(note, PARCEL_VERSION));
	return !t.cut;
}
