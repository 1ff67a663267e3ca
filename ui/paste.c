/* paste: see paste.h. */
#include "ui/paste.h"

#include <string.h>

#include "base/utf8.h"

bool paste_is_on(const struct paste *p)
{
	return p->on;
}

void paste_begin(struct paste *p, const struct edit *e)
{
	struct span line = edit_text(e);
	p->on = true;
	p->cut = false;
	p->bytes = 0;
	if (line.len > 0)
		memcpy(p->before, line.at, line.len);
	p->before_len = line.len;
	p->before_cursor = edit_cursor(e);
}

void paste_flush(struct paste *p, struct edit *e)
{
	if (edit_insert(e, span_of(p->chunk, p->chunk_len)) < p->chunk_len)
		p->cut = true;
	p->chunk_len = 0;
}

void paste_add(struct paste *p, struct edit *e, uint32_t rune)
{
	if (p->chunk_len + 4 > sizeof p->chunk)
		paste_flush(p, e);
	size_t len = utf8_encode(rune, p->chunk + p->chunk_len);
	p->chunk_len += len;
	p->bytes += len;
}

bool paste_end(struct paste *p, struct edit *e)
{
	paste_flush(p, e);
	p->on = false;
	if (p->cut)
		edit_restore(e, span_of(p->before, p->before_len), p->before_cursor);
	bytes_wipe(p->before, p->before_len);
	p->before_len = 0;
	return !p->cut;
}

uint64_t paste_bytes(const struct paste *p)
{
	return p->bytes;
}
