#include "cmd/absent.h"

#include "cmd/key_file.h"
#include "cmd/outbox_file.h"
#include "os/clock.h"

struct absent absent_for(const struct contact *c)
{
	char path[FILE_PATH], fingerprint[FINGERPRINT_TEXT];
	struct absent a = { .lines = 0 };
	struct text why = text_of(a.why, sizeof a.why);
	struct identity own;
	struct outbox_file_key key;
	struct outbox_file f;
	static unsigned keyless; /* a bit a type of key, which is told once */
	public_key_fingerprint(&c->key, fingerprint);
	if (!outbox_file_exists(fingerprint) || key_file_path(c->key.type, path) ||
	    !file_exists(path))
		return a;
	unsigned bit = 1u << c->key.type;
	if (!(keyless & bit) && key_file_read(path, false, &own) != 0)
		keyless |= bit;
	if (keyless & bit) {
		text_add(&why, "can't be read without your key");
		return a;
	}
	outbox_file_key(&own, &key);
	enum err err = outbox_file_look(&f, &key, fingerprint);
	if (!err) {
		a.lines = outbox_waiting(f.outbox);
		a.files = outbox_files(f.outbox);
		a.since_s = outbox_since(f.outbox);
	} else if (err == ERR_FORMAT) {
		text_add_format(&why, ABSENT_DAMAGED, c->name, outbox_file_shown(&f));
	} else {
		text_add_format(&why, "can't be read: %s", file_why());
	}
	outbox_file_close(&f);
	bytes_wipe(&own, sizeof own);
	bytes_wipe(&key, sizeof key);
	return a;
}

void absent_write(const struct absent *a, struct text *t)
{
	char day[11];
	text_add(t, a->why);
	if (a->lines > 0)
		text_add_format(t, "%u line%s", a->lines, a->lines == 1 ? "" : "s");
	if (a->files > 0)
		text_add_format(t, "%s%u file%s", a->lines > 0 ? " and " : "", a->files,
		                a->files == 1 ? "" : "s");
	if (a->lines + a->files == 0)
		return;
	clock_day(a->since_s, day);
	text_add_format(t, " since %s", day);
}
