/* A transfer, both sides: everything arrives once, whole and in order, however the streams cut it;
 * a transfer that is begun anew goes on where it was; what cannot be read or written is left out,
 * and told; and whatever one side says, the other asks for nothing that it should not. */
#include "tests/unit/transfer_world.h"

#include "files/agenda.h"

static const struct given mixed[] = {
	{ .path = "one.bin", .size = 200000 }, { .path = "empty" },
	{ .path = "dir/a", .size = 1 },        { .path = "dir/sub/b", .size = 70000 },
	{ .path = "dir/sub", .folder = true }, { .path = "dir/hollow", .folder = true },
	{ .path = "dir/c", .size = 65536 },    { .path = "dir", .folder = true },
	{ .path = "last", .size = 16384 },
};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define ALL         ";one.bin;empty;dir/a;dir/sub/b;dir/sub/;dir/hollow/;dir/c;dir/;last;"

static void test_all_arrives_whole_and_in_order(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct transfer_world *w = transfer_world(seed);
		transfer_begin(w, mixed, COUNT(mixed));
		transfer_run(w);
		assert_finished(w);
		assert_string_equal(w->done, ALL);
		assert_string_equal(w->lost, "");
		assert_string_equal(w->told, "#0=0;#1=0;#2=0;#3=0;");
		assert_int_equal(receiving_progress(w->r).bytes, 351921);
		assert_int_equal(sending_progress(w->s).bytes, 351921);
		assert_int_equal(receiving_progress(w->r).files, 6);
		assert_int_equal(sending_progress(w->s).sent, w->written);
		transfer_world_free(w);
	}
}

static void test_it_goes_on_where_it_was_broken_off(void **state)
{
	(void)state;
	static const struct given large[] = { { .path = "dir/first", .size = 300000 },
		                              { .path = "dir/large", .size = 900000 },
		                              { .path = "dir", .folder = true } };
	struct transfer_world *w = transfer_world(1);
	unsigned begun = 0;
	for (bool over = false; !over; begun++) {
		size_t turns = chance(w, 40);
		transfer_begin(w, large, COUNT(large));
		while (turns-- > 0 && transfer_turn(w))
			;
		uint8_t code;
		over = sending_state(w->s, &code) == FILES_FINISHED;
		if (!over)
			transfer_stop(w);
	}
	assert_true(begun > 5);
	assert_finished(w);
	assert_string_equal(w->done, ";dir/first;dir/large;dir/;");
	assert_int_equal(w->written, 1200000); /* nothing twice */
	transfer_world_free(w);
}

/* The receiver has given files and the folder their names, and the sender does not know. */
static void test_items_that_are_whole_are_not_sent_again(void **state)
{
	(void)state;
	struct transfer_world *w = transfer_world(12);
	for (uint8_t i = 0; i < COUNT(mixed); i++)
		w->facts[i] = i;
	transfer_begin(w, mixed, COUNT(mixed));
	while (strstr(w->done, ";dir/;") == NULL)
		(void)transfer_turn(w);
	transfer_stop(w);
	assert_int_equal(w->noted_len, 3 * PARCEL_VERSION);
	memset(w->noted + w->noted_len, 7, PARCEL_VERSION); /* of another transfer */
	w->noted_len += PARCEL_VERSION;
	strcpy(w->done, ";");
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_finished(w);
	assert_string_equal(w->done, ";last;");
	assert_int_equal(w->noted_len, PARCEL_VERSION);
	w->noted_len = 0;
	/* what has changed is something else */
	transfer_stop(w);
	strcpy(w->done, ";");
	transfer_begin(w, mixed, COUNT(mixed));
	while (strstr(w->done, ";dir/;") == NULL)
		(void)transfer_turn(w);
	transfer_stop(w);
	w->facts[7]++;
	strcpy(w->done, ";");
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_string_equal(w->done, strstr(ALL, ";dir/a"));
	transfer_world_free(w);
}

/* The part is longer than what the guard covers, and something in it is wrong. */
static void test_a_part_that_is_not_the_file_is_sent_anew(void **state)
{
	(void)state;
	static const struct given file[] = { { .path = "file", .size = 300000 } };
	struct transfer_world *w = transfer_world(2);
	transfer_begin(w, file, 1);
	while (w->written < 150000)
		(void)transfer_turn(w);
	transfer_stop(w);
	struct kept *part = &w->parts[0];
	part->bytes[part->len - PARCEL_GUARDED] ^= 1;
	w->written = 0;
	transfer_begin(w, file, 1);
	transfer_run(w);
	assert_finished(w);
	assert_string_equal(w->done, ";file;");
	assert_int_equal(w->written, 300000);
	transfer_world_free(w);
}

static void test_a_file_that_has_changed_is_another(void **state)
{
	(void)state;
	static const struct given file[] = { { .path = "file", .size = 300000 } };
	struct transfer_world *w = transfer_world(3);
	transfer_begin(w, file, 1);
	while (w->written < 150000)
		(void)transfer_turn(w);
	transfer_stop(w);
	w->facts[0]++;
	w->written = 0;
	transfer_begin(w, file, 1);
	transfer_run(w);
	assert_finished(w);
	assert_int_equal(w->written, 300000);
	transfer_world_free(w);
}

static void test_what_the_sender_cannot_send_is_left_out(void **state)
{
	(void)state;
	static const struct given bad[] = {
		{ .path = "dir/closed", .size = 10, .fault = GIVEN_UNREADABLE },
		{ .path = "dir/grows", .size = 200000, .fault = GIVEN_CHANGES },
		{ .path = "dir/good", .size = 10 },
		{ .path = "dir/cut", .size = 200000, .fault = GIVEN_SHRINKS },
		{ .path = "dir", .folder = true },
		{ .path = "alone", .size = 10, .fault = GIVEN_UNREADABLE },
	};
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct transfer_world *w = transfer_world(seed);
		transfer_begin(w, bad, COUNT(bad));
		transfer_run(w);
		assert_finished(w);
		assert_string_equal(w->done, ";dir/good;dir/;");
		assert_string_equal(w->lost, "dir/closed=2;dir/grows=1;dir/cut=1;alone=2;");
		assert_non_null(strstr(w->told, "dir/closed=2;"));
		assert_non_null(strstr(w->told, "dir/grows=1;"));
		assert_non_null(strstr(w->told, "#0=0;"));
		assert_non_null(strstr(w->told, "#1=2;"));
		for (unsigned i = 0; i < PARTS_MAX; i++)
			assert_int_equal(w->parts[i].name[0], 0); /* nothing is left of them */
		transfer_world_free(w);
	}
}

static void test_a_full_disk_keeps_what_came(void **state)
{
	(void)state;
	static const struct given files[] = { { .path = "dir/small", .size = 100 },
		                              { .path = "dir/large", .size = 900000 },
		                              { .path = "dir/tiny", .size = 100 },
		                              { .path = "dir", .folder = true } };
	struct transfer_world *w = transfer_world(4);
	w->room = 400000;
	transfer_begin(w, files, COUNT(files));
	transfer_run(w);
	assert_finished(w);
	assert_string_equal(w->done, ";dir/small;dir/tiny;dir/!;");
	assert_string_equal(w->lost, "dir/large=4;");
	assert_string_equal(w->told, "dir/large=4;#0=4;");
	uint64_t kept = w->written - 200;
	assert_true(kept > 400000 - 2 * PARCEL_DATA_MAX);
	transfer_stop(w);
	w->room = UINT64_MAX;
	strcpy(w->done, ";dir/small;dir/tiny;");
	w->written = 0;
	transfer_begin(w, files, COUNT(files));
	transfer_run(w);
	assert_finished(w);
	assert_string_equal(w->done, ";dir/small;dir/tiny;dir/large;dir/;");
	assert_int_equal(w->written, 900000 - kept);
	transfer_world_free(w);
}

static void test_who_cannot_open_or_look_says_so(void **state)
{
	(void)state;
	struct transfer_world *w = transfer_world(5);
	w->open_status = STATUS_BUSY;
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_finished(w);
	assert_non_null(strstr(w->told, "one.bin=8;#0=8;"));
	assert_non_null(strstr(w->lost, "last=8;"));
	transfer_world_free(w);
	w = transfer_world(6);
	w->look_status = STATUS_UNWRITABLE;
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_finished(w);
	assert_non_null(strstr(w->told, "last=6;"));
	assert_int_equal(w->written, 0);
	transfer_world_free(w);
}

static void test_a_quota_is_a_limit_to_bytes_and_to_files(void **state)
{
	(void)state;
	struct transfer_world *w = transfer_world(7);
	w->room_limit = 100000;
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_finished(w);
	assert_non_null(strstr(w->lost, "one.bin=5;"));
	assert_non_null(strstr(w->lost, "dir/c=5;"));
	assert_true(w->written <= receiving_progress(w->r).room);
	assert_true(receiving_progress(w->r).room <= 100000);
	transfer_world_free(w);
	w = transfer_world(8);
	w->room_limit = 200001 + 4 * ANNOUNCED_EACH; /* one.bin, empty, dir, dir/a */
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_finished(w);
	assert_string_equal(w->done, ";one.bin;empty;dir/a;dir/!;");
	transfer_world_free(w);
}

static void test_refused_is_refused(void **state)
{
	(void)state;
	uint8_t code;
	struct transfer_world *w = transfer_world(9);
	w->refuse = true;
	transfer_begin(w, mixed, COUNT(mixed));
	transfer_run(w);
	assert_int_equal(receiving_state(w->r, &code), FILES_RESET);
	assert_int_equal(code, RESET_REFUSED);
	assert_int_equal(w->next, 0); /* nothing was announced */
	transfer_world_free(w);
}

/* More than the agenda has places for, each of them many round trips away. */
static void test_many_small_files_do_not_wait_for_each_other(void **state)
{
	(void)state;
	static struct given many[FILES_MAX];
	static char names[FILES_MAX][16];
	for (unsigned i = 0; i < FILES_MAX; i++) {
		snprintf(names[i], sizeof names[i], "f%u", i);
		many[i] = (struct given){ .path = names[i], .size = i % 50 };
	}
	struct transfer_world *w = transfer_world(10);
	transfer_begin(w, many, FILES_MAX);
	unsigned turns = 0;
	for (; transfer_turn(w); turns++)
		;
	assert_finished(w);
	assert_int_equal(receiving_progress(w->r).files, FILES_MAX);
	transfer_world_free(w);
}

/* ---- a hostile sender ---- */

enum { FIRST = 4096 };

struct crafted {
	struct writer w;
	uint8_t bytes[1 << 17];
};

static void record(struct crafted *c, enum parcel_type type, const char *hex)
{
	uint8_t body[FIRST];
	parcel_write(&c->w, type, unhex(hex, body, sizeof body));
}

static struct crafted *crafted(void)
{
	static struct crafted c;
	c.w = writer_of(c.bytes, sizeof c.bytes);
	record(&c, PARCEL_OFFER, "01 00 40 64 7fff");
	return &c;
}

static void file(struct crafted *c, uint64_t size, const char *path)
{
	struct announcement a = { .size = size, .path = span_text(path) };
	announced_write(&c->w, &a);
}

static void folder(struct crafted *c, const char *path)
{
	struct announcement a = { .folder = true, .path = span_text(path) };
	announced_write(&c->w, &a);
}

/* Gives it all to a receiver that accepts; then the end. Returns what becomes of it. */
static enum files_state receives(struct transfer_world *w, const struct crafted *c, uint8_t *code)
{
	struct want want;
	static uint8_t peer[32];
	struct span left = written(&c->w);
	receiving_free(w->r);
	w->r = receiving_new(peer);
	w->part = NULL;
	for (unsigned turns = 0; turns < 100000; turns++) {
		size_t taken = receiving_input(w->r, left);
		left = span_after(left, taken);
		receiving_sent(w->r, receiving_output(w->r).len);
		while (receiving_wants(w->r, &want))
			take(w, &want);
		if (left.len == 0 && taken == 0)
			receiving_ended(w->r);
		if (receiving_state(w->r, code) != FILES_RUNNING)
			break;
	}
	return receiving_state(w->r, code);
}

static void assert_misuse(struct transfer_world *w, const struct crafted *c)
{
	uint8_t code = RESET_BROKEN_OFF;
	assert_int_equal(receives(w, c, &code), FILES_RESET);
	assert_int_equal(code, RESET_MISUSE);
	assert_int_equal(receiving_output(w->r).len, 0);
}

static void test_a_receiver_takes_no_nonsense(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct {
			enum parcel_type type;
			const char *hex; /* "": a FILE of 4 bytes called f */
		} say[6];
	} cases[] = {
		{ "a second offer", { { PARCEL_OFFER, "00 00 00 00" } } },
		{ "a receiver's record", { { PARCEL_ACCEPT, "" } } },
		{ "FROM of nothing", { { PARCEL_FROM, "00" } } },
		{ "DATA of nothing", { { PARCEL_DATA, "00" } } },
		{ "END of nothing", { { PARCEL_END, "00" } } },
		{ "DATA before FROM", { { PARCEL_FILE, "" }, { PARCEL_DATA, "00" } } },
		{ "FROM where nothing is", { { PARCEL_FILE, "" }, { PARCEL_FROM, "01" } } },
		{ "FROM twice",
		  { { PARCEL_FILE, "" }, { PARCEL_FROM, "00" }, { PARCEL_FROM, "00" } } },
		{ "more than the size",
		  { { PARCEL_FILE, "" }, { PARCEL_FROM, "00" }, { PARCEL_DATA, "0000000000" } } },
		{ "more after the size",
		  { { PARCEL_FILE, "" },
		    { PARCEL_FROM, "00" },
		    { PARCEL_DATA, "00000000" },
		    { PARCEL_DATA, "00" } } },
		{ "whole, and is not",
		  { { PARCEL_FILE, "" },
		    { PARCEL_FROM, "00" },
		    { PARCEL_DATA, "000000" },
		    { PARCEL_END, "00" } } },
		{ "whole without FROM", { { PARCEL_FILE, "" }, { PARCEL_END, "00" } } },
		{ "END twice",
		  { { PARCEL_FILE, "" }, { PARCEL_END, "02" }, { PARCEL_END, "02" } } },
		{ "DATA after the end",
		  { { PARCEL_FILE, "" }, { PARCEL_END, "02" }, { PARCEL_DATA, "00" } } },
		{ "a status that is not the sender's",
		  { { PARCEL_FILE, "" }, { PARCEL_END, "04" } } },
		{ "END with more in it", { { PARCEL_FILE, "" }, { PARCEL_END, "0200" } } },
		{ "FILE without a version", { { PARCEL_FILE, "00 00 00 41" } } },
		{ "the stream ends in a file", { { PARCEL_FILE, "" }, { PARCEL_FROM, "00" } } },
		{ "the stream ends before a file", { { PARCEL_FILE, "" } } },
	};
	struct transfer_world *w = transfer_world(20);
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct crafted *c = crafted();
		for (unsigned n = 0; n < 6 && cases[i].say[n].hex != NULL; n++) {
			if (cases[i].say[n].type == PARCEL_FILE && cases[i].say[n].hex[0] == 0)
				file(c, 4, "f");
			else
				record(c, cases[i].say[n].type, cases[i].say[n].hex);
		}
		uint8_t code = RESET_BROKEN_OFF;
		if (receives(w, c, &code) != FILES_RESET || code != RESET_MISUSE)
			fail_msg("taken: %s", cases[i].what);
	}
	transfer_world_free(w);
}

static void test_items_come_one_after_the_other(void **state)
{
	(void)state;
	struct transfer_world *w = transfer_world(21);
	struct crafted *c = crafted();
	uint8_t code;
	file(c, 0, "a/x"); /* a is never ended */
	file(c, 0, "b/x");
	assert_misuse(w, c);
	c = crafted();
	file(c, 0, "a/x");
	file(c, 0, "a");
	assert_misuse(w, c);
	c = crafted();
	folder(c, "a/b/c");
	folder(c, "a");
	folder(c, "a");
	assert_int_equal(receives(w, c, &code), FILES_FINISHED);
	assert_string_equal(w->done, ";a/b/c/;a/;a/;");
	c = crafted();
	folder(c, "a/b");
	assert_misuse(w, c);
	transfer_world_free(w);
}

static void test_a_sender_that_announces_without_end_is_stopped(void **state)
{
	(void)state;
	struct transfer_world *w = transfer_world(22);
	struct crafted *c = crafted();
	for (unsigned i = 0; i <= AGENDA_ENTRIES; i++)
		file(c, 0, "f");
	assert_misuse(w, c);
	/* each is skipped, and so has no place: but one that waits is before them */
	c = crafted();
	file(c, 1, "f");
	for (unsigned i = 0; i < 100; i++)
		file(c, UINT64_C(1) << 61, "f");
	uint8_t code;
	assert_int_equal(receives(w, c, &code), FILES_RESET);
	/* folders need nothing of the sender, but they count */
	c = crafted();
	for (unsigned i = 0; i < 1000; i++)
		folder(c, "d");
	w->done[1] = 0;
	assert_int_equal(receives(w, c, &code), FILES_FINISHED);
	assert_int_equal(strstr(w->done, "d/!;") - w->done, 1 + 3 * 65); /* 1 offered, and 64 */
	transfer_world_free(w);
}

static void test_paths_that_lead_out_end_the_transfer(void **state)
{
	(void)state;
	static const char *const paths[] = { "",     "/",      "/etc/passwd", "..", "../x",
		                             "a/..", "a/../b", "a//b",        "a/", ".",
		                             "./a",  "a/./b",  "a/b/../../.." };
	struct transfer_world *w = transfer_world(23);
	for (unsigned i = 0; i < COUNT(paths); i++) {
		struct crafted *c = crafted();
		file(c, 4, paths[i]);
		assert_misuse(w, c);
		c = crafted();
		folder(c, paths[i]);
		assert_misuse(w, c);
	}
	transfer_world_free(w);
}

/* ---- a hostile receiver ---- */

/* A sender whose offer was read, with two files of 100 bytes and one folder to send. */
static struct transfer_world *sender(void)
{
	static const struct given files[] = { { .path = "a", .size = 100 },
		                              { .path = "d/b", .size = 100 },
		                              { .path = "d", .folder = true } };
	struct transfer_world *w = transfer_world(30);
	transfer_begin(w, files, COUNT(files));
	sending_sent(w->s, sending_output(w->s).len);
	return w;
}

/* Says it, in hex, and does what the sender wants. */
static enum files_state says(struct transfer_world *w, const char *hex)
{
	uint8_t bytes[256];
	struct want want;
	uint8_t code = RESET_BROKEN_OFF;
	struct span left = unhex(hex, bytes, sizeof bytes);
	do {
		size_t taken = sending_input(w->s, span_of(left.at, left.len > 0));
		left = span_after(left, taken);
		while (sending_wants(w->s, &want))
			give(w, &want);
		sending_sent(w->s, sending_output(w->s).len);
	} while (left.len > 0);
	enum files_state result = sending_state(w->s, &code);
	if (result == FILES_RESET)
		assert_int_equal(code, RESET_MISUSE);
	return result;
}

static void test_a_sender_takes_no_nonsense(void **state)
{
	(void)state;
	static const struct {
		const char *what, *good, *bad;
	} cases[] = {
		{ "START before ACCEPT", "", "02 12 00" },
		{ "ACCEPT twice", "01 11", "01 11" },
		{ "ACCEPT of an item that is none", "", "03 11 4400" },
		{ "ACCEPT that names what is not in the list", "", "02 11 02" },
		{ "ACCEPT with half a number", "", "02 11 40" },
		{ "START beyond the file", "01 11",
		  "23 12 4065 00000000000000000000000000000000 00000000000000000000000000000000" },
		{ "START without a guard", "01 11", "02 12 01" },
		{ "a third START", "01 11 02 12 00 02 12 00", "02 12 00" },
		{ "SKIP of what is over", "01 11 02 13 00 02 13 00", "02 13 00" },
		{ "SKIP for the sender's reason", "01 11", "02 13 01" },
		{ "STOP of what was not announced", "01 11", "03 14 02 04" },
		{ "STOP of what has not begun", "01 11", "03 14 01 04" },
		{ "DONE before anything", "", "02 15 00" },
		{ "DONE of one more", "01 11 02 15 00 02 15 00", "02 15 00" },
		{ "a sender's record", "01 11", "02 06 00" },
		{ "not the shortest length", "01 11", "40 01 11" },
		{ "an empty record", "01 11", "00" },
	};
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct transfer_world *w = sender();
		if (says(w, cases[i].good) != FILES_RUNNING)
			fail_msg("refused: %s", cases[i].what);
		if (says(w, cases[i].bad) != FILES_RESET)
			fail_msg("taken: %s", cases[i].what);
		transfer_world_free(w);
	}
}

static void test_a_stop_that_comes_too_late_stops_nothing(void **state)
{
	(void)state;
	struct transfer_world *w = sender();
	assert_int_equal(says(w, "01 11 02 12 00 02 12 00"), FILES_RUNNING);
	assert_int_equal(says(w, "03 14 00 04 03 14 01 04"), FILES_RUNNING);
	assert_string_equal(w->told, "");
	assert_int_equal(says(w, "02 15 04 02 15 00"), FILES_RUNNING);
	sending_ended(w->s);
	uint8_t code;
	assert_int_equal(sending_state(w->s, &code), FILES_FINISHED);
	transfer_world_free(w);
}

static void test_nobody_goes_without_having_said_all(void **state)
{
	(void)state;
	uint8_t code;
	struct transfer_world *w = sender();
	assert_int_equal(says(w, "01 11 02 12 00 02 12 00 02 15 00"), FILES_RUNNING);
	assert_false(sending_said_all(w->s));
	sending_ended(w->s); /* the folder is not DONE */
	assert_int_equal(sending_state(w->s, &code), FILES_RESET);
	transfer_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_arrives_whole_and_in_order),
		cmocka_unit_test(test_it_goes_on_where_it_was_broken_off),
		cmocka_unit_test(test_items_that_are_whole_are_not_sent_again),
		cmocka_unit_test(test_a_part_that_is_not_the_file_is_sent_anew),
		cmocka_unit_test(test_a_file_that_has_changed_is_another),
		cmocka_unit_test(test_what_the_sender_cannot_send_is_left_out),
		cmocka_unit_test(test_a_full_disk_keeps_what_came),
		cmocka_unit_test(test_who_cannot_open_or_look_says_so),
		cmocka_unit_test(test_a_quota_is_a_limit_to_bytes_and_to_files),
		cmocka_unit_test(test_refused_is_refused),
		cmocka_unit_test(test_many_small_files_do_not_wait_for_each_other),
		cmocka_unit_test(test_a_receiver_takes_no_nonsense),
		cmocka_unit_test(test_items_come_one_after_the_other),
		cmocka_unit_test(test_a_sender_that_announces_without_end_is_stopped),
		cmocka_unit_test(test_paths_that_lead_out_end_the_transfer),
		cmocka_unit_test(test_a_sender_takes_no_nonsense),
		cmocka_unit_test(test_a_stop_that_comes_too_late_stops_nothing),
		cmocka_unit_test(test_nobody_goes_without_having_said_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
