/* fetch: takes what an interactor shows, as a program does that can write so many bytes. */
#pragma once

#include <string.h>

#include "ui/interactor.h"

static inline size_t fetch(struct interactor *ui, int *where, void *out, size_t cap)
{
	struct span bytes = interactor_output(ui, where);
	size_t len = bytes.len < cap ? bytes.len : cap;
	if (len > 0)
		memcpy(out, bytes.at, len);
	interactor_written(ui, len);
	return len;
}
