/* fuzz: what an authenticated peer may say on stream 0: candidates, rekeyings, words to compare,
 * and all that looks like them. Both sides are real sessions. The input decides what the peer says
 * there by itself, which bytes of its genuine messages are changed before they are sealed, which
 * packets are lost, and how time goes. Nothing is written over, no assert fails, no deadline is
 * past for ever, addresses of strangers get no more than their few packets, and a peer gets fresh
 * keys once for each minute at most. Two sessions are large: runs: 1000
 */
#include <stdlib.h>
#include <string.h>

#include "session/session.c" /* whose parts are asked, and made to misbehave */
#include "tests/unit/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

#define BEGIN (1000 * SECOND)

enum { OURS, PEERS, SIDES };

struct fuzz {
	struct test_random random;
	struct identity ids[SIDES];
	struct session *side[SIDES];
	struct route seen[SIDES]; /* where each is seen by the other */
	enum suite suite;
	bool we_begin; /* the side under test is the initiator */
	uint64_t now, minute_at;
	unsigned minute_strays, stray_total, phase, phases;
};

static void check(bool good)
{
	if (!good)
		abort();
}

static struct encryptor *keys_of(struct fuzz *f, bool initiator, unsigned who)
{
	static const uint8_t psk[1][PSK_LEN];
	enum err err;
	struct encryptor_config config = { .initiator = initiator,
		                           .psks = psk,
		                           .psks_count = 1,
		                           .payload = span_of("\1", 2),
		                           .identity =
		                               f->suite == SUITE_PSEUDO ? NULL : &f->ids[who],
		                           .random = &f->random.random };
	struct encryptor *e = encryptor_new(encryptor_class_of(f->suite), &config, &err);

	check(e != NULL);
	return e;
}

static void start(struct fuzz *f, bool compare)
{
	uint8_t bytes[LIMIT_HANDSHAKE], copy[LIMIT_HANDSHAKE];
	struct encryptor *keys[SIDES];
	unsigned first = f->we_begin ? OURS : PEERS;
	struct span in = span_of(NULL, 0);

	for (unsigned i = 0; i < SIDES; i++) {
		if (f->suite != SUITE_PSEUDO)
			f->ids[i] = test_identity(KEY_X25519, i);
		keys[i] = keys_of(f, i == first, i);
	}
	for (unsigned turn = first; !keys[OURS]->ready || !keys[PEERS]->ready; turn ^= 1) {
		struct writer w = writer_of(bytes, sizeof bytes);

		if (in.len > 0)
			memcpy(copy, in.at, in.len);
		check(encryptor_handshake(keys[turn], span_of(copy, in.len), &w) == OK);
		in = written(&w);
	}
	for (unsigned i = 0; i < SIDES; i++) {
		struct session_config config = { .initiator = i == first,
			                         .suite = encryptor_class_of(f->suite),
			                         .identity = &f->ids[i],
			                         .silence_us = NEVER,
			                         .random = &f->random.random,
			                         .compare = compare };
		struct addr at = addr_v4(203, 0, 113, (uint8_t)(1 + i), 4000);

		f->seen[i] = (struct route){ .kind = ROUTE_FORWARD_UDP,
			                     .link = 1,
			                     .remote = addr_v4(198, 51, 100, 1, 7242),
			                     .pair = (uint16_t)(7 + i) };
		f->side[i] = session_new(&config, keys[i], &f->seen[i], f->now);
		check(f->side[i] != NULL);
		session_accept(f->side[i]);
		session_candidates(f->side[i],
		                   &(struct candidates){ .own = { { CANDIDATE_SEEN, at } },
		                                         .own_count = 1,
		                                         .networks = { at },
		                                         .networks_count = 1,
		                                         .udp_link = { 1, 1 } });
	}
}

/* A packet of ours to an address that only the peer has named. */
static void strayed(struct fuzz *f)
{
	if (f->now >= f->minute_at + 60 * SECOND) {
		f->minute_at = f->now;
		f->minute_strays = 0;
	}
	check(++f->minute_strays <=
	      2 * LIMIT_PROBES_MINUTE); /* of two minutes that a fixed one overlaps */
	check(++f->stray_total <= LIMIT_PROBED * LIMIT_PROBES);
}

/* All that one side has to say; lost: which of its packets are, by bits. */
static bool speak(struct fuzz *f, unsigned from, unsigned lost)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	unsigned count = 0;

	session_timer(f->side[from], f->now);
	for (size_t len; (len = session_output(f->side[from], &to, packet, f->now)) > 0; count++) {
		check(count < 10000);
		if (!route_same(&to, &f->seen[from])) {
			if (from == OURS)
				strayed(f);
		} else if ((lost >> count % 8 & 1) == 0) {
			session_input(f->side[!from], &f->seen[!from], packet, len, f->now);
		}
	}
	if (session_deadline(f->side[from]) <= f->now) {
		session_timer(f->side[from], f->now);
		check(session_output(f->side[from], &to, packet, f->now) > 0 ||
		      session_deadline(f->side[from]) > f->now);
	}
	return count > 0;
}

static void exchange(struct fuzz *f, unsigned lost)
{
	for (int i = 0; i < 20; i++) {
		bool more = speak(f, PEERS, lost);

		more |= speak(f, OURS, 0);
		if (!more)
			break;
	}
	for (unsigned i = 0; i < SIDES; i++) {
		if (session_asks_nonce(f->side[i]))
			session_give_nonce(f->side[i]);
	}
	unsigned phase = f->side[OURS]->parts.keyring.phase;
	if (phase != f->phase) { /* rekeyings begin a minute apart, and may take any time */
		f->phase = phase;
		check(++f->phases <= 1 + (f->now - BEGIN) / LIMIT_REKEY_EVERY_US);
	}
}

/* Changes a byte of what the peer has written on stream 0 and not sent yet. */
static void corrupt(struct session *s, unsigned place, uint8_t with)
{
	struct stream_send *stream = &s->parts.streams.at[STREAM_CONTROL].send;
	uint64_t unsent = stream->end - stream->next;

	if (unsent > 0) {
		uint64_t offset = stream->next + place % unsent;

		stream->ring.at[(stream->ring.start + (size_t)(offset - stream->ring.base)) &
		                (stream->ring.size - 1)] ^= with;
	}
}

static void message(struct session *s, uint8_t type, struct span body)
{
	if (body.len <= CONTROL_BODY_MAX)
		(void)control_send(&s->parts.streams.at[STREAM_CONTROL].send,
		                   (enum control_type)type, body);
}

static void candidates(struct session *s, struct reader *r)
{
	uint8_t body[2 + LIMIT_CANDIDATES * (1 + ADDR_WIRE)];
	struct writer w = writer_of(body, sizeof body);
	unsigned count = read_u8(r) % (LIMIT_CANDIDATES + 1);

	write_u8(&w, s->messages.punch.round);
	write_u8(&w, (uint8_t)count);
	for (unsigned i = 0; i < count; i++) {
		struct addr a = addr_v4(192, 0, 2, read_u8(r), (uint16_t)(1000 + read_u8(r)));

		write_u8(&w, (uint8_t)(1 + i % 2));
		addr_write(&w, &a);
	}
	message(s, CONTROL_CANDIDATES, written(&w));
}

static void step(struct fuzz *f, struct reader *r)
{
	struct session *peer = f->side[PEERS];
	unsigned op = read_u8(r), argument = read_u8(r);
	struct span bytes = { .at = NULL, .len = 0 };

	switch (op % 8) {
	case 0:
		bytes = read_span(r, argument < r->left ? argument : r->left);
		session_write(peer, STREAM_CONTROL, bytes);
		break;
	case 1:
		bytes = read_span(r, argument < r->left ? argument : r->left);
		message(peer, (uint8_t)(op / 8 % 7), bytes);
		break;
	case 2: /* a rekeying, when it is the peer who begins them */
		peer->messages.rekey.not_before = peer->parts.keyring.phase_at = 0;
		session_timer(peer, f->now);
		break;
	case 3: corrupt(peer, argument * 7, (uint8_t)(op / 8 + 1)); break;
	case 4: candidates(peer, r); break;
	case 5: /* our own rekeying */ f->side[OURS]->parts.keyring.phase_at = 0; break;
	case 6: f->now += argument * SECOND / 8; break;
	default:
		exchange(f, op & 8 ? argument : 0);
		f->now += 10 * MS;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(span_of(at, len));
	unsigned how = read_u8(&r);
	struct fuzz f = { .random = test_random(1),
		          .suite = how % 16 == 15 ? SUITE_NOISE /* slow */ : SUITE_PSEUDO,
		          .we_begin = how & 2,
		          .now = BEGIN };
	enum err err;
	struct span text;

	start(&f, (how & 4) != 0);
	for (unsigned steps = 0; r.left >= 2 && steps < 100; steps++)
		step(&f, &r);
	exchange(&f, 0);
	(void)session_over(f.side[OURS], &err, &text);
	session_free(f.side[OURS]);
	session_free(f.side[PEERS]);
	return 0;
}
