#include "chat/said.h"

#include <string.h>

#include "base/assert.h"

bool said_has_room(const struct said *s, size_t text_len)
{
	return SAID_WAITING - s->end >= text_len + 2;
}

void said_add_text(struct said *s, struct span text, bool more)
{
	assert(said_has_room(s, text.len));
	store_be16(s->waiting + s->end, (uint16_t)text.len);
	if (text.len > 0)
		memcpy(s->waiting + s->end + 2, text.at, text.len);
	s->end += 2 + text.len;
	s->waiting_count++;
	s->count++;
	s->half = more;
}

void said_add_bytes(struct said *s, size_t len)
{
	s->count += len;
}

bool said_confirm(struct said *s, uint64_t count)
{
	if (count > s->count)
		return false;
	if (count > s->confirmed)
		s->confirmed = count;
	return true;
}

bool said_take_sent(struct said *s, uint64_t *number, struct span *text)
{
	memmove(s->waiting, s->waiting + s->start, s->end - s->start);
	s->end -= s->start;
	s->start = 0;
	if (s->waiting_count == 0)
		return false;
	size_t len = load_be16(s->waiting);
	*text = span_of(s->waiting + 2, len);
	*number = s->count - --s->waiting_count;
	s->start = 2 + len;
	return true;
}

bool said_take_confirmed(struct said *s, uint64_t *number)
{
	if (s->confirmed == s->confirmed_reported)
		return false;
	*number = s->confirmed_reported = s->confirmed;
	return true;
}

bool said_waits(const struct said *s, bool confirmed)
{
	return s->waiting_count > 0 || (confirmed && s->confirmed != s->confirmed_reported);
}
