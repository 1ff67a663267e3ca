#include "cmd/access_file.h"

#include <stdlib.h>

#include "os/file.h"

void access_file_free(struct access *a)
{
	if (a)
		bytes_wipe(a, sizeof *a);
	free(a);
}

struct access *access_file_load(const char *path, struct text *why)
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
	bool good = !err && access_read(a, span_of(text, len), path, why);
	if (text)
		bytes_wipe(text, len);
	free(text);
	if (good)
		return a;
	access_file_free(a);
	return NULL;
}
