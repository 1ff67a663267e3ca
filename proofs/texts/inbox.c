/* inbox: the names of files that wait in an inbox, cmd/talk/inbox; of up to so many bytes. */
#include "proofs/parsers/any.h"

/* What the C library does. */
static int compare(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return 1;
		if (a[i] == 0)
			return 0;
	}
	return 0;
}
#include <string.h>
#define strncmp compare
#include "cmd/talk/inbox.c"

static void read_all(size_t len)
{
	struct outbox_mark mark;
	char *name = (char *)any_bytes(len + 1).at;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)Frama_C_interval(1, 255);
	name[len] = 0;
	read_name(name, &mark);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
