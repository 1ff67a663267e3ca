/* What stands in proofs/local for standard input: any bytes, in any pieces, an end or an error; and
 * for the environment. */
#pragma once

#include "os/descriptor.h"
#include "proofs/local/texts.h"

enum err descriptor_await(int fd, void *to, size_t cap, size_t *len)
{
	(void)fd;
	if (any_bool())
		return ERR_LOCAL;
	*len = (size_t)Frama_C_interval(0, (int)cap);
	//@ split *len;
	if (*len > 0)
		Frama_C_make_unknown(to, *len);
	return OK;
}

const char *descriptor_why(void)
{
	return "why";
}

bool process_environment_take(const char *name, char *out, size_t cap)
{
	(void)name;
	if (any_bool())
		return false;
	(void)any_text(out, cap - 1);
	return true;
}

/* Any order of two texts. */
static inline int compare(const char *a, const char *b)
{
	strlen(a), strlen(b);
	return Frama_C_interval(-1, 1);
}
#define strcmp compare
