/* signaling: see signaling.h. Fields have fixed places, so that a read checks the length once and
 * cannot fail after that. */
#include "wire/signaling.h"

#include <string.h>

#include "base/assert.h"

enum {
	JOIN_RESPONDER = 1 << 0,
	JOIN_NAMEPLATE = 1 << 1,
	JOIN_LEAVE = 1 << 2,
	JOIN_KEEPS = 1 << 3,
	JOIN_CROSSES = 1 << 4,
	JOIN_HIDES = 1 << 5,
	JOIN_UNMET = 1 << 6
};
enum { HELLO_BESIDE = 1 << 0, HELLO_OTHER = 1 << 1 };
enum { INTRO_STREAM = 1 << 0 };
enum { KEEP_ECHO = 1 << 0 };
enum { DAY_ENDS_UNKNOWN = 0xffff };

/* What every message begins with: its type, and the version. */
static uint16_t start_of(uint8_t type)
{
	return (uint16_t)(type << 8 | SIGNALING_VERSION);
}

/* Leaves r behind the start of a message of this type and length. */
static bool start_read(struct reader *r, struct span wire, uint8_t type, size_t len)
{
	*r = reader_of(wire);
	return read_be16(r) == start_of(type) && wire.len >= len;
}

/* Some NATs rewrite addresses inside packets; XORed with the nonce, ours is none they recognise. */
static void mask(uint8_t address[static ADDR_WIRE], const uint8_t nonce[static NONCE_BYTES])
{
	for (size_t i = 0; i < ADDR_WIRE; i++)
		address[i] ^= nonce[i % NONCE_BYTES];
}

static void write_masked(struct writer *w, const struct addr *address,
                         const uint8_t nonce[static NONCE_BYTES])
{
	uint8_t bytes[ADDR_WIRE];
	struct writer plain = writer_of(bytes, sizeof bytes);

	addr_write(&plain, address);
	mask(bytes, nonce);
	write_span(w, span_of(bytes, sizeof bytes));
}

static struct addr read_masked(struct reader *r, const uint8_t nonce[static NONCE_BYTES])
{
	uint8_t bytes[ADDR_WIRE];

	read_bytes(r, bytes, sizeof bytes);
	mask(bytes, nonce);
	struct reader plain = reader_of(span_of(bytes, sizeof bytes));
	return addr_read(&plain);
}

void signaling_write_hello(struct writer *w, const struct hello *m, size_t padded_to)
{
	size_t end = w->len + padded_to;
	bool other = addr_is_set(&m->other);

	assert(padded_to >= HELLO_LEN);
	write_be16(w, start_of(PACKET_HELLO));
	write_span(w, span_of(m->nonce, NONCE_BYTES));
	write_u8(w, (uint8_t)((m->beside ? HELLO_BESIDE : 0) | (other ? HELLO_OTHER : 0)));
	if (other) {
		write_masked(w, &m->other, m->nonce);
		write_span(w, span_of(m->cookie, COOKIE_BYTES));
	}
	write_zeroes(w, end - w->len);
}

bool signaling_read_hello(struct span wire, struct hello *m)
{
	struct reader r;
	if (!start_read(&r, wire, PACKET_HELLO, HELLO_LEN))
		return false;
	read_bytes(&r, m->nonce, NONCE_BYTES);
	uint8_t flags = read_u8(&r);
	m->beside = flags & HELLO_BESIDE;
	m->other = read_masked(&r, m->nonce);
	read_bytes(&r, m->cookie, COOKIE_BYTES);
	if (!(flags & HELLO_OTHER))
		m->other = (struct addr){ .port = 0 };
	return true;
}

void signaling_write_cookie(struct writer *w, const struct cookie *m)
{
	write_be16(w, start_of(PACKET_COOKIE));
	write_span(w, span_of(m->nonce, NONCE_BYTES));
	write_masked(w, &m->observed, m->nonce);
	write_span(w, span_of(m->cookie, COOKIE_BYTES));
	write_be32(w, m->day);
	write_be32(w, m->relay_kbit);
	uint32_t half = m->day_ends_s / 2;
	write_be16(w, half < DAY_ENDS_UNKNOWN ? (uint16_t)half : DAY_ENDS_UNKNOWN);
	write_be16(w, m->other_port);
}

bool signaling_read_cookie(struct span wire, struct cookie *m)
{
	struct reader r;
	if (!start_read(&r, wire, PACKET_COOKIE, COOKIE_LEN))
		return false;
	read_bytes(&r, m->nonce, NONCE_BYTES);
	m->observed = read_masked(&r, m->nonce);
	read_bytes(&r, m->cookie, COOKIE_BYTES);
	m->day = read_be32(&r);
	m->relay_kbit = read_be32(&r);
	uint16_t half = read_be16(&r);
	m->day_ends_s = half == DAY_ENDS_UNKNOWN ? UINT32_MAX : 2 * (uint32_t)half;
	m->other_port = read_be16(&r);
	return true;
}

void signaling_write_join(struct writer *w, const struct join *m)
{
	uint8_t flags = m->responder ? JOIN_RESPONDER : 0;
	flags |= m->nameplate ? JOIN_NAMEPLATE : 0;
	flags |= m->leave ? JOIN_LEAVE : 0;
	flags |= m->keeps ? JOIN_KEEPS : 0;
	flags |= m->crosses ? JOIN_CROSSES : 0;
	flags |= m->hides ? JOIN_HIDES : 0;
	flags |= m->unmet ? JOIN_UNMET : 0;

	write_be16(w, start_of(PACKET_JOIN));
	write_span(w, span_of(m->cookie, COOKIE_BYTES));
	if (m->nameplate)
		write_zeroes(w, sizeof m->token);
	else
		write_span(w, span_of(m->token, sizeof m->token));
	write_span(w, span_of(m->secret, SECRET_BYTES));
	write_u8(w, flags);
	write_zeroes(w, 29);
}

bool signaling_read_join(struct span wire, struct join *m)
{
	struct reader r;
	struct join join;
	if (!start_read(&r, wire, PACKET_JOIN, JOIN_LEN))
		return false;
	read_bytes(&r, join.cookie, COOKIE_BYTES);
	read_bytes(&r, join.token, sizeof join.token);
	read_bytes(&r, join.secret, SECRET_BYTES);
	uint8_t flags = read_u8(&r);
	join.responder = flags & JOIN_RESPONDER;
	join.nameplate = flags & JOIN_NAMEPLATE;
	join.leave = flags & JOIN_LEAVE;
	join.keeps = flags & JOIN_KEEPS;
	join.crosses = flags & JOIN_CROSSES;
	join.hides = flags & JOIN_HIDES;
	join.unmet = flags & JOIN_UNMET;
	if (join.nameplate && !join.responder)
		return false;
	if (join.nameplate != bytes_zero(join.token, sizeof join.token))
		return false;
	*m = join;
	return true;
}

void signaling_write_wait(struct writer *w, const struct wait *m)
{
	write_be16(w, start_of(PACKET_WAIT));
	write_span(w, span_of(m->secret, SECRET_BYTES));
	write_span(w, span_of(m->token, sizeof m->token));
	write_be32(w, m->nameplate);
	write_be16(w, m->refresh_s);
	write_u8(w, m->others);
	write_be16(w, m->keep_s);
	write_u8(w, m->silent);
	write_zeroes(w, 4);
}

bool signaling_read_wait(struct span wire, struct wait *m)
{
	struct reader r;
	if (!start_read(&r, wire, PACKET_WAIT, WAIT_LEN))
		return false;
	read_bytes(&r, m->secret, SECRET_BYTES);
	read_bytes(&r, m->token, sizeof m->token);
	m->nameplate = read_be32(&r);
	m->refresh_s = read_be16(&r);
	m->others = read_u8(&r);
	m->keep_s = read_be16(&r);
	m->silent = read_u8(&r);
	return true;
}

void signaling_write_intro(struct writer *w, const struct intro *m)
{
	write_be16(w, start_of(PACKET_INTRO));
	write_span(w, span_of(m->own_secret, SECRET_BYTES));
	write_span(w, span_of(m->peer_id, sizeof m->peer_id));
	write_be64(w, m->pair);
	write_u8(w, m->responder ? 1 : 0);
	write_u8(w, m->stream ? INTRO_STREAM : 0);
	write_be32(w, m->host);
	addr_write(w, &m->peer);
	write_zeroes(w, 6);
}

bool signaling_read_intro(struct span wire, struct intro *m)
{
	struct reader r;
	struct intro intro;
	if (!start_read(&r, wire, PACKET_INTRO, INTRO_LEN))
		return false;
	read_bytes(&r, intro.own_secret, SECRET_BYTES);
	read_bytes(&r, intro.peer_id, sizeof intro.peer_id);
	intro.pair = read_be64(&r);
	uint8_t role = read_u8(&r);
	intro.stream = read_u8(&r) & INTRO_STREAM;
	intro.host = read_be32(&r);
	intro.peer = addr_read(&r);
	if (role > 1)
		return false;
	intro.responder = role == 1;
	*m = intro;
	return true;
}

void signaling_write_error(struct writer *w, const struct error *m)
{
	write_be16(w, start_of(PACKET_ERROR));
	write_u8(w, m->code);
	write_zeroes(w, 1);
	write_span(w, span_of(m->about, sizeof m->about));
}

bool signaling_read_error(struct span wire, struct error *m)
{
	struct reader r;
	if (!start_read(&r, wire, PACKET_ERROR, ERROR_LEN))
		return false;
	m->code = read_u8(&r);
	read_u8(&r);
	read_bytes(&r, m->about, sizeof m->about);
	return true;
}

void signaling_write_keep(struct writer *w, const struct keep *m)
{
	write_be16(w, start_of(PACKET_KEEP));
	write_u8(w, m->echo ? KEEP_ECHO : 0);
	write_zeroes(w, 1);
	write_span(w, span_of(m->secrets[0], m->count * SECRET_BYTES));
}

bool signaling_read_keep(struct span wire, struct keep *m)
{
	struct reader r;
	if (!start_read(&r, wire, PACKET_KEEP, KEEP_HEADER + SECRET_BYTES))
		return false;
	m->echo = read_u8(&r) & KEEP_ECHO;
	read_u8(&r);
	m->count = 0;
	while (m->count < KEEP_ROOMS && r.left >= SECRET_BYTES)
		read_bytes(&r, m->secrets[m->count++], SECRET_BYTES);
	return true;
}
