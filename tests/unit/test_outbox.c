/* What is said arrives once and in order, whoever is killed, and whenever the power is lost. */
#include "chat/outbox.h"

#include <stdio.h>

#include "base/text.h"
#include "chat/posting.h"
#include "crypto/sealed_log.h"
#include "crypto/sha256.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/support.h"

static struct test_random randomness;

static uint64_t below(uint64_t limit)
{
	return random_below(&randomness.random, limit);
}

/* A file, and what of it would outlive a loss of power. */
struct disk {
	uint8_t bytes[OUTBOX_FILE];
	size_t len, synced;
};

static const uint8_t secret[HASH_LEN] = "known to its user alone", whom[HASH_LEN] = "bob";

static uint64_t unix_s = 1800000000;

static struct outbox *opened_as(struct disk *d, const uint8_t *key, const uint8_t *about)
{
	static uint8_t copy[OUTBOX_FILE];
	struct outbox *o = outbox_new(span_of(key, HASH_LEN), span_of(about, HASH_LEN),
	                              &randomness.random, unix_s);
	assert_non_null(o);
	memcpy(copy, d->bytes, d->len);
	if (d->len == 0 || outbox_read(o, copy, d->len))
		return o;
	outbox_free(o);
	return NULL;
}

static struct outbox *opened(struct disk *d)
{
	struct outbox *o = opened_as(d, secret, whom);
	assert_non_null(o);
	return o;
}

static void write_out(struct outbox *o, struct disk *d)
{
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	bool whole, sync;
	if (!outbox_output(o, &w, &whole, &sync))
		return;
	assert_false(w.full);
	if (whole)
		d->len = 0;
	assert_true(d->len + w.len <= sizeof d->bytes);
	if (w.len > 0)
		memcpy(d->bytes + d->len, bytes, w.len);
	d->len += w.len;
	if (whole || sync)
		d->synced = d->len;
	assert_false(outbox_output(o, &w, &whole, &sync));
}

/* Of what was not synced a part is there, and its end may be anything. */
static void lose_power(struct disk *d)
{
	size_t torn = d->len - d->synced;
	d->len = d->synced + (size_t)below(torn + 1);
	for (size_t i = 0; i < 20 && d->len > d->synced + i; i++)
		d->bytes[d->len - 1 - i] ^= (uint8_t)below(2);
	d->synced = d->len;
}

static struct disk disk, other;

static void add(struct outbox *o, const char *text, bool waits)
{
	assert_int_equal(outbox_add(o, span_text(text), false, waits), OK);
}

static void next_is(const struct outbox *o, const char *text)
{
	struct outbox_line line;
	assert_true(outbox_next(o, false, &line));
	assert_span_text(line.text, text);
}

/* ---- the file ---- */

static void test_outbox_goes_on_in_the_next_run(void **state)
{
	(void)state;
	disk.len = 0;
	struct outbox *o = opened(&disk);
	add(o, "one", true);
	add(o, "two", true);
	write_out(o, &disk);
	outbox_said(o, 1);
	outbox_said(o, 2);
	assert_false(outbox_confirmed(o, 1));
	write_out(o, &disk);
	outbox_free(o);

	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), 1);
	next_is(o, "two");
	outbox_said(o, 7);
	assert_false(outbox_unsaid(o));
	outbox_again(o);
	next_is(o, "two");
	outbox_said(o, 1);
	assert_true(outbox_confirmed(o, 1));
	write_out(o, &disk);
	outbox_free(o);
	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), 0);
	outbox_free(o);
}

static void test_outbox_opens_only_with_its_keys(void **state)
{
	(void)state;
	static const char text[] = "a secret that must not be on the disk";
	uint8_t wrong[HASH_LEN];
	disk.len = 0;
	struct outbox *o = opened(&disk);
	add(o, text, true);
	write_out(o, &disk);
	outbox_free(o);
	for (size_t i = 0; i + 4 < disk.len; i++)
		assert_memory_not_equal(disk.bytes + i, text, 4);
	memcpy(wrong, secret, sizeof wrong);
	wrong[31] ^= 1;
	assert_null(opened_as(&disk, wrong, whom));
	assert_null(opened_as(&disk, secret, wrong));
	for (size_t i = 0; i < disk.len; i++) { /* all of it was written at once */
		disk.bytes[i] ^= 0x10;
		assert_null(opened_as(&disk, secret, whom));
		disk.bytes[i] ^= 0x10;
	}
	size_t len = disk.len;
	for (disk.len = 1; disk.len < len; disk.len++)
		assert_null(opened_as(&disk, secret, whom));
	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), 1);
	outbox_free(o);
}

/* What has only the beginning of a state has none. */
static void test_outbox_has_a_whole_state(void **state)
{
	(void)state;
	static const uint8_t begun[] = { 1 };
	struct sealed_log log;
	struct writer w = writer_of(disk.bytes, sizeof disk.bytes);

	sealed_log_begin(&log, span_of(secret, HASH_LEN), span_of(whom, HASH_LEN),
	                 &randomness.random, &w);
	sealed_log_add(&log, span_of(begun, sizeof begun), &randomness.random, &w);
	disk.len = w.len;
	assert_null(opened_as(&disk, secret, whom));
}

/* A record that is somewhere else counts as the end. */
static void test_sealed_log_records_have_their_place(void **state)
{
	(void)state;
	uint8_t file[512], copy[512];
	struct sealed_log log;
	struct span left, text;
	struct span key = span_of(secret, HASH_LEN), about = span_of(whom, HASH_LEN);
	struct writer w = writer_of(file, sizeof file);
	sealed_log_begin(&log, key, about, &randomness.random, &w);
	for (int i = 0; i < 3; i++)
		sealed_log_add(&log,
		               span_text(i == 0   ? "a"
		                         : i == 1 ? "b"
		                                  : "c"),
		               &randomness.random, &w);
	size_t one = SEALED_LOG_EXTRA + 1;
	for (int variant = 0; variant < 3; variant++) {
		memcpy(copy, file, w.len);
		if (variant == 1) /* the first is missing */
			memmove(copy + SEALED_LOG_HEAD, copy + SEALED_LOG_HEAD + one, 2 * one);
		if (variant == 2) /* the second is the first again */
			memcpy(copy + SEALED_LOG_HEAD + one, file + SEALED_LOG_HEAD, one);
		left = span_of(copy, w.len);
		assert_true(sealed_log_open(&log, key, about, &left));
		int count = 0;
		while (sealed_log_next(&log, &left, &text))
			count++;
		assert_int_equal(count, variant == 0 ? 3 : variant == 1 ? 0 : 1);
	}
}

static void test_outbox_is_bounded_and_its_file_too(void **state)
{
	(void)state;
	static uint8_t text[LIMIT_TEXT];
	uint64_t as = 0;
	unsigned lines = 0;
	memset(text, 'x', sizeof text);
	disk.len = 0;
	struct outbox *o = opened(&disk);
	while (outbox_add(o, span_of(text, sizeof text), false, true) == OK)
		lines++;
	assert_int_equal(lines, PENDING_ROOM / (LIMIT_TEXT + PENDING_LINE));
	write_out(o, &disk);
	for (unsigned i = 0; i < 40; i++) {
		outbox_said(o, ++as);
		(void)outbox_confirmed(o, as);
		assert_int_equal(outbox_add(o, span_of(text, sizeof text), false, true), OK);
		write_out(o, &disk);
	}
	outbox_free(o);
	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), lines);
	outbox_free(o);
}

static void test_outbox_writes_everything_after_a_failure(void **state)
{
	(void)state;
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	bool whole, sync;
	disk.len = 0;
	struct outbox *o = opened(&disk);
	add(o, "one", true);
	write_out(o, &disk);
	assert_true(outbox_unwritten(o) == 0);
	add(o, "two", true);
	uint64_t two = outbox_unwritten(o);
	assert_true(two > 0);
	assert_true(outbox_output(o, &w, &whole, &sync));
	assert_true(!whole && sync);
	assert_true(outbox_unwritten(o) == 0);
	outbox_failed(o);
	assert_true(outbox_unwritten(o) == two);
	w.len = 0;
	assert_true(outbox_output(o, &w, &whole, &sync));
	assert_true(whole);
	memcpy(disk.bytes, bytes, w.len);
	disk.len = w.len;
	outbox_free(o);
	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), 2);
	outbox_free(o);
}

/* A run adds a line, which is confirmed. Returns its number. */
static uint64_t run_of_one_line(void)
{
	struct outbox_line line;
	struct outbox *o = opened(&disk);
	add(o, "line", true);
	assert_true(outbox_next(o, false, &line));
	outbox_said(o, 1);
	assert_true(outbox_confirmed(o, 1));
	write_out(o, &disk);
	outbox_free(o);
	return line.mark.number;
}

/* The receiver has seen the numbers of runs that the copy does not know of. */
static void test_outbox_of_a_restored_copy_begins_above(void **state)
{
	(void)state;
	disk.len = 0;
	uint64_t last = run_of_one_line();
	other = disk;
	for (int i = 0; i < 3; i++) {
		uint64_t number = run_of_one_line();
		assert_true(number > last);
		last = number;
	}
	disk = other;
	unix_s += 10;
	assert_true(run_of_one_line() > last);
	unix_s = 5; /* the clock was set back: what is known counts */
	uint64_t number = run_of_one_line();
	assert_true(number > last);
	unix_s = UINT64_MAX;
	assert_true(run_of_one_line() > number);
	unix_s = 1800000000;
}

/* A run whose file cannot be written says a line, which the peer is shown. Returns its mark. */
static struct outbox_mark run_with_full_disk(struct outbox *peer)
{
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct outbox_line line;
	bool whole, sync;
	struct outbox *o = opened(&disk);
	outbox_reserve(o);
	assert_true(outbox_output(o, &w, &whole, &sync));
	outbox_failed(o);
	add(o, "line", false);
	assert_true(outbox_next(o, false, &line));
	outbox_said(o, 1);
	write_out(o, &other); /* from now on there is room: what was said keeps its mark */
	outbox_again(o);
	struct outbox_mark mark = line.mark;
	assert_true(outbox_next(o, false, &line));
	assert_memory_equal(&line.mark, &mark, sizeof mark);
	assert_false(outbox_heard(peer, &mark));
	outbox_hear(peer, &mark, true);
	outbox_free(o);
	return mark;
}

/* No clock, and nothing of a run is on the disk: the next run has the same numbers, and its lines
 * are not taken for those of the last. */
static void test_outbox_of_runs_that_cannot_write_have_their_own_names(void **state)
{
	(void)state;
	disk.len = 0;
	unix_s = 0;
	struct outbox *peer = outbox_new(span_of(secret, HASH_LEN), span_of(whom, HASH_LEN),
	                                 &randomness.random, unix_s);
	(void)run_of_one_line();
	struct outbox_mark one = run_with_full_disk(peer), two = run_with_full_disk(peer);
	assert_true(one.number == two.number);
	assert_memory_not_equal(one.name, two.name, sizeof one.name);
	unix_s = 1800000000;
	outbox_free(peer);
}

/* ... but where the file can be written, all runs have one name, from the first line on. */
static void test_outbox_has_one_name(void **state)
{
	(void)state;
	struct outbox_line first, line;
	disk.len = 0;
	unix_s = 0;
	for (int i = 0; i < 4; i++) {
		struct outbox *o = opened(&disk);
		outbox_reserve(o);
		write_out(o, &disk);
		add(o, "line", i % 2);
		if (i % 2)
			write_out(o, &disk);
		assert_true(outbox_next(o, false, &line));
		first = i == 0 ? line : first;
		assert_memory_equal(line.mark.name, first.mark.name, sizeof first.mark.name);
		outbox_said(o, 1);
		write_out(o, &disk);
		(void)outbox_confirmed(o, 1);
		write_out(o, &disk);
		outbox_free(o);
		unix_s += 3 * (uint64_t)i;
	}
	unix_s = 1800000000;
}

/* The peer says which outbox its lines are of: ours takes its word, and only for these. */
static void test_outbox_takes_the_word_of_its_contact(void **state)
{
	(void)state;
	disk.len = 0;
	struct outbox *o = opened(&disk);
	struct outbox_mark mark = { .name = "first", .number = 0 };
	outbox_hear(o, &mark, true);
	assert_false(outbox_heard(o, &mark));
	mark.number = UINT64_MAX >> 2;
	outbox_hear(o, &mark, true);
	write_out(o, &disk);
	outbox_free(o);
	o = opened(&disk);
	assert_true(outbox_heard(o, &mark));
	mark.number = 1;
	assert_true(outbox_heard(o, &mark));
	memcpy(mark.name, "second", 6);
	assert_false(outbox_heard(o, &mark));
	outbox_hear(o, &mark, false);
	assert_true(outbox_heard(o, &mark));
	mark.number = 2;
	assert_false(outbox_heard(o, &mark));
	outbox_free(o);
}

static struct outbox_mark mark_of(unsigned host, uint64_t number)
{
	return (struct outbox_mark){ .name = { (uint8_t)host }, .number = number };
}

/* A contact who has its key on several hosts: a line of each is known again, although others have
 * spoken since, in this run and in the next, from a log or from what was written anew. Of more
 * hosts than are told apart those are that spoke last. */
static void test_outbox_tells_hosts_of_a_contact_apart(void **state)
{
	(void)state;
	disk.len = 0;
	struct outbox *o = opened(&disk);
	for (unsigned round = 1; round <= 3; round++) {
		for (unsigned host = 1; host <= OUTBOX_HEARD; host++) {
			struct outbox_mark mark = mark_of(host, 10 * round);
			assert_false(outbox_heard(o, &mark));
			outbox_hear(o, &mark, true);
			write_out(o, &disk);
		}
		if (round == 2)
			outbox_failed(o);
		write_out(o, &disk);
		if (round != 1) {
			outbox_free(o);
			o = opened(&disk);
		}
		for (unsigned host = 1; host <= OUTBOX_HEARD; host++) {
			struct outbox_mark old = mark_of(host, 10 * round),
					   new = mark_of(host, 10 * round + 1);
			assert_true(outbox_heard(o, &old));
			assert_false(outbox_heard(o, &new));
		}
	}
	struct outbox_mark one = mark_of(1, 31), two = mark_of(2, 30), more = mark_of(9, 1);
	outbox_hear(o, &one, true); /* so the second is the oldest */
	outbox_hear(o, &more, true);
	assert_true(outbox_heard(o, &one) && outbox_heard(o, &more));
	assert_false(outbox_heard(o, &two));
	struct outbox_mark none = mark_of(0, 1);
	assert_false(outbox_heard(o, &none));
	outbox_free(o);
}

/* ---- files ---- */

static void test_outbox_files_wait_in_their_places(void **state)
{
	(void)state;
	struct outbox_line line;
	disk.len = 0;
	struct outbox *o = opened(&disk);
	add(o, "one", true);
	assert_int_equal(outbox_add_file(o, span_text("a.jpg"), 5), OK);
	add(o, "two", true);
	assert_int_equal(outbox_add_file(o, span_text("b.jpg"), 6), OK);
	assert_int_equal(outbox_waiting(o), 2);
	assert_int_equal(outbox_files(o), 2);
	write_out(o, &disk);
	for (size_t i = 0; i + 5 < disk.len; i++)
		assert_memory_not_equal(disk.bytes + i, "a.jpg", 5);
	outbox_free(o);

	o = opened(&disk);
	assert_int_equal(outbox_files(o), 2);
	outbox_said(o, 1);
	next_is(o, "two"); /* lines do not wait for files */
	assert_true(outbox_next(o, true, &line));
	assert_true(line.file && line.tag == 0);
	assert_span_text(line.text, "a.jpg");
	uint64_t first = line.mark.number;
	outbox_tag(o, first, 9);
	outbox_offered(o, first);
	next_is(o, "two");
	outbox_said(o, 2);
	assert_true(outbox_confirmed(o, 2)); /* ... and are done without them */
	assert_true(outbox_next(o, true, &line));
	assert_span_text(line.text, "b.jpg");
	write_out(o, &disk);
	outbox_drop_file(o, first);
	outbox_drop_file(o, first);
	outbox_drop_file(o, 7);
	write_out(o, &disk);
	outbox_free(o);

	o = opened(&disk);
	assert_int_equal(outbox_waiting(o), 0);
	assert_int_equal(outbox_files(o), 1);
	assert_true(outbox_file_after(o, 0, &line));
	assert_span_text(line.text, "b.jpg");
	assert_false(outbox_file_after(o, line.mark.number, &line));
	outbox_free(o);
}

/* What waits says since when, and no number comes twice whatever the clock says. */
static void test_outbox_numbers_tell_the_time(void **state)
{
	(void)state;
	struct outbox_line line;
	uint64_t last = 0;
	const uint64_t times[] = { 1800000000, 1800003600, 5, UINT64_MAX, 1800007200 };
	disk.len = 0;
	struct outbox *o = opened(&disk);
	assert_int_equal(outbox_since(o), 0);
	for (unsigned i = 0; i < 5; i++) {
		outbox_clock(o, times[i]);
		assert_int_equal(outbox_add_file(o, span_text("f"), 0), OK);
		assert_true(outbox_file_after(o, last, &line));
		assert_true(line.mark.number > last);
		last = line.mark.number;
		assert_int_equal(outbox_since(o), times[0] + (i > 0 ? 3600 : 0));
		if (i == 0)
			outbox_drop_file(o, last);
	}
	write_out(o, &disk);
	outbox_free(o);
	o = opened(&disk);
	assert_int_equal(outbox_since(o), times[1]);
	outbox_free(o);
}

/* ---- many conversations ---- */

enum { LINES = 40, CONVERSATIONS = 1000, PLACES = 3 };

/* A file on its way: it is offered, has arrived, or the sender knows that. */
enum stage { NO_FILE, OFFERED, ARRIVED, KNOWN };

/* One says lines to the other, both being killed at any moment. */
struct tale {
	struct outbox *from, *to; /* NULL: does not run */
	bool here;                /* they talk */
	bool power;               /* it is lost, too */
	bool full, is_full;       /* the sender's disk, now and then; and there is no clock */
	unsigned typed, waited;   /* lines; the last that was accepted while nobody was here */
	bool sure[LINES + 1];     /* accepted, so it has to arrive */
	struct {
		unsigned line;
		struct outbox_mark mark;
	} way[LINES]; /* on their way, as texts first, first + 1... */
	unsigned said, heard, confirmed;
	struct {
		enum stage stage;
		unsigned line;
		uint64_t number;
	} files[PLACES];
	bool noted[LINES + 1]; /* a file is whole at the receiver, who has to remember that */
	unsigned arrived[LINES + 1];
	unsigned shown[LINES + 1], last, excused;
};

static unsigned line_of(struct span text)
{
	uint64_t line = 0;
	assert_true(text_read_u64(text, LINES, &line));
	return (unsigned)line;
}

/* False: the sender's disk has no room. */
static bool store(struct tale *t)
{
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	bool whole, sync;
	t->is_full = t->full && t->is_full != (below(8) == 0);
	if (!t->is_full) {
		write_out(t->from, &disk);
		return true;
	}
	if (!outbox_output(t->from, &w, &whole, &sync))
		return true;
	outbox_failed(t->from);
	return false;
}

static void part(struct tale *t)
{
	if (t->here && t->from != NULL) {
		outbox_again(t->from);
		(void)store(t);
	}
	t->here = false;
	t->said = t->heard = t->confirmed = 0;
	memset(t->files, 0, sizeof t->files);
}

static void type(struct tale *t)
{
	char text[16];
	if (t->from == NULL || t->typed == LINES)
		return;
	snprintf(text, sizeof text, "%u", ++t->typed);
	bool file = below(4) == 0;
	if (file)
		assert_int_equal(outbox_add_file(t->from, span_text(text), t->typed), OK);
	else
		add(t->from, text, !t->here);
	if (below(8) == 0) /* killed before it was accepted */
		return;
	t->sure[t->typed] = store(t) && (file || !t->here || !t->power);
}

/* The first place with a file at this stage; -1. */
static int place_of(const struct tale *t, enum stage stage)
{
	for (int i = 0; i < PLACES; i++)
		if (t->files[i].stage == stage)
			return i;
	return -1;
}

static void speak(struct tale *t)
{
	struct outbox_line line;
	int place = place_of(t, NO_FILE);
	if (!t->here || !outbox_next(t->from, place >= 0, &line))
		return;
	if (line.file) {
		outbox_offered(t->from, line.mark.number);
		t->files[place].stage = OFFERED;
		t->files[place].line = line_of(line.text);
		t->files[place].number = line.mark.number;
		return;
	}
	t->way[t->said].line = line_of(line.text);
	t->way[t->said].mark = line.mark;
	outbox_said(t->from, ++t->said);
	(void)store(t); /* before the network has it */
}

/* True: it is killed after it has shown a line, and before the disk knows. */
static bool hear(struct tale *t)
{
	if (!t->here || t->heard == t->said)
		return false;
	unsigned line = t->way[t->heard].line;
	const struct outbox_mark *mark = &t->way[t->heard].mark;
	if (!outbox_heard(t->to, mark)) {
		assert_true(line > t->last || t->excused == line || (t->full && t->shown[line]));
		t->last = line;
		t->shown[line] += t->excused != line;
		t->excused = 0;
		if (below(20) == 0) {
			t->excused = line;
			return true;
		}
		outbox_hear(t->to, mark, t->power);
		write_out(t->to, &other);
	}
	t->heard++;
	return false;
}

/* A file that is on its way gets further; a kill may come between any two steps. True: it is the
 * receiver's. */
static bool carry(struct tale *t)
{
	unsigned i = (unsigned)below(PLACES), line = t->files[i].line;
	bool kill = below(6) == 0;
	if (!t->here)
		return false;
	switch (t->files[i].stage) {
	case NO_FILE: return false;
	case OFFERED:
		t->arrived[line] += !t->noted[line];
		t->noted[line] = true;
		t->files[i].stage = ARRIVED;
		return kill;
	case ARRIVED: /* the disk knows before the receiver is told */
		outbox_drop_file(t->from, t->files[i].number);
		if (!kill)
			(void)store(t);
		t->files[i].stage = kill ? NO_FILE : KNOWN;
		if (kill) {
			outbox_free(t->from);
			t->from = NULL;
			part(t);
		}
		return false;
	case KNOWN: t->noted[line] = false; t->files[i].stage = NO_FILE;
	}
	return false;
}

static void confirm(struct tale *t)
{
	if (t->here && t->confirmed < t->heard) {
		assert_true(t->shown[t->way[t->confirmed].line] > 0);
		(void)outbox_confirmed(t->from, ++t->confirmed);
		if (below(2))
			(void)store(t);
	}
}

static void end(struct outbox **o, struct disk *d, bool power)
{
	outbox_free(*o);
	*o = NULL;
	if (power)
		lose_power(d);
}

static void start(struct tale *t)
{
	if (t->from != NULL)
		return;
	t->from = opened(&disk);
	outbox_reserve(t->from);
	(void)store(t);
}

static void meet(struct tale *t)
{
	start(t);
	if (t->to == NULL)
		t->to = opened(&other);
	t->here = true;
}

static void step(struct tale *t)
{
	switch (below(14)) {
	case 0:
		if (t->to != NULL && below(3) == 0)
			part(t);
		break;
	case 1:
		if (below(3) == 0) {
			end(&t->from, &disk, t->power && below(2));
			part(t);
		}
		break;
	case 2:
		if (below(3) == 0) {
			end(&t->to, &other, t->power && below(2));
			part(t);
		}
		break;
	case 3:
		if (!t->here)
			meet(t);
		break;
	case 4: start(t); break;
	case 5:
	case 6: type(t); break;
	case 7:
	case 8: speak(t); break;
	case 9:
	case 10:
		if (hear(t)) {
			end(&t->to, &other, false);
			part(t);
		}
		break;
	case 11:
	case 12:
		if (carry(t)) {
			end(&t->to, &other, false);
			part(t);
		}
		break;
	default: confirm(t); break;
	}
}

static void tell(unsigned seed)
{
	struct tale t = { .power = seed % 2, .full = seed % 3 == 0 };
	unix_s = t.full ? 0 : 1800000000;
	randomness = test_random(seed);
	disk.len = disk.synced = other.len = other.synced = 0;
	for (unsigned i = 0; i < 300; i++)
		step(&t);
	part(&t);
	meet(&t);
	while (outbox_unsaid(t.from) || t.heard < t.said || outbox_files(t.from) > 0) {
		if (t.said < LINES)
			speak(&t);
		if (carry(&t)) {
			end(&t.to, &other, false);
			part(&t);
		}
		if (!t.here)
			meet(&t);
		if (hear(&t)) {
			end(&t.to, &other, false);
			part(&t);
			meet(&t);
		}
		confirm(&t);
	}
	for (unsigned i = 1; i <= LINES; i++) {
		assert_true(t.full || t.shown[i] + t.arrived[i] <= 1);
		assert_true(!t.sure[i] || t.shown[i] + t.arrived[i] >= 1);
	}
	unix_s = 1800000000;
	outbox_free(t.from);
	outbox_free(t.to);
}

static void test_outbox_every_accepted_line_and_file_arrives_once(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= CONVERSATIONS; seed++)
		tell(seed);
}

/* ---- through the chat ---- */

static struct session link_a, link_b;

static void move(void)
{
	fake_move(&link_a, STREAM_CHAT, SIZE_MAX);
	fake_move(&link_b, STREAM_CHAT, SIZE_MAX);
	fake_ack(&link_a, STREAM_CHAT);
	fake_ack(&link_b, STREAM_CHAT);
}

static void test_posting_marks_each_text(void **state)
{
	(void)state;
	struct event e;
	fake_pair(&link_a, &link_b);
	struct chat *a = chat_new(MODE_CHAT), *b = chat_new(MODE_CHAT);
	chat_attach(a, &link_a);
	chat_attach(b, &link_b);
	disk.len = 0;
	struct outbox *o = opened(&disk);
	add(o, "waited", true);
	assert_int_equal(posting_text(a, o, span_text("now"), false), ERR_FULL);
	assert_true(posting_next(a, o));
	assert_false(posting_next(a, o));
	assert_int_equal(posting_text(a, o, span_text("now"), false), OK);
	assert_int_equal(chat_text(a, span_text("of no outbox"), false), OK);
	uint64_t last = 0;
	for (unsigned i = 1; i <= 3; i++) {
		move();
		chat_step(b);
		assert_true(chat_take(b, &e));
		assert_int_equal(e.kind, EVENT_TEXT);
		assert_span_text(e.text, i == 1 ? "waited" : i == 2 ? "now" : "of no outbox");
		assert_true(i == 3 ? e.mark.number == 0 : e.mark.number > last);
		last = e.mark.number;
	}
	chat_finish(a);
	assert_int_equal(posting_text(a, o, span_text("late"), false), ERR_STATE);
	assert_int_equal(outbox_waiting(o), 1);
	outbox_free(o);
	chat_free(a);
	chat_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outbox_goes_on_in_the_next_run),
		cmocka_unit_test(test_outbox_opens_only_with_its_keys),
		cmocka_unit_test(test_outbox_has_a_whole_state),
		cmocka_unit_test(test_sealed_log_records_have_their_place),
		cmocka_unit_test(test_outbox_is_bounded_and_its_file_too),
		cmocka_unit_test(test_outbox_writes_everything_after_a_failure),
		cmocka_unit_test(test_outbox_of_a_restored_copy_begins_above),
		cmocka_unit_test(test_outbox_of_runs_that_cannot_write_have_their_own_names),
		cmocka_unit_test(test_outbox_has_one_name),
		cmocka_unit_test(test_outbox_takes_the_word_of_its_contact),
		cmocka_unit_test(test_outbox_tells_hosts_of_a_contact_apart),
		cmocka_unit_test(test_outbox_files_wait_in_their_places),
		cmocka_unit_test(test_outbox_numbers_tell_the_time),
		cmocka_unit_test(test_outbox_every_accepted_line_and_file_arrives_once),
		cmocka_unit_test(test_posting_marks_each_text),
	};
	randomness = test_random(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
