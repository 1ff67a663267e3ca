#include "cmd/talk/fetched.h"

#include <errno.h>
#include <string.h>

#include "cmd/talk/phrase.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/process.h"

enum { NAMES = 8192 }; /* bytes of names; there may be more */

bool fetched_path(struct span path, char out[static FILE_PATH])
{
	const char *home = process_environment("HOME");
	struct text t = text_of(out, FILE_PATH);
	if (home && path.len >= 2 && memcmp(path.at, "~/", 2) == 0) {
		text_add(&t, home);
		path = span_after(path, 1);
	}
	text_add_span(&t, path);
	errno = t.cut ? ENAMETOOLONG : errno;
	return !t.cut;
}

void fetched_file(struct terminal_io *io, struct span path)
{
	static uint8_t bytes[LIMIT_TEXT];
	char at[FILE_PATH];
	struct phrase p;
	size_t len = 0;
	(void)fetched_path(path, at);
	enum err err = file_read(at, FILE_PLAIN, bytes, sizeof bytes, &len);
	struct event e = { .kind = EVENT_FILE, .text = span_of(bytes, len) };
	if (err) {
		phrase_of(&p, err, "can't send %s: %s", at,
		          err == ERR_FULL ? "a message has at most 16000 bytes" : file_why());
		e = phrase_event(&p, EVENT_ERROR);
	}
	(void)terminal_io_show(io, &e);
	bytes_wipe(bytes, sizeof bytes);
}

/* Puts name, a 0 behind it, among those in w, in order. */
static void insert(struct writer *w, const struct text *name)
{
	size_t at = 0;
	if (name->cut || name->len + 1 > w->cap - w->len)
		return;
	while (at < w->len && strcmp((const char *)w->at + at, name->at) < 0)
		at += strlen((const char *)w->at + at) + 1;
	memmove(w->at + at + name->len + 1, w->at + at, w->len - at);
	memcpy(w->at + at, name->at, name->len + 1);
	w->len += name->len + 1;
}

void fetched_names(struct terminal_io *io, struct span typed)
{
	static uint8_t names[NAMES];
	struct writer w = writer_of(names, sizeof names);
	char path[FILE_PATH], word[FILE_PATH];
	size_t folder = typed.len; /* the part of typed that names one */
	while (folder > 0 && typed.at[folder - 1] != '/')
		folder--;
	struct span begin = span_after(typed, folder);
	(void)fetched_path(span_of(typed.at, folder), path);
	struct folder *f = folder_open(folder > 0 ? path : ".");
	const char *name;
	bool is_folder;
	while (f && (name = folder_next(f, &is_folder)) != NULL) {
		struct text t = text_of(word, sizeof word);
		bool hidden = name[0] == '.' && begin.len == 0;
		if (hidden || strncmp(name, (const char *)begin.at, begin.len) != 0)
			continue;
		text_add_span(&t, span_of(typed.at, folder));
		text_add_format(&t, "%s%s", name, is_folder ? "/" : "");
		insert(&w, &t);
	}
	if (f)
		folder_close(f);
	struct event e = { .kind = EVENT_NAMES, .id = typed, .text = written(&w) };
	(void)terminal_io_show(io, &e);
}
