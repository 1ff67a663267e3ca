/* fetched: what the console wants of the file system, cmd/talk/fetched: a path that was typed, of
 * up to so many bytes, and up to three names in a folder, of two at most. In run, paths are short,
 * and there is room for two names. */
#include <string.h>

#include "base/bytes.h"

/* What the C library does; less than 0, 0 or more in a state of its own. */
static int compare(const char *a, const char *b)
{
	strlen(a);
	strlen(b);
	return Frama_C_interval(-1, 1);
}
#define strcmp compare

static int compare_begin(const char *a, const char *b, size_t len)
{
	strlen(a);
	if (len > 0)
		b[len - 1];
	return Frama_C_interval(0, 1);
}
#define strncmp compare_begin

static inline void *move_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memmove(to, from, len) : to;
}
#define memmove move_some

#include "base/text.h"
#undef text_add_format
#define text_add_format(t, format, a, b) (text_add(t, a), text_add(t, b))

#include "cmd/talk/fetched.c"
#include "proofs/states/any.h"

/* Names have no 0 but their last byte, so that Eva knows how long they are. */
static void make_name(char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (char)Frama_C_interval(1, 127);
	at[len] = 0;
}

static char name[3], home[3], typed[LEN + 1];

const char *process_environment(const char *variable)
{
	(void)variable;
	make_name(home, 2);
	return any_bool() ? home : NULL;
}

/* Nothing is said of *len where it fails. */
enum err file_read(const char *path, enum file_care care, void *to, size_t cap, size_t *len)
{
	(void)care;
	strlen(path);
	if (any_bool())
		return any_bool() ? ERR_LOCAL : ERR_FULL;
	Frama_C_make_unknown(to, cap);
	*len = (size_t)Frama_C_interval(0, (int)cap);
	return OK;
}

const char *file_why(void)
{
	return "why";
}

static int folder_left;

struct folder *folder_open(const char *path)
{
	strlen(path);
	folder_left = 3;
	return any_bool() ? (struct folder *)(void *)&folder_left : NULL;
}

const char *folder_next(struct folder *f, bool *is_folder)
{
	(void)f;
	if (folder_left-- == 0)
		return NULL;
	int len = Frama_C_interval(1, 2);
	//@ split len;
	;
	make_name(name, (size_t)len);
	*is_folder = any_bool();
	return name;
}

void folder_close(struct folder *f)
{
	(void)f;
}

void phrase_of(struct phrase *p, enum err err, const char *format, ...)
{
	(void)p, (void)err, (void)format;
}

struct event phrase_event(const struct phrase *p, enum event_kind kind)
{
	(void)p;
	return (struct event){ .kind = kind };
}

bool terminal_io_show(struct terminal_io *io, struct event *event)
{
	(void)io;
	if (event->text.len > 0)
		event->text.at[0], event->text.at[event->text.len - 1];
	return any_bool();
}

static void read_all(size_t len)
{
	struct terminal_io io;
	make_name(typed + LEN - len, len);
	fetched_file(&io, span_of(typed + LEN - len, len));
	fetched_names(&io, span_of(typed + LEN - len, len));
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
