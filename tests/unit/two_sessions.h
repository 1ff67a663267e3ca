/* two_sessions: two real sessions and the addresses between them, for tests of what happens inside:
 * session.c is part of the test, so that its parts can be asked, each by its own functions.
 * Packets move when the test says so and arrive at once. The initiator is `peer`, whose address the
 * test changes; the responder, `own`, is under test. */
#pragma once

#include "session/session.c"
#include "tests/unit/two_keys.h"

static enum punching two_punching = PUNCHING_EASY; /* of own */

struct two {
	struct test_random random;
	struct identity ids[2];
	uint64_t now;
	struct session *own, *peer;
	struct route peer_at, own_at;  /* where each is seen by the other, and reached */
	size_t strayed, strayed_bytes; /* what own sent to other addresses */
	struct addr stray_to;          /* ... to this one only, where it is set */
};

static inline struct route udp_from(uint8_t last, uint16_t port)
{
	return (struct route){ .kind = ROUTE_UDP,
		               .link = 1,
		               .remote = addr_v4(203, 0, 113, last, port) };
}

static inline void two_start_at(struct two *t, enum suite suite, struct route own_at,
                                struct route peer_at)
{
	struct encryptor *keys[2];

	*t = (struct two){
		.random = test_random(5), .now = 1000 * SECOND, .peer_at = peer_at, .own_at = own_at
	};
	two_keys(suite, t->ids, &t->random.random, keys);
	for (unsigned i = 0; i < 2; i++) {
		struct session_config config = { .initiator = i == 1,
			                         .suite = encryptor_class_of(suite),
			                         .identity = &t->ids[i],
			                         .silence_us = NEVER,
			                         .punching = i == 0 ? two_punching : PUNCHING_EASY,
			                         .random = &t->random.random };
		struct session *s =
		    session_new(&config, keys[i], i == 1 ? &t->own_at : &t->peer_at, t->now);

		assert_non_null(s);
		session_accept(s);
		*(i == 1 ? &t->peer : &t->own) = s;
	}
}

static inline void two_start(struct two *t, enum suite suite, struct route peer_at)
{
	two_start_at(t, suite, udp_from(1, 7000), peer_at);
}

static inline void two_end(struct two *t)
{
	session_free(t->own);
	session_free(t->peer);
}

/* Everything own has to say goes out; what is meant for the peer's address arrives there. False: it
 * was silent. */
static inline bool two_own_speaks(struct two *t)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	bool any = false;

	session_timer(t->own, t->now);
	for (size_t len; (len = session_output(t->own, &to, packet, t->now)) > 0; any = true) {
		if (route_same(&to, &t->peer_at)) {
			session_input(t->peer, &t->own_at, packet, len, t->now);
		} else if (!addr_is_set(&t->stray_to) || addr_equal(&to.remote, &t->stray_to)) {
			t->strayed++;
			t->strayed_bytes += len;
		}
	}
	return any;
}

static inline bool two_peer_speaks(struct two *t)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	bool any = false;

	session_timer(t->peer, t->now);
	for (size_t len; (len = session_output(t->peer, &to, packet, t->now)) > 0; any = true)
		session_input(t->own, &t->peer_at, packet, len, t->now);
	return any;
}

/* Both speak until time has passed, in steps of 10 ms. */
static inline void two_run(struct two *t, uint64_t time)
{
	for (uint64_t end = t->now + time; t->now < end; t->now += 10 * MS) {
		bool more = true;

		for (int i = 0; more && i < 100; i++) {
			more = two_peer_speaks(t);
			more |= two_own_speaks(t);
		}
	}
}

/* Own's data goes to where the peer is. */
static inline bool two_followed(const struct two *t)
{
	struct session_path path;

	return session_path(t->own, &path) && route_same(&path.route, &t->peer_at);
}

static inline void two_start_followed(struct two *t, struct route peer_at)
{
	two_start(t, SUITE_PSEUDO, peer_at);
	two_run(t, SECOND);
	assert_true(two_followed(t));
}

/* One genuine packet of the peer with frames of the test's own, from any address. */
static inline void two_say(struct two *t, struct span frames, const struct route *from)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	uint64_t number;

	if (frames.len > 0)
		memcpy(packet + SEALED_HEADER, frames.at, frames.len);
	size_t len = keyring_seal(&t->peer->parts.keyring, packet, frames.len, 0, &number);
	recovery_sent(t->peer->parts.recovery, number, 0, len, false, NULL, 0, t->now);
	session_input(t->own, from, packet, len, t->now);
}
