#include "ui/kept.h"

#include <string.h>

#include "base/assert.h"

/* What is known of a message. */
enum {
	SHOWN = 1,
	TAKEN = 2,     /* the chat has it, and its EVENT_SENT is still to come */
	ELSEWHERE = 8, /* ... and an outbox has it, too */
	ASKED = 4      /* it was given out in this round, or one before it was, and has to wait */
};

static size_t size_at(const struct kept *k, size_t at)
{
	return KEPT_HEADER + (size_t)load_be16(k->bytes + at);
}

static uint64_t conv_at(const struct kept *k, size_t at)
{
	return load_be64(k->bytes + at + 3);
}

static struct kept_message message_at(const struct kept *k, size_t at)
{
	return (struct kept_message){ .at = at,
		                      .conv = conv_at(k, at),
		                      .text = span_of(k->bytes + at + KEPT_HEADER,
		                                      load_be16(k->bytes + at)),
		                      .shown = (k->bytes[at + 2] & SHOWN) != 0 };
}

/* The first that has any of these bits, or none of them, for conversation conv (0: any). */
static bool find(const struct kept *k, unsigned bits, bool any, uint64_t conv,
                 struct kept_message *m)
{
	for (size_t at = 0; at < k->len; at += size_at(k, at)) {
		bool has = (k->bytes[at + 2] & bits) != 0;
		if (has != any || (conv > 0 && conv_at(k, at) != conv))
			continue;
		*m = message_at(k, at);
		return true;
	}
	return false;
}

bool kept_add(struct kept *k, struct span text, uint64_t conv)
{
	uint8_t *at = k->bytes + k->len;
	struct kept_message before;
	assert(text.len <= LIMIT_TEXT);
	if (sizeof k->bytes - k->len < KEPT_HEADER + text.len)
		return false;
	store_be16(at, (uint16_t)text.len);
	at[2] = find(k, ASKED, true, conv, &before) ? ASKED : 0;
	store_be64(at + 3, conv);
	memcpy(at + KEPT_HEADER, text.at, text.len);
	k->len += KEPT_HEADER + text.len;
	k->waiting++;
	return true;
}

bool kept_next(struct kept *k, struct kept_message *m)
{
	if (find(k, TAKEN | ASKED, false, 0, m)) {
		k->given = m->at;
		return true;
	}
	for (size_t at = 0; at < k->len; at += size_at(k, at))
		k->bytes[at + 2] &= (uint8_t)~ASKED;
	return false;
}

struct kept_message kept_given(const struct kept *k)
{
	return message_at(k, k->given);
}

void kept_answer(struct kept *k, enum answer answer)
{
	assert(k->given < k->len && k->waiting > 0);
	struct kept_message m = message_at(k, k->given);
	if (answer == ANSWER_LATER) {
		for (size_t at = m.at; at < k->len; at += size_at(k, at))
			if (conv_at(k, at) == m.conv)
				k->bytes[at + 2] |= ASKED;
		return;
	}
	k->waiting--;
	k->bytes[m.at + 2] |= TAKEN;
	if (answer == ANSWER_KEPT)
		k->bytes[m.at + 2] |= ELSEWHERE;
	else if (answer != ANSWER_TAKEN)
		kept_drop(k, &m);
}

bool kept_taken(const struct kept *k, uint64_t conv, struct kept_message *m)
{
	return find(k, TAKEN, true, conv, m);
}

bool kept_elsewhere(const struct kept *k, struct kept_message *m)
{
	return find(k, ELSEWHERE, true, 0, m);
}

bool kept_not_shown(const struct kept *k, struct kept_message *m)
{
	return find(k, SHOWN, false, 0, m);
}

bool kept_shown(const struct kept *k, struct kept_message *m)
{
	return find(k, SHOWN, true, 0, m);
}

void kept_show(struct kept *k, const struct kept_message *m)
{
	k->bytes[m->at + 2] |= SHOWN;
}

void kept_drop(struct kept *k, const struct kept_message *m)
{
	size_t size = size_at(k, m->at);
	k->len -= size;
	memmove(k->bytes + m->at, k->bytes + m->at + size, k->len - m->at);
	bytes_wipe(k->bytes + k->len, size);
}

void kept_again(struct kept *k, uint64_t from, uint64_t to)
{
	for (size_t at = 0; at < k->len; at += size_at(k, at))
		if (conv_at(k, at) == from)
			store_be64(k->bytes + at + 3, to);
}

void kept_over(struct kept *k, uint64_t conv, bool all)
{
	for (size_t at = 0; at < k->len;) {
		unsigned bits = k->bytes[at + 2] & (TAKEN | ELSEWHERE);
		struct kept_message m = message_at(k, at);
		bool drop = (conv == 0 || m.conv == conv) && (bits == TAKEN || (bits && all));
		at += drop ? 0 : size_at(k, at);
		if (drop)
			kept_drop(k, &m);
	}
}
