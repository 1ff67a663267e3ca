/* fuzz: what an authenticated peer may say. The input becomes frames of genuine packets, with steps
 * of time and of the chat between them. Nothing is written over, no assert fails, and the deadline
 * is never in the past for ever. runs: 4000
 */
#include <stdlib.h>
#include <string.h>

#include "chat/chat.h"
#include "session/keyring.h"
#include "session/session_net.h"
#include "tests/unit/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static const uint8_t psk[1][PSK_LEN];

static struct encryptor *keys_of(bool initiator, struct random *random)
{
	enum err err;
	struct encryptor_config config = { .initiator = initiator,
		                           .psks = psk,
		                           .psks_count = 1,
		                           .payload = span_text("\1"),
		                           .random = random };
	struct encryptor *e = encryptor_new(encryptor_class_of(SUITE_PSEUDO), &config, &err);
	if (e == NULL)
		abort();
	return e;
}

static const struct route forwarder = { .kind = ROUTE_FORWARD_UDP,
	                                .link = 1,
	                                .remote = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
	                                            .port = 7000 },
	                                .pair = 7 };

/* A responder's session under test, and the initiator's keys with which its peer speaks. */
static struct session *start(struct keyring *peer, struct random *random, uint64_t now)
{
	uint8_t bytes[LIMIT_HANDSHAKE], back[LIMIT_HANDSHAKE];
	struct writer hello = writer_of(bytes, sizeof bytes), answer = writer_of(back, sizeof back),
		      none = writer_of(NULL, 0);
	struct encryptor *own = keys_of(false, random), *theirs = keys_of(true, random);
	struct session_config config = { .initiator = false,
		                         .suite = encryptor_class_of(SUITE_PSEUDO),
		                         .silence_us = 60 * SECOND,
		                         .random = random };

	if (encryptor_handshake(theirs, span_of(NULL, 0), &hello) != OK ||
	    encryptor_handshake(own, written(&hello), &answer) != OK ||
	    encryptor_handshake(theirs, written(&answer), &none) != OK)
		abort();
	keyring_init(peer, theirs, true, now);
	return session_new(&config, own, &forwarder, now);
}

static void speak(struct session *s, struct keyring *peer, struct span frames, unsigned from,
                  uint64_t now)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route route = forwarder;
	uint64_t number;

	if (from > 0)
		route = (struct route){ .kind = ROUTE_UDP,
			                .link = 1,
			                .remote = addr_v4(192, 0, 2, (uint8_t)from, 1000) };
	memcpy(packet + SEALED_HEADER, frames.at, frames.len);
	size_t len = keyring_seal(peer, packet, frames.len, from % LIMIT_PATH_IDS, &number);
	if (!session_owns(s, packet + 1))
		abort();
	session_input(s, &route, packet, len, now);
}

/* What the peer opens is read, answered, and ended in one way or another; and we open some. */
static void use_streams(struct session *s, unsigned ours[static 2])
{
	unsigned id;
	uint8_t code;

	while (session_opened(s, &id)) {
		struct span in = session_read(s, id);

		session_consume(s, id, in.len);
		(void)session_write(s, id, span_text("back"));
		if (id % 3 == 0)
			session_finish(s, id);
		if (id % 5 == 0)
			session_reset(s, id, RESET_REFUSED);
		if (id % 7 != 0)
			session_release(s, id); /* else nobody ever reads it */
	}
	for (unsigned i = 0; i < 2; i++) {
		if (ours[i] == 0)
			ours[i] = session_open(s);
		if (ours[i] == 0)
			continue;
		(void)session_write(s, ours[i], span_text("to"));
		session_consume(s, ours[i], session_read(s, ours[i]).len);
		if (i == 1)
			session_finish(s, ours[i]);
		if (session_is_reset(s, ours[i], &code) || session_ended(s, ours[i])) {
			session_release(s, ours[i]);
			ours[i] = 0;
		}
	}
}

static void listen(struct session *s, struct chat *ch)
{
	struct event event;
	enum err err;
	struct span text;

	chat_step(ch);
	for (int i = 0; i < 100 && chat_take(ch, &event); i++) {
		if (event.kind == EVENT_TEXT)
			chat_shown(ch, event.number);
		if (event.kind == EVENT_PEER_LEFT)
			chat_finish(ch);
		chat_step(ch);
	}
	(void)chat_over(ch, &err, &text);
	(void)session_over(s, &err, &text);
}

static uint64_t answer(struct session *s, uint64_t now, uint64_t step)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;

	session_timer(s, now);
	for (int i = 0; session_output(s, &to, packet, now) > 0; i++) {
		if (i > 10000)
			abort();
	}
	if (session_deadline(s) <= now) {
		session_timer(s, now);
		if (session_output(s, &to, packet, now) == 0 && session_deadline(s) <= now)
			abort(); /* a program would spin */
	}
	return now + step;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct test_random random = test_random(1);
	uint64_t now = 1000 * SECOND;
	struct keyring peer;
	struct session *s = start(&peer, &random.random, now);
	struct chat *ch = chat_new(MODE_CHAT);
	struct reader r = reader_of(span_of(at, len));
	unsigned ours[2] = { 0, 0 };

	session_accept(s);
	chat_attach(ch, s);
	chat_text(ch, span_text("something to confirm"), false);
	while (r.left >= 3) {
		unsigned from = read_u8(&r) % 20;
		uint64_t step = (uint64_t)read_u8(&r) * 20 * MS;
		size_t want = read_u8(&r) * 4u;

		if (want > r.left)
			want = r.left;
		speak(s, &peer, read_span(&r, want), from, now);
		listen(s, ch);
		use_streams(s, ours);
		now = answer(s, now, step);
	}
	chat_free(ch);
	session_free(s);
	keyring_wipe(&peer);
	return 0;
}
