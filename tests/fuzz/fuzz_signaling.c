/* fuzz: every reader of a signaling message, and the framing of TCP. What was read is written and
 * read again: the same. */
#include <stdlib.h>
#include <string.h>

#include "wire/framing.h"
#include "wire/signaling.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static uint8_t wire[LIMIT_DATAGRAM];

static void same(bool condition)
{
	if (!condition)
		abort();
}

static void fuzz_hello(struct span in)
{
	struct hello a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_hello(in, &a))
		return;
	signaling_write_hello(&w, &a, HELLO_LEN);
	same(signaling_read_hello(written(&w), &b));
	same(memcmp(a.nonce, b.nonce, NONCE_BYTES) == 0 && a.beside == b.beside);
	same(addr_is_set(&a.other) == addr_is_set(&b.other));
	same(!addr_is_set(&a.other) ||
	     (addr_equal(&a.other, &b.other) && memcmp(a.cookie, b.cookie, COOKIE_BYTES) == 0));
}

static void fuzz_cookie(struct span in)
{
	struct cookie a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_cookie(in, &a))
		return;
	signaling_write_cookie(&w, &a);
	same(signaling_read_cookie(written(&w), &b));
	same(addr_equal(&a.observed, &b.observed));
	same(a.day == b.day && a.relay_kbit == b.relay_kbit && a.day_ends_s == b.day_ends_s);
}

static void fuzz_join(struct span in)
{
	struct join a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_join(in, &a))
		return;
	signaling_write_join(&w, &a);
	same(signaling_read_join(written(&w), &b));
	same(memcmp(a.token, b.token, sizeof a.token) == 0 &&
	     memcmp(a.secret, b.secret, SECRET_BYTES) == 0);
	same(a.responder == b.responder && a.nameplate == b.nameplate && a.leave == b.leave);
	same(a.keeps == b.keeps);
}

static void fuzz_wait(struct span in)
{
	struct wait a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_wait(in, &a))
		return;
	signaling_write_wait(&w, &a);
	same(signaling_read_wait(written(&w), &b));
	same(a.nameplate == b.nameplate && a.refresh_s == b.refresh_s && a.others == b.others);
	same(a.keep_s == b.keep_s);
}

static void fuzz_intro(struct span in)
{
	struct intro a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_intro(in, &a))
		return;
	signaling_write_intro(&w, &a);
	same(signaling_read_intro(written(&w), &b));
	same(a.pair == b.pair && a.responder == b.responder && addr_equal(&a.peer, &b.peer));
}

static void fuzz_error(struct span in)
{
	struct error a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_error(in, &a))
		return;
	signaling_write_error(&w, &a);
	same(signaling_read_error(written(&w), &b));
	same(a.code == b.code && memcmp(a.about, b.about, sizeof a.about) == 0);
}

static void fuzz_keep(struct span in)
{
	struct keep a, b;
	struct writer w = writer_of(wire, sizeof wire);
	if (!signaling_read_keep(in, &a))
		return;
	same(a.count > 0 && a.count <= KEEP_ROOMS);
	signaling_write_keep(&w, &a);
	same(w.len <= in.len && signaling_read_keep(written(&w), &b));
	same(a.echo == b.echo && a.count == b.count);
	same(memcmp(a.secrets, b.secrets, a.count * SECRET_BYTES) == 0);
}

/* The next packet of a stream that arrives in pieces of cut bytes. */
static bool next_in_pieces(struct framing *r, struct span *rest, struct span *piece, size_t cut,
                           struct span *packet)
{
	while (!framing_next(r, piece, packet)) {
		if (r->bad || rest->len == 0)
			return false;
		*piece = span_of(rest->at, cut < rest->len ? cut : rest->len);
		*rest = span_of(rest->at + piece->len, rest->len - piece->len);
	}
	return true;
}

/* Whole and in pieces: the same packets, and the same end. */
static void fuzz_stream(struct span in, size_t cut)
{
	static struct framing whole, pieces;
	struct span rest = in, piece = { in.at, 0 }, a, b;
	framing_init(&whole);
	framing_init(&pieces);
	while (framing_next(&whole, &in, &a)) {
		same(next_in_pieces(&pieces, &rest, &piece, cut, &b));
		same(span_equal(a, b));
	}
	same(!next_in_pieces(&pieces, &rest, &piece, cut, &b));
	same(framing_bad(&whole) == framing_bad(&pieces));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct span in = span_of(at, len);
	fuzz_hello(in);
	fuzz_cookie(in);
	fuzz_join(in);
	fuzz_wait(in);
	fuzz_intro(in);
	fuzz_error(in);
	fuzz_keep(in);
	if (len > 1)
		fuzz_stream(span_of(at + 1, len - 1), 1 + (size_t)at[0] % 16);
	return 0;
}
