#include "cmd/access_file.h"

#include <stdlib.h>

#include "cmd/report.h"
#include "os/clock.h"
#include "os/file.h"

void access_file_free(struct access *a)
{
	if (a)
		bytes_wipe(a, sizeof *a);
	free(a);
}

static struct access *load(const char *path, struct text *why)
{
	struct access *a = calloc(1, sizeof *a);
	uint8_t *text = malloc(ACCESS_FILE);
	size_t len = 0;
	enum err err =
	    a && text ? file_read(path, FILE_PRIVATE, text, ACCESS_FILE, &len) : ERR_LOCAL;
	if (err == ERR_TRUST)
		text_add(why, file_why());
	else if (err)
		text_add_format(why, "can't read %s: %s", path,
		                a && text ? file_why() : "out of memory");
	bool old = !err && report_old_lines(span_of(text, len));
	if (old)
		text_add_format(why, "%s " REPORT_OLD_LINES, path);
	bool good = !err && !old && access_read(a, span_of(text, len), path, why);
	if (text)
		bytes_wipe(text, len);
	free(text);
	if (good)
		return a;
	access_file_free(a);
	return NULL;
}

void access_file_count(const struct access *keys, struct text *out)
{
	unsigned expired = 0;
	uint64_t day = clock_unix_s() / 86400;
	for (unsigned i = 1; i <= keys->count; i++)
		expired += day > keys->at[i].last_day;
	text_add_format(out, "%u key%s", keys->count, keys->count == 1 ? "" : "s");
	if (expired > 0)
		text_add_format(out, ", of which %u %s expired (until=)", expired,
		                expired == 1 ? "has" : "have");
}

bool access_file_read(struct access_file *f, struct server *server)
{
	char why[REPORT_TROUBLE];
	struct text t = text_of(why, sizeof why);
	if (f->path == NULL)
		return true;
	struct access *new = load(f->path, &t);
	if (new &&server) {
		server_access(server, new);
		text_add_format(&t, "read %s again: ", f->path);
		access_file_count(new, &t);
		report_say("%s", why);
	} else if (new == NULL) {
		text_add(&t, server ? "; the keys stay as they were" : "");
		(void)report_error(0, "%s", why);
	}
	if (why[0])
		report_log("%s", why);
	if (new == NULL)
		return false;
	access_file_free(f->keys);
	f->keys = new;
	return true;
}
