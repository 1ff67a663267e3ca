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
	return slot->state == SLOT_PROVED && session_comparing(slot->session);
}

void first_use_heard(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct session *s = slot->session;

	if (session_asks_nonce(s) && slot_try(ep, slot, now))
		session_give_nonce(s);
	if (*session_compared(s) == '\0')
		return;
	slot_try_good(ep, slot);
	memcpy(slot->words, session_compared(s), sizeof slot->words);
}

bool first_use_stranded(const struct slot *slot)
{
	struct route route;

	return slot_comparing(slot) && !session_route_at(slot->session, 0, &route);
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
	else if (now >= slot->proved_at + LIMIT_HANDSHAKE_US)
		session_close(slot->session, CLOSE_PROTOCOL,
		              span_text("no words to compare came about"));
}

uint64_t first_use_deadline(const struct slot *slot)
{
	enum err err;
	struct span text;

	if (session_over(slot->session, &err, &text))
		return 0;
	return session_closing(slot->session) ? NEVER : slot->proved_at + LIMIT_HANDSHAKE_US;
}
