/* first_use: peers that are trusted on first use (--tofu): neither program hears of the other
 * before the words are there that their users compare, and who tries his luck with them has three
 * tries. docs/PROTOCOL.md 4.4. */
#include <string.h>

#include "endpoint/slot.h"

bool first_use_payload_fits(const struct encryptor *keys)
{
	struct reader r = reader_of(span_of(keys->peer_payload, keys->peer_payload_len));

	read_u8(&r); /* mode */
	size_t nick = read_u8(&r);
	read_span(&r, nick);
	return nick <= LIMIT_NICK && read_end(&r);
}

bool slot_comparing(const struct slot *slot)
{
	return slot->state == SLOT_PROVED && control_comparing(slot->session);
}

void first_use_heard(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct compare *c = &slot->session->compare;

	if (c->state == COMPARE_ASKS && slot_try(ep, slot, now)) {
		compare_go(c);
		control_compare(slot->session);
	}
	if (c->state != COMPARE_DONE)
		return;
	slot_try_good(ep, slot);
	memcpy(slot->words, c->words, sizeof slot->words);
}

bool first_use_stranded(const struct slot *slot)
{
	if (!slot_comparing(slot))
		return false;
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (slot->session->paths[i].stage != PATH_FREE)
			return false;
	}
	return true;
}

/* The session has ended before there were words. */
static void failed(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct endpoint_event why = {
		.kind = ENDPOINT_FAILED,
		.err = ERR_AUTH,
		.text = span_text("the other side broke off before there were words to compare")
	};

	if (ep->config.initiator)
		seek_over(ep, slot, &why, now);
	else
		slot_dismiss(ep, slot);
}

void first_use_timer(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	enum err err;
	struct span text;

	if (session_over(slot->session, &err, &text))
		failed(ep, slot, now);
	else if (now >= slot->session->started_at + LIMIT_HANDSHAKE_US)
		session_close(slot->session, CLOSE_PROTOCOL,
		              span_text("no words to compare came about"));
}

uint64_t first_use_deadline(const struct slot *slot)
{
	enum err err;
	struct span text;

	if (session_over(slot->session, &err, &text))
		return 0;
	return slot->session->closing || slot->session->over
	           ? NEVER
	           : slot->session->started_at + LIMIT_HANDSHAKE_US;
}
