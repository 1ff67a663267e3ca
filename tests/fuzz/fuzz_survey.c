/* fuzz: schat check, and who answers it: two servers, the router, and strangers. The input is a
 * script: which sockets come up, who answers what was asked last and how, how long the clock runs.
 * Whatever comes: packets go only to whom was asked about, and to our outside address few. */
#include <string.h>

#include "base/assert.h"
#include "transport/survey.h"
#include "wire/signaling.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { ASKED = 8, STRAYS_MAX = 3, LINKS = 64 };

struct question_seen {
	struct route from; /* as an answer to it comes */
	uint8_t nonce[NONCE_BYTES];
};

static struct world {
	struct random random;
	uint64_t state, now;
	struct survey survey;
	struct addr servers[2], router, own;
	struct question_seen asked[ASKED];
	unsigned asked_count, strays;
} w;

static void fill(struct random *r, void *to, size_t len)
{
	(void)r;
	for (size_t i = 0; i < len; i++) {
		w.state = w.state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((uint8_t *)to)[i] = (uint8_t)(w.state >> 56);
	}
}

static bool known(const struct addr *to)
{
	return addr_same_ip(to, &w.servers[0]) || addr_same_ip(to, &w.servers[1]) ||
	       addr_same_ip(to, &w.router);
}

static void note(const struct route *to, struct span wire)
{
	struct hello hello;

	if (!known(&to->remote)) {
		assert(++w.strays <= STRAYS_MAX && !addr_is_private(&to->remote));
		return;
	}
	if (!signaling_read_hello(span_after(wire, route_is_stream(to) ? FRAMING_HEADER : 0),
	                          &hello))
		return;
	struct question_seen *q = &w.asked[w.asked_count++ % ASKED];
	q->from = *to;
	memcpy(q->nonce, hello.nonce, NONCE_BYTES);
}

static void take_output(void)
{
	static uint8_t wire[SURVEY_WIRE];
	struct link_request request;
	struct route to;
	size_t len;

	while (survey_request(&w.survey, &request)) {
		assert(request.link < LINKS || request.link >= LINK_SPARES_FIRST);
		if (!request.open)
			continue;
		assert(request.kind == LINK_UDP || known(&request.remote));
		struct link_event up = { .state = LINK_UP,
			                 .link = request.link,
			                 .kind = request.kind,
			                 .local = w.own,
			                 .remote = request.remote };
		up.local.port = (uint16_t)(4000 + request.link % 1000);
		survey_link(&w.survey, &up, w.now);
	}
	while ((len = survey_output(&w.survey, &to, wire)) > 0)
		note(&to, span_of(wire, len));
}

static struct addr any_addr(struct reader *r)
{
	switch (read_u8(r) % 6) {
	case 0: return w.own;
	case 1: return w.router;
	case 2: return w.servers[0];
	case 3: return addr_v4(203, 0, 113, 7, read_be16(r));
	case 4: return addr_v4(203, 0, 113, read_u8(r), read_be16(r));
	default: {
		struct addr a = { .port = read_be16(r) };
		read_bytes(r, a.ip, sizeof a.ip);
		return a;
	}
	}
}

/* A COOKIE that answers a question, from where it was sent to or from another port. */
static void answer(struct reader *r)
{
	uint8_t wire[FRAMING_HEADER + 256];
	struct writer out = writer_of(wire + FRAMING_HEADER, sizeof wire - FRAMING_HEADER);
	const struct question_seen *q = &w.asked[read_u8(r) % ASKED];
	struct route from = q->from;
	struct cookie m = { .observed = any_addr(r),
		            .other_port = read_be16(r),
		            .day = read_be32(r) };
	uint8_t how = read_u8(r);

	m.day_ends_s = read_be32(r);
	memcpy(m.nonce, q->nonce, NONCE_BYTES);
	if (how & 1)
		from.remote.port = read_be16(r);
	if (how & 2)
		from.link = read_u8(r) % LINKS;
	signaling_write_cookie(&out, &m);
	framing_header(wire, out.len);
	bool stream = route_is_stream(&from);
	survey_input(
	    &w.survey, &from,
	    span_of(wire + (stream ? 0 : FRAMING_HEADER), out.len + (stream ? FRAMING_HEADER : 0)),
	    w.now);
}

/* Anything, from the router or from anybody else. */
static void intrude(struct reader *r)
{
	uint8_t who = read_u8(r);
	struct route from = { .kind = who & 1 ? ROUTE_TCP : ROUTE_UDP, .link = read_u8(r) % LINKS };

	from.remote = who & 2 ? w.router : any_addr(r);
	if (who & 2)
		from.remote.port = 5351;
	struct span bytes = read_span(r, read_u8(r));
	if (!r->bad)
		survey_input(&w.survey, &from, bytes, w.now);
}

static void link_news(struct reader *r)
{
	static const enum link_state states[] = { LINK_DOWN, LINK_REJECTED, LINK_UP };
	uint8_t what = read_u8(r);
	struct link_event event = { .state = states[what % 3],
		                    .link = read_u8(r) % LINKS,
		                    .kind = what & 64 ? LINK_TCP : LINK_UDP,
		                    .why = ERR_UNREACHABLE };

	event.remote = any_addr(r);
	event.size = read_be16(r);
	survey_link(&w.survey, &event, w.now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct reader r = reader_of(span_of(data, len));
	struct outlook_facts facts;

	memset(&w, 0, sizeof w);
	w.random.fill = fill;
	w.now = 5 * SECOND;
	w.servers[0] = addr_v4(198, 51, 100, 1, 7242);
	w.servers[1] = addr_v4(192, 0, 2, 9, 443);
	w.router = addr_v4(10, 0, 0, 1, 0);
	w.own = addr_v4(10, 0, 0, 2, 0);
	survey_init(&w.survey, &w.own, 1, &w.random, w.now + 3 * SECOND);
	survey_router(&w.survey, &w.router, &w.own, w.now);
	for (uint8_t i = 0; i < 2; i++)
		survey_server(&w.survey, &(struct communicator_place){ .number = i }, &w.servers[i],
		              1, w.now);
	while (r.left > 0 && !r.bad) {
		survey_timer(&w.survey, w.now);
		take_output();
		switch (read_u8(&r) % 5) {
		case 0:
		case 1: answer(&r); break;
		case 2: intrude(&r); break;
		case 3: link_news(&r); break;
		default: w.now += read_u8(&r) * 10 * MS; break;
		}
	}
	w.now = max_of(w.now, 8 * SECOND);
	survey_timer(&w.survey, w.now);
	assert(survey_done(&w.survey, w.now));
	survey_finish(&w.survey);
	take_output();
	survey_facts(&w.survey, 0, w.now, &facts);
	return 0;
}
