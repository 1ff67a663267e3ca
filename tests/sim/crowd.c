/* crowd: streams that both sides open and reset, many at once, beside a conversation or a pipe,
 * over a line that loses packets and lets them overtake each other. Both programs are here, so what
 * should arrive is known. */
#include <string.h>

#include "session/codes.h"
#include "stage.h"

enum { OPEN_MOST = 30, FLOWS = 400, LEN_MOST = 150000, NOBODY = 2 };

/* One stream: what each side does there. */
struct flow {
	uint64_t len[2]; /* bytes that each side sends, before its end */
	uint64_t wrote[2], read[2];
	bool known[2], gone[2], whole[2];
	unsigned reset_by; /* a side that may reset it at any moment, or NOBODY */
	bool was_reset, stuck;
};

static struct flow flows[FLOWS];
static unsigned opened[2], open_now[2], to_open, wrong;

static uint8_t byte_of(unsigned id, int side, uint64_t at)
{
	return (uint8_t)(at * 31 + at / 253 + id * 7 + (unsigned)side * 99);
}

static void begin(unsigned id, int side)
{
	struct flow *f = &flows[id];

	for (int i = 0; i < 2; i++)
		f->len[i] = pick(w, 3) == 0 ? pick(w, LEN_MOST) : pick(w, 3000);
	f->reset_by = pick(w, 6) == 0 ? (unsigned)pick(w, 2) : NOBODY;
	f->known[side] = true;
	opened[side]++;
	open_now[side]++;
}

static void leave(struct session *s, unsigned id, int side)
{
	flows[id].gone[side] = true;
	open_now[side] -= id % 2 == (side == ALICE); /* alice's, the responder's, are odd */
	session_release(s, id);
}

static void write_some(struct session *s, unsigned id, int side)
{
	struct flow *f = &flows[id];
	uint8_t some[5000];
	size_t len = (size_t)pick(w, sizeof some);

	if (len > f->len[side] - f->wrote[side])
		len = (size_t)(f->len[side] - f->wrote[side]);
	for (size_t i = 0; i < len; i++)
		some[i] = byte_of(id, side, f->wrote[side] + i);
	f->wrote[side] += session_write(s, id, span_of(some, len));
	if (f->wrote[side] == f->len[side])
		session_finish(s, id);
}

static void read_some(struct session *s, unsigned id, int side)
{
	struct flow *f = &flows[id];
	struct span in = session_read(s, id);

	if (f->stuck)
		return;
	for (size_t i = 0; i < in.len; i++)
		wrong += in.at[i] != byte_of(id, !side, f->read[side] + i);
	f->read[side] += in.len;
	session_consume(s, id, in.len);
}

static void step(struct session *s, unsigned id, int side)
{
	struct flow *f = &flows[id];
	uint8_t why;

	if (session_is_reset(s, id, &why)) {
		wrong += f->reset_by != (unsigned)!side || why != RESET_REFUSED;
		leave(s, id, side);
		return;
	}
	if (f->reset_by == (unsigned)side && pick(w, 100) == 0) {
		f->was_reset = true;
		session_reset(s, id, RESET_REFUSED);
		leave(s, id, side); /* to whom it does not matter any more */
		return;
	}
	write_some(s, id, side);
	read_some(s, id, side);
	f->whole[side] = f->wrote[side] == f->len[side] && session_ended(s, id);
	if (f->whole[side]) {
		wrong += f->read[side] != f->len[!side];
		leave(s, id, side);
	}
}

/* What the programs do in one moment. */
static void act(int side)
{
	struct session *s = stage_session(side);
	unsigned id;

	if (s == NULL)
		return;
	while (session_opened(s, &id)) {
		wrong += id >= FLOWS || id % 2 == (side == ALICE) || flows[id].known[side];
		flows[id].known[side] = true;
	}
	if (opened[side] < to_open && open_now[side] < OPEN_MOST && (id = session_open(s)) != 0)
		begin(id, side);
	for (id = STREAM_OPENED; id < FLOWS; id++)
		if (flows[id].known[side] && !flows[id].gone[side])
			step(s, id, side);
}

static bool all_gone(void)
{
	if (opened[0] < to_open || opened[1] < to_open)
		return false;
	for (unsigned id = STREAM_OPENED; id < FLOWS; id++) {
		const struct flow *f = &flows[id];

		if ((f->known[0] || f->known[1]) && (!f->gone[0] || !f->gone[1]) && !f->stuck)
			return false;
	}
	return true;
}

static void prepare(uint64_t seed, enum mode mode, unsigned count)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, seed);
	memset(flows, 0, sizeof flows);
	memset(opened, 0, sizeof opened);
	memset(open_now, 0, sizeof open_now);
	to_open = count;
	wrong = 0;
	alice.mode = bob.mode = mode;
	alice.finish_at = bob.finish_at = NEVER;
	alice.lines = bob.lines = mode == MODE_CHAT ? 100 : 1 << 20;
	alice.say_until = bob.say_until = alice.say_from + 20 * SECOND;
	stage_start();
	while ((stage_session(ALICE) == NULL || stage_session(BOB) == NULL) &&
	       w->net.now < alice.say_from)
		stage_run_for(MS);
}

static void run_until_gone(uint64_t time)
{
	for (uint64_t until = w->net.now + time; !all_gone() && w->net.now < until;) {
		act(ALICE);
		act(BOB);
		stage_run_for(2 * MS);
	}
}

static void bad_line(void)
{
	for (int i = 0; i < 2; i++) {
		w->net.nodes[i].weather.loss_permille = 50; /* each line, so 10 % on the way */
		w->net.nodes[i].weather.jitter_us = 10 * MS;
		w->net.nodes[i].weather.rate = 2000000;
	}
}

/* Each byte once and in order, whatever else goes on; what is reset is over on both sides. */
static void crowded(enum mode mode)
{
	unsigned resets = 0, whole = 0;

	prepare(4, mode, 100);
	bad_line();
	run_until_gone(300 * SECOND);
	CHECK(all_gone());
	CHECK(wrong == 0);
	for (unsigned id = STREAM_OPENED; id < FLOWS; id++) {
		resets += flows[id].was_reset;
		whole += flows[id].whole[0] && flows[id].whole[1];
	}
	CHECK(resets > 10 && whole > 100);
	if (mode == MODE_CHAT)
		stage_run_for(30 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(!stage_peer(i)->over && !stage_peer(i)->wrong);
		CHECK(mode == MODE_CHAT ? stage_peer(i)->heard == 100
		                        : stage_peer(i)->bytes_in > 100000);
	}
}

static void many_streams_arrive_beside_a_conversation(void)
{
	crowded(MODE_CHAT);
}

static void many_streams_arrive_beside_a_pipe(void)
{
	crowded(MODE_PIPE);
}

/* Nobody reads three of them: the others do not notice, and no line is late. */
static void a_stream_that_nobody_reads_holds_up_no_other(void)
{
	prepare(5, MODE_CHAT, 40);
	for (unsigned id = STREAM_OPENED; id < STREAM_OPENED + 6; id++)
		flows[id].stuck = true;
	run_until_gone(60 * SECOND);
	CHECK(all_gone());
	CHECK(wrong == 0);
	stage_run_for(30 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK(stage_peer(i)->heard == 100);
}

/* A line on a slow path goes before all that waits on other streams. */
static void a_line_does_not_wait_for_streams(void)
{
	static const uint8_t some[50000];
	uint64_t longest = 0, behind_since = 0;
	unsigned bulk[8];

	prepare(6, MODE_CHAT, 0);
	for (int i = 0; i < 2; i++) {
		w->net.nodes[i].weather.rate = 250000; /* 2 Mbit/s, and 100 ms of it */
		w->net.nodes[i].weather.queue = 25000;
	}
	for (unsigned i = 0; i < 8; i++)
		bulk[i] = session_open(stage_session(BOB));
	while (w->net.now < alice.say_until) {
		struct session *s = stage_session(BOB), *far = stage_session(ALICE);
		unsigned got = stage_peer(ALICE)->heard, said = stage_peer(BOB)->said, id;

		for (unsigned i = 0; i < 8; i++)
			(void)session_write(s, bulk[i], span_of(some, sizeof some));
		while (session_opened(far, &id))
			;
		for (unsigned i = 0; i < 8 && w->net.now > alice.say_from; i++)
			session_consume(far, bulk[i], session_read(far, bulk[i]).len);
		stage_run_for(MS);
		if (got == said)
			behind_since = w->net.now;
		if (w->net.now < alice.say_from + 5 * SECOND)
			continue; /* the path is being measured */
		longest = w->net.now - behind_since > longest ? w->net.now - behind_since : longest;
	}
	CHECK(stage_peer(ALICE)->heard > 90);
	if (net_trace)
		printf("    %s: %u ms\n", world_label, (unsigned)(longest / MS));
	CHECK(longest < 150 * MS);
}

const struct scene crowd_scenes[] = {
	SCENARIO(many_streams_arrive_beside_a_conversation),
	SCENARIO(many_streams_arrive_beside_a_pipe),
	SCENARIO(a_stream_that_nobody_reads_holds_up_no_other),
	SCENARIO(a_line_does_not_wait_for_streams),
	{ NULL, NULL },
};
