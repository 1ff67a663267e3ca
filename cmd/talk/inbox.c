#include "cmd/talk/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "files/announced.h"
#include "os/beneath.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/landing.h"
#include "os/rename.h"
#include "ui/safe.h"

/* What is not whole yet; what is, and gets its name when the outbox knows of it. */
#define PART  ".part"
#define WHOLE ".whole-"

static uint64_t taken; /* bytes, in this run */

static bool path_of(const char *folder, const char *name, const char *file,
                    char out[static FILE_PATH])
{
	struct text t = text_of(out, FILE_PATH);
	text_add_format(&t, "%s/%s/%s", folder, name, file);
	errno = ENAMETOOLONG; /* if so */
	return !t.cut;
}

/* The name of a whole message that has this mark. */
static void whole_name(const struct outbox_mark *mark, char out[static 64])
{
	struct text t = text_of(out, 64);
	text_add(&t, WHOLE);
	for (size_t i = 0; i < sizeof mark->name; i++)
		text_add_format(&t, "%x%x", mark->name[i] >> 4, mark->name[i] & 15);
	text_add_format(&t, "-%ju", (uintmax_t)mark->number);
}

static bool read_name(const char *name, struct outbox_mark *mark)
{
	const char *at = name + strlen(WHOLE);
	uint32_t byte;
	if (strncmp(name, WHOLE, strlen(WHOLE)) != 0 || strlen(at) < 2 * OUTBOX_NAME + 2)
		return false;
	for (size_t i = 0; i < OUTBOX_NAME; i++, at += 2) {
		if (!text_read_hex(span_of(at, 2), &byte))
			return false;
		mark->name[i] = (uint8_t)byte;
	}
	return text_read_u64(span_text(at + 1), UINT64_MAX >> 2, &mark->number);
}

/* Gives it the name under which it is found. */
static enum err publish(const char *folder, const char *name, const char *file)
{
	static uint64_t
	    last; /* time: whatever the clock does, no name is used twice, or too early */
	char path[FILE_PATH], final[64];
	last = max_of(clock_unix_ms(), last + 1);
	uint32_t date, s = clock_local(last, &date);
	struct text t = text_of(final, sizeof final);
	text_add_format(&t, "%u-%02u-%02u %02u.%02u.%02u.%03u.txt", date / 10000, date / 100 % 100,
	                date % 100, s / 3600, s / 60 % 60, s % 60, (unsigned)(last % 1000));
	int dir = path_of(folder, name, "", path) ? landing_at(path) : -1;
	bool done = dir >= 0 && rename_free(dir, file, final, false, NULL) == 0;
	enum err err = done ? OK : file_failed();
	descriptor_close(dir);
	return err;
}

/* What a run before has left: it has its name if the contact may know that it came; else it comes
 * again. heard: NULL: who knows? */
static void tidy(const char *folder, const char *name, const struct outbox *heard)
{
	char path[FILE_PATH], one[FILE_PATH];
	struct outbox_mark mark;
	bool is_folder;
	const char *file;
	struct folder *f = heard && path_of(folder, name, "", path) ? folder_open(path) : NULL;
	while (f && (file = folder_next(f, &is_folder)) != NULL) {
		if (!read_name(file, &mark))
			continue;
		if (outbox_heard(heard, &mark))
			(void)publish(folder, name, file);
		else if (path_of(folder, name, file, one))
			(void)file_remove(one);
	}
	if (f)
		folder_close(f);
}

enum err inbox_begin(const char *folder, const char *name, const struct outbox *heard)
{
	char path[FILE_PATH];
	enum err err = path_of(folder, name, PART, path) ? file_make_folders(path) : file_failed();
	if (err)
		return err;
	tidy(folder, name, heard);
	return file_remove(path);
}

enum err inbox_add(const char *folder, const char *name, const struct outbox_mark *mark,
                   struct span text, bool more, uint64_t quota)
{
	static uint8_t bytes[SAFE_ROOM(LIMIT_TEXT) + 1];
	char path[FILE_PATH], whole[FILE_PATH], file[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	safe_text(text, SAFE_NEWLINE | SAFE_TAB, &w);
	write_text(&w, more ? "" : "\n");
	uint64_t room = w.len + (more ? 0 : ANNOUNCED_EACH);
	if (room > quota - taken)
		return ERR_FULL;
	whole_name(mark, file);
	if (!path_of(folder, name, PART, path) || !path_of(folder, name, file, whole))
		return file_failed();
	/* the folder may have been taken away meanwhile, with all that was in it */
	enum err err = file_make_folders(path);
	int fd = err ? -1 : file_append(path);
	if (!err)
		err = fd < 0 ? ERR_LOCAL : file_add(fd, written(&w), !more);
	descriptor_close(fd);
	bytes_wipe(bytes, w.len);
	taken += err ? 0 : room;
	if (!err && !more)
		err = rename(path, whole) == 0 ? OK : file_failed();
	/* what the outbox knows of comes no more: by then its name is on the disk, too */
	return !err && !more && mark->number > 0 ? file_sync_folder(whole) : err;
}

enum err inbox_done(const char *folder, const char *name, const struct outbox_mark *mark)
{
	char file[64], path[FILE_PATH];
	whole_name(mark, file);
	enum err err = publish(folder, name, file);
	/* one without a mark is confirmed by this name alone */
	return !err && mark->number == 0 && path_of(folder, name, file, path)
	           ? file_sync_folder(path)
	           : err;
}

int inbox_files(const struct options *o, const char *name, bool saved)
{
	char path[FILE_PATH];
	struct text t = text_of(path, sizeof path);
	if (o->inbox == NULL || !saved)
		return landing_at(o->dir ? o->dir : ".");
	text_add_format(&t, "%s/%s/files/", o->inbox, name);
	return file_make_folders(path) ? -1 : landing_at(path);
}
