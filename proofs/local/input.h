/* What stands in proofs/local for standard input: any bytes, in any pieces, an end or an error. */
#pragma once

#include "os/descriptor.h"
#include "proofs/local/texts.h"

enum err descriptor_await(int fd, void *to, size_t cap, size_t *len)
{
	(void)fd;
	if (any_bool())
		return ERR_LOCAL;
	Frama_C_make_unknown(to, cap);
	*len = (size_t)Frama_C_interval(0, (int)cap);
	return OK;
}

const char *descriptor_why(void)
{
	return "why";
}

int report_error(int exit_status, const char *format, ...)
{
	(void)format;
	return exit_status;
}
