/* two_rosters: hosts that shake hands without an endpoint: seek or knock over a roster, on a
 * clock of the test's own. Packets go where the test says. */
#pragma once

#include "endpoint/knock.h"
#include "endpoint/seek.h"
#include "tests/unit/keys.h"
#include "tests/unit/peers_in.h"
#include "tests/unit/support.h"

struct side {
	bool initiator;
	struct identity key;
	struct credentials credentials;
	struct roster roster;
	struct seek seek;           /* initiator */
	struct knock knock;         /* responder */
	struct endpoint_event last; /* the newest that seek or knock had to tell */
	unsigned events;
};

struct side_config {
	bool initiator, contacts, first_use;
	enum suite suite, also; /* SUITE_NONE: noise, and no other */
	enum mode mode;         /* 0: MODE_CHAT */
	unsigned identity;
	const struct code *code;
	const struct public_key *expected;
	uint64_t give_up_at; /* 0: NEVER */
	struct random *random;
};

static inline void side_start(struct side *s, const struct side_config *config)
{
	*s = (struct side){ .initiator = config->initiator,
		            .key = test_identity(KEY_X25519, config->identity) };
	struct keying_config keying = { .initiator = config->initiator,
		                        .suite = encryptor_class_of(config->suite ? config->suite
		                                                                  : SUITE_NOISE),
		                        .also = encryptor_class_of(config->also),
		                        .identity = &s->key,
		                        .expected = config->expected,
		                        .contacts = config->contacts,
		                        .first_use = config->first_use,
		                        .random = config->random };
	struct session_config session = { .initiator = config->initiator,
		                          .suite = keying.suite,
		                          .identity = &s->key,
		                          .silence_us = NEVER,
		                          .random = config->random };

	enum mode mode = config->mode != 0 ? config->mode : MODE_CHAT;

	credentials_init(&s->credentials, &keying, (uint8_t)mode, span_text("nick"));
	roster_init(&s->roster, &session, (uint8_t)mode, 1);
	seek_init(&s->seek, &s->roster, &s->credentials,
	          config->give_up_at != 0 ? config->give_up_at : NEVER);
	knock_init(&s->knock, &s->roster, &s->credentials);
	if (config->initiator)
		credentials_set_code(&s->credentials, config->code);
	else
		knock_code(&s->knock, config->code);
}

static inline void side_end(struct side *s)
{
	roster_free(&s->roster);
}

static inline void side_input(struct side *s, const struct route *from, uint8_t *packet, size_t len,
                              uint64_t now)
{
	struct fragment f;
	struct span bytes = span_of(packet, len);

	if (packet[0] == PACKET_REFUSE && s->initiator) {
		seek_refused(&s->seek, bytes, now);
	} else if (packet[0] == PACKET_HANDSHAKE && handshake_read(bytes, &f) == OK) {
		struct peer *p = roster_of_handshake(&s->roster, f.id);

		if (!s->initiator)
			(void)knock_fragment(&s->knock, p, from, &f, now);
		else if (p != NULL)
			seek_fragment(&s->seek, p, from, &f, now);
	} else if (packet[0] >= PACKET_SEALED && len >= SEALED_OVERHEAD) {
		struct peer *p = roster_of_session(&s->roster, packet + 1);

		if (p != NULL && peer_input(p, from, packet, len, now) == OK && s->initiator)
			seek_sealed(&s->seek, p, now);
	}
}

/* The next packet; 0: there is none. */
static inline size_t side_output(struct side *s, struct route *to, uint8_t *packet, uint64_t now)
{
	size_t len = knock_output(&s->knock, to, packet);

	return len > 0 ? len : roster_output(&s->roster, to, packet, now);
}

/* What time demands, and what there is to tell. */
static inline void side_turn(struct side *s, uint64_t now)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(&s->roster, &i)) != NULL;) {
		if (peer_timer(p, s->roster.session.no_relay, now) == PEER_LATE)
			roster_remove(&s->roster, p);
	}
	if (s->initiator)
		seek_timer(&s->seek, now);
	while (s->initiator ? seek_take(&s->seek, &s->last, now) : knock_take(&s->knock, &s->last))
		s->events++;
}

/* Packets of both go to the other until neither has more; what goes elsewhere is lost. */
static inline void side_talk(struct side *a, const struct route *to_b, struct side *b,
                             const struct route *to_a, uint64_t now)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	size_t len;

	for (bool any = true; any;) {
		any = false;
		side_turn(a, now);
		side_turn(b, now);
		for (; (len = side_output(a, &to, packet, now)) > 0; any = true) {
			if (route_same(&to, to_b))
				side_input(b, to_a, packet, len, now);
		}
		for (; (len = side_output(b, &to, packet, now)) > 0; any = true) {
			if (route_same(&to, to_a))
				side_input(a, to_b, packet, len, now);
		}
	}
	side_turn(a, now);
	side_turn(b, now);
}

static inline struct route side_route(unsigned n)
{
	return (struct route){ .kind = ROUTE_UDP,
		               .link = 1,
		               .remote = addr_v4(203, 0, (uint8_t)(n >> 8), (uint8_t)n, 4000) };
}
