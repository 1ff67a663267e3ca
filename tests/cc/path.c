#include "tests/cc/path.h"

#include <stdlib.h>

#include "base/min_max.h"

void path_start(struct path *p, const struct path_kind *kind, uint64_t seed)
{
	*p = (struct path){ .kind = kind,
		            .random = test_random(seed),
		            .now = 100 * SECOND,
		            .tokens_at = 100 * SECOND };
	p->tokens = kind->policer_mbit * 125 * 50;
}

void path_end(struct path *p)
{
	for (size_t i = 0; i < p->heap_count; i++)
		free(p->heap[i].frame);
	free(p->heap);
	free(p->waits);
}

static void *grown(void *at, size_t *cap, size_t size)
{
	*cap = *cap == 0 ? 1024 : 2 * *cap;
	return realloc(at, *cap * size);
}

static bool before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct path *p, struct event e)
{
	if (p->heap_count == p->heap_cap)
		p->heap = grown(p->heap, &p->heap_cap, sizeof e);
	size_t i = p->heap_count++;
	for (; i > 0 && before(&e, &p->heap[(i - 1) / 2]); i = (i - 1) / 2)
		p->heap[i] = p->heap[(i - 1) / 2];
	p->heap[i] = e;
}

uint64_t path_next(const struct path *p)
{
	return p->heap_count == 0 ? NEVER : p->heap[0].at;
}

bool path_arrive(struct path *p, struct event *e)
{
	if (path_next(p) > p->now)
		return false;
	*e = p->heap[0];
	struct event last = p->heap[--p->heap_count];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < p->heap_count; i = child) {
		child += child + 1 < p->heap_count && before(&p->heap[child + 1], &p->heap[child]);
		if (!before(&p->heap[child], &last))
			break;
		p->heap[i] = p->heap[child];
	}
	p->heap[i] = last;
	return true;
}

static bool chance(struct path *p, double percent)
{
	return random_below(&p->random.random, 1000000) < (uint64_t)(percent * 10000);
}

static bool policed(struct path *p, size_t bytes)
{
	double rate = p->kind->policer_mbit / 8; /* bytes a us */

	if (rate <= 0)
		return false;
	p->tokens += (double)(p->now - p->tokens_at) * rate;
	p->tokens_at = p->now;
	if (p->tokens > rate * 50000)
		p->tokens = rate * 50000;
	if (p->tokens < (double)bytes)
		return true;
	p->tokens -= (double)bytes;
	return false;
}

/* The time at which the packet has left the link; 0: the queue is full. */
static uint64_t through_link(struct path *p, size_t bytes)
{
	double ns_a_byte = 8000 / p->kind->mbit;
	uint64_t now_ns = p->now * 1000;

	p->busy_ns = max_of(p->busy_ns, now_ns);
	uint64_t wait = p->busy_ns - now_ns;
	if ((double)wait > ns_a_byte * (double)p->kind->queue_bytes)
		return 0;
	if (p->waits_count == p->waits_cap)
		p->waits = grown(p->waits, &p->waits_cap, sizeof p->waits[0]);
	p->waits[p->waits_count++] = wait / 1000;
	p->busy_ns += (uint64_t)(ns_a_byte * (double)bytes);
	return p->busy_ns / 1000;
}

void path_send(struct path *p, size_t bytes, struct event e)
{
	uint64_t left = p->now, jitter = 0;

	if (!e.is_ack && (policed(p, bytes) || (left = through_link(p, bytes)) == 0))
		return;
	if (chance(p, p->kind->loss_percent)) {
		free(e.frame);
		return;
	}
	if (!e.is_ack && p->kind->jitter_ms > 0)
		jitter = random_below(&p->random.random, p->kind->jitter_ms * MS);
	if (!e.is_ack && p->kind->waves_ms > 0) {
		if (p->now >= p->wave_at + 20 * MS) {
			p->wave_at = p->now;
			p->wave = random_below(&p->random.random, p->kind->waves_ms * MS);
		}
		jitter = p->wave;
	}
	e.at = left + p->kind->rtt_ms * MS / 2 + jitter;
	if (!e.is_ack && p->kind->waves_ms > 0)
		e.at = p->last_at = max_of(e.at, p->last_at);
	e.order = p->order++;
	push(p, e);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

uint64_t path_wait(struct path *p, unsigned permille)
{
	if (p->waits_count == 0)
		return 0;
	qsort(p->waits, p->waits_count, sizeof p->waits[0], compare);
	return p->waits[(p->waits_count - 1) * permille / 1000];
}
