#include "wire/stamp.h"

#include <string.h>

#include "base/siphash.h"

_Static_assert((int)STAMP_KEY == (int)SIPHASH_KEY, "tags are SipHash's");

/* What comes before it is covered; what comes after it is ignored by all. */
enum { STAMP_OF_HELLO = 45, STAMP_OF_JOIN = 43 };
_Static_assert(STAMP_OF_HELLO + STAMP_ID + STAMP_TAG <= HELLO_LEN &&
                   STAMP_OF_JOIN + STAMP_ID + STAMP_TAG <= JOIN_LEN,
               "it takes the place of reserved bytes");

/* 0: it bears none. */
static size_t place_of(struct span message)
{
	if (message.len < 2 || message.at[1] != SIGNALING_VERSION)
		return 0;
	if (message.at[0] == PACKET_HELLO && message.len >= HELLO_LEN)
		return STAMP_OF_HELLO;
	return message.at[0] == PACKET_JOIN && message.len >= JOIN_LEN ? STAMP_OF_JOIN : 0;
}

static void tag_of(struct span covered, const uint8_t key[static STAMP_KEY],
                   uint8_t tag[static STAMP_TAG])
{
	siphash_128(key, covered, tag);
}

void stamp_id(const uint8_t key[static STAMP_KEY], uint8_t id[static STAMP_ID])
{
	uint8_t whole[STAMP_TAG];
	tag_of(span_of((const uint8_t *)"id", 2), key, whole); /* no message begins so */
	memcpy(id, whole, STAMP_ID);
}

void stamp_put(uint8_t *message, size_t len, const uint8_t key[static STAMP_KEY])
{
	size_t at = place_of(span_of(message, len));
	if (at == 0)
		return;
	stamp_id(key, message + at);
	tag_of(span_of(message, at + STAMP_ID), key, message + at + STAMP_ID);
}

const uint8_t *stamp_of(struct span message)
{
	size_t at = place_of(message);
	return at ? message.at + at : NULL;
}

bool stamp_good(struct span message, const uint8_t key[static STAMP_KEY])
{
	size_t covered = place_of(message) + STAMP_ID;
	uint8_t tag[STAMP_TAG];
	tag_of(span_of(message.at, covered), key, tag);
	return bytes_equal(tag, message.at + covered, STAMP_TAG);
}
