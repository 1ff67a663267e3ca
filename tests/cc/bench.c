/* bench: flows of ours, with the real recovery and the real acks at the ends, over a bottleneck of
 * many kinds, on a virtual clock. It is linked once with each congestion control, and prints a line
 * for each kind of path: its name, and tab separated: per mille of the link that arrived, per mille
 * of a round trip that 99 % of the packets took at most, per mille sent in vain (lost, or twice),
 * and our share beside CUBIC in per cent of its (0: no rival). Beside CUBIC, where a little chance
 * decides much, that is of some runs the one with the middle share.
 *
 * bench [NAME...]: of these kinds only. bench --names: only what they are called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "session/acks.h"
#include "session/recovery.h"
#include "tests/cc/rival.h"

enum { OURS, RIVAL, SIZE = LIMIT_PACKET, UNITS = 1 << 22, SEEDS = 3 };

/* clang-format off */
static const struct path_kind kinds[] = {
	/* name Mbit/s ms queue loss jitter waves policer late rival s */
	{ "100 Mbit/s, 80 ms",             100,  80, 1000000,  0,   0,   0,  0,  0, ALONE, 20 },
	{ "half the queue",                 100,  80,  500000,  0,   0,   0,  0,  0, ALONE, 20 },
	{ "half the queue, waves of 5 ms",  100,  80,  500000,  0,   0,   5,  0,  0, ALONE, 20 },
	{ "1 % loss",                      100,  80, 1000000,  1,   0,   0,  0,  0, ALONE, 20 },
	{ "2 % loss",                      100,  80, 1000000,  2,   0,   0,  0,  0, ALONE, 20 },
	{ "5 % loss",                      100,  80, 1000000,  5,   0,   0,  0,  0, ALONE, 20 },
	{ "10 % loss",                     100,  80, 1000000, 10,   0,   0,  0,  0, ALONE, 20 },
	{ "shallow queue (100 KB)",        100,  80,  100000,  0,   0,   0,  0,  0, ALONE, 20 },
	{ "shallow queue, 1 % loss",       100,  80,  100000,  1,   0,   0,  0,  0, ALONE, 20 },
	{ "deep queue (5 MB)",             100,  80, 5000000,  0,   0,   0,  0,  0, ALONE, 20 },
	{ "overtaking, 20 ms",             100,  80, 1000000,  0,  20,   0,  0,  0, ALONE, 20 },
	{ "overtaking, 50 ms, 2 % loss",    20,  40,  200000,  2,  50,   0,  0,  0, ALONE, 20 },
	{ "overtaking, 200 ms",             10,  40,  200000,  0, 200,   0,  0,  0, ALONE, 20 },
	{ "waves of 50 ms",                100,  80, 1000000,  0,   0,  50,  0,  0, ALONE, 20 },
	{ "waves of 200 ms",                20,   5,  200000,  0,   0, 200,  0,  0, ALONE, 20 },
	{ "waves of 200 ms, 2 % loss",      20,  40,  200000,  2,   0, 200,  0,  0, ALONE, 20 },
	{ "policer of 20 Mbit/s",          100,  40, 1000000,  0,   0,   0, 20,  0, ALONE, 20 },
	{ "wakes up 10 ms late",           100,  80, 1000000,  0,   0,   0,  0, 10, ALONE, 20 },
	{ "5 ms, wakes up 10 ms late",     100,   5,  125000,  0,   0,   0,  0, 10, ALONE, 20 },
	{ "2 Mbit/s, 200 ms",                2, 200,  100000,  0,   0,   0,  0,  0, ALONE, 30 },
	{ "2 Mbit/s, 50 ms, 5 % loss",       2,  50,   50000,  5,   0,   0,  0,  0, ALONE, 30 },
	{ "10 Mbit/s, 300 ms, 3 % loss",    10, 300,  375000,  3,   0,   0,  0,  0, ALONE, 30 },
	{ "1 Gbit/s, 5 ms",               1000,   5,  625000,  0,   0,   0,  0,  0, ALONE,  4 },
	{ "1 Gbit/s, 5 ms, 1 % loss",     1000,   5,  625000,  1,   0,   0,  0,  0, ALONE,  4 },
	{ "beside CUBIC, half a BDP",       50,  40,  125000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ "beside CUBIC, 1 BDP",            50,  40,  250000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ "beside CUBIC, 1 BDP, 80 ms",    100,  80, 1000000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ "beside CUBIC, half, 80 ms",      100,  80,  500000, 0, 0, 0, 0, 0, RIVAL_FIRST, 120 },
	{ "CUBIC comes, half, 80 ms",       100,  80,  500000, 0, 0, 0, 0, 0, OURS_FIRST, 120 },
	{ "beside CUBIC, shallow, 80 ms",   100,  80,  100000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ "beside CUBIC, 2 BDP",            50,  40,  500000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ "beside CUBIC, 4 BDP",            50,  40, 1000000, 0, 0, 0, 0, 0, RIVAL_FIRST, 60 },
	{ NULL },
};
/* clang-format on */

static struct ours {
	struct recovery *recovery;
	struct acks acks;
	uint64_t next_number, next_unit;
	uint64_t *again; /* units lost, to be sent again: a ring of UNITS */
	uint64_t again_first, again_last;
	uint8_t *got;
	uint64_t delivered, sent; /* units */
	uint64_t turn_at;         /* when the loop wakes up */
} o;
static struct rival rival;
static struct path path;

static void ours_start(void)
{
	o = (struct ours){ .recovery = recovery_new(),
		           .again = calloc(UNITS, sizeof o.again[0]),
		           .got = calloc(UNITS, 1),
		           .turn_at = path.now };
	recovery_path_start(o.recovery, 0, false);
	acks_init(&o.acks);
}

static void ours_end(void)
{
	recovery_free(o.recovery);
	free(o.again);
	free(o.got);
}

static void ours_send(void)
{
	while (recovery_may_send(o.recovery, 0, path.now)) {
		bool again = o.again_first < o.again_last;
		uint64_t unit = again ? o.again[o.again_first++ % UNITS] : o.next_unit++;
		struct sent_frame f = { .kind = SENT_STREAM, .offset = unit, .len = 1 };

		recovery_sent(o.recovery, o.next_number, 0, SIZE, true, &f, 1, path.now);
		path_send(&path, SIZE,
		          (struct event){ .flow = OURS, .number = o.next_number++, .unit = unit });
		o.sent++;
	}
	congestion_limited(&o.recovery->flows[0].congestion, true);
}

/* The sender's loop has a turn. */
static void ours_turn(void)
{
	struct sent_frame f;
	bool lost;

	if (recovery_deadline(o.recovery) <= path.now)
		recovery_timer(o.recovery, path.now);
	while (sent_take(&o.recovery->sent, &f, &lost)) {
		if (lost)
			o.again[o.again_last++ % UNITS] = f.offset;
	}
	ours_send();
	uint64_t pace_at = recovery_pace_at(o.recovery, 0), at = recovery_deadline(o.recovery);
	if (pace_at != 0)
		at = min_of(at, pace_at);
	o.turn_at = at == NEVER ? NEVER : max_of(at, path.now + 1) + path.kind->late_ms * MS;
}

static void ours_ack(void)
{
	uint8_t buffer[SIZE];
	struct writer out = writer_of(buffer, sizeof buffer);

	if (!(o.acks.due_at <= path.now) || !acks_write(&o.acks, &out, path.now))
		return;
	struct reader in = reader_of(written(&out));
	struct frame *frame = malloc(sizeof *frame);
	if (frame_read(&in, frame))
		path_send(&path, 60,
		          (struct event){ .flow = OURS, .is_ack = true, .frame = frame });
}

static void arrived(const struct event *e)
{
	if (e->flow == RIVAL && e->is_ack) {
		rival_acked(&rival, e->number, path.now);
	} else if (e->flow == RIVAL) {
		path_send(&path, 60,
		          (struct event){ .flow = RIVAL, .is_ack = true, .number = e->number });
	} else if (e->is_ack) {
		recovery_acked(o.recovery, e->frame, path.now);
		free(e->frame);
		o.turn_at = min_of(o.turn_at, path.now + path.kind->late_ms * MS);
	} else {
		o.delivered += !o.got[e->unit % UNITS];
		o.got[e->unit % UNITS] = 1;
		acks_received(&o.acks, e->number, true, path.now);
	}
}

static void run(uint64_t until)
{
	while (path.now < until) {
		struct event e;

		while (path_arrive(&path, &e))
			arrived(&e);
		ours_ack();
		if (o.turn_at <= path.now)
			ours_turn();
		if (rival.on) {
			rival_timer(&rival, path.now);
			rival_send(&rival, &path, RIVAL);
		}
		uint64_t next = min_of(path_next(&path), min_of(o.turn_at, o.acks.due_at));
		if (rival.on)
			next = min_of(next, rival.rto_at);
		path.now = max_of(min_of(next, until), path.now);
	}
}

/* What one run shows; see above. */
struct result {
	double used;
	uint64_t wait, vain, share;
};

static struct result bench(const struct path_kind *kind, uint64_t seed)
{
	path_start(&path, kind, seed);
	memset(&rival, 0, sizeof rival);
	ours_start();
	uint64_t start = path.now, delivered = 0, rivals = 0, us = kind->seconds * SECOND;
	if (kind->rival != ALONE) { /* what counts begins when both are settled */
		uint64_t second = path.now + 2 * SECOND + random_below(&path.random.random, SECOND);
		if (kind->rival == RIVAL_FIRST) {
			rival_start(&rival, path.now);
			o.turn_at = second;
		} else {
			run(second);
			rival_start(&rival, path.now);
		}
		run(start + us / 4);
		delivered = o.delivered;
		rivals = rival.delivered;
		start = path.now;
	}
	run(start + 2 * SECOND);
	path.waits_count = 0; /* of the start */
	run(start + us);
	double mbit = kind->policer_mbit > 0 ? kind->policer_mbit : kind->mbit;
	double capacity = mbit * (double)us / 8 / 1000;
	uint64_t ours = (o.delivered - delivered) * SIZE,
		 theirs = (rival.delivered - rivals) * RIVAL_SIZE;
	uint64_t rtt = kind->rtt_ms * MS;

	struct result result = { .used = (double)(ours + theirs) / capacity,
		                 .wait = (rtt + path_wait(&path, 990)) * 1000 / rtt,
		                 .vain = (o.sent - o.delivered) * 1000 / o.sent,
		                 .share = theirs == 0 ? 0 : ours * 100 / theirs };
	ours_end();
	path_end(&path);
	return result;
}

static int by_share(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	return (x->share > y->share) - (x->share < y->share);
}

static void print_row(const struct path_kind *kind)
{
	struct result results[SEEDS];
	size_t count = kind->rival == ALONE ? 1 : SEEDS;

	for (size_t i = 0; i < count; i++)
		results[i] = bench(kind, i + 1);
	qsort(results, count, sizeof results[0], by_share);
	const struct result *r = &results[count / 2];
	printf("%s\t%.0f\t%llu\t%llu\t%llu\n", kind->name, r->used, (unsigned long long)r->wait,
	       (unsigned long long)r->vain, (unsigned long long)r->share);
	fflush(stdout);
}

static bool is_among(char **names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

int main(int argc, char **argv)
{
	bool names = argc == 2 && strcmp(argv[1], "--names") == 0;

	for (const struct path_kind *kind = kinds; kind->name != NULL; kind++) {
		if (names)
			puts(kind->name);
		else if (argc < 2 || is_among(argv + 1, kind->name))
			print_row(kind);
	}
	return 0;
}
