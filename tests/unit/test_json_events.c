/* json_events: each message of the program gets its number or an error, with its id; events know
 * their conversation; none comes after the last. */
#include "ui/json_events.h"

#include "tests/unit/support.h"
#include "ui/interactor.h"

static struct json_events j;
static uint8_t buffer[1 << 18];

static struct span event(struct event e)
{
	struct writer w = writer_of(buffer, json_events_room(&j, &e));
	json_events_write(&j, &e, &w);
	assert_false(w.full);
	return written(&w);
}

static void test_json_events_of_a_conversation(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	assert_span_text(event((struct event){ .kind = EVENT_PATH, .path = "tcp" }),
	                 "{\"v\":1,\"ev\":\"path\",\"ts\":0.000,\"path\":\"tcp\"}\n");
	event((struct event){ .kind = EVENT_CONNECTED, .conv = 2, .peer = "bob" });
	assert_span_text(
	    event((struct event){ .kind = EVENT_TEXT, .number = 1, .text = span_text("hi") }),
	    "{\"v\":1,\"ev\":\"msg\",\"ts\":0.000,\"conv\":2,\"peer\":\"bob\",\"n\":1,\"text\":"
	    "\"hi\"}"
	    "\n");
	assert_span_text(
	    event((struct event){ .kind = EVENT_OVER, .err = OK }),
	    "{\"v\":1,\"ev\":\"over\",\"ts\":0.000,\"conv\":2,\"peer\":\"bob\",\"err\":"
	    "\"none\",\"exit\":0}\n");
	assert_span_text(event((struct event){ .kind = EVENT_WAITING, .text = span_text("all") }),
	                 "{\"v\":1,\"ev\":\"waiting\",\"ts\":0.000,\"text\":\"all\"}\n");
	assert_int_equal(event((struct event){ .kind = EVENT_UNSENT, .number = 3 }).len, 0);
	assert_true(event((struct event){ .kind = EVENT_CLOSED }).len > 0);
	assert_int_equal(event((struct event){ .kind = EVENT_NOTICE }).len, 0);
}

/* An offer names what there is; progress says how far, how fast and how long; a file is named. */
static void test_json_events_of_files(void **state)
{
	static const struct event_file items[] = {
		{ .name = { (const uint8_t *)"a\"b", 3 }, .bytes = 7 },
		{ .name = { (const uint8_t *)"folder", 6 },
		  .bytes = 90,
		  .folder = true,
		  .files = 2 },
	};
	struct event_files f = { .number = 4,
		                 .asks = true,
		                 .items = items,
		                 .items_count = 2,
		                 .more = 5,
		                 .all_files = 8,
		                 .all_bytes = 1000 };

	(void)state;
	memset(&j, 0, sizeof j);
	assert_span_text(
	    event((struct event){ .kind = EVENT_OFFER, .files = &f }),
	    "{\"v\":1,\"ev\":\"offer\",\"ts\":0.000,\"transfer\":4,\"way\":\"in\",\"asks\":"
	    "true,\"items\":[{\"name\":\"a\\\"b\",\"bytes\":7},{\"name\":\"folder\",\"bytes\":"
	    "90,\"files\":2}],\"more\":5,\"of_files\":8,\"of_bytes\":1000}\n");
	f = (struct event_files){ .number = 4,
		                  .sends = true,
		                  .files = 1,
		                  .bytes = 300,
		                  .all_files = 8,
		                  .all_bytes = 1000,
		                  .rate = 70,
		                  .left_s = 10 };
	assert_span_text(event((struct event){ .kind = EVENT_PROGRESS, .files = &f }),
	                 "{\"v\":1,\"ev\":\"progress\",\"ts\":0.000,\"transfer\":4,\"way\":\"out\","
	                 "\"files\":1,\"bytes\":300,\"of_files\":8,\"of_bytes\":1000,\"rate\":70,"
	                 "\"left\":10}\n");
	f.items = items;
	f.items_count = 1;
	assert_span_text(event((struct event){ .kind = EVENT_ITEM, .files = &f }),
	                 "{\"v\":1,\"ev\":\"file\",\"ts\":0.000,\"transfer\":4,\"way\":\"out\","
	                 "\"name\":\"a\\\"b\",\"err\":\"none\"}\n");
}

/* A line that waited in the peer's outbox is known by it. */
static void test_json_events_of_the_outbox(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	json_events_number(&j);
	assert_span_text(event((struct event){ .kind = EVENT_TEXT,
	                                       .number = 1,
	                                       .text = span_text("hi"),
	                                       .mark = { .name = { 0x0a, 0xff }, .number = 12 } }),
	                 "{\"v\":1,\"seq\":1,\"ev\":\"msg\",\"ts\":0.000,\"n\":1,\"line\":"
	                 "\"0aff000000000000-12\",\"text\":\"hi\"}\n");
}

/* Every event is written, but for those that are not for programs. */
static void test_json_events_forget_none(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind <= EVENT_BYTES; kind++) {
		memset(&j, 0, sizeof j);
		bool hidden = kind == EVENT_UNSENT || kind == EVENT_BYTES || kind == EVENT_FILE ||
		              kind == EVENT_NAMES;
		assert_int_equal(event((struct event){ .kind = kind }).len == 0, hidden);
	}
}

/* Ids come back in order; those without a number get an error before the conversation is over. */
static void test_json_events_give_ids_back(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	event((struct event){ .kind = EVENT_CONNECTED, .conv = 1 });
	json_events_taken(&j, span_text("a"), 1);
	json_events_taken(&j, span_text(""), 1);
	json_events_taken(&j, span_text("c"), 1);
	assert_span_text(
	    event((struct event){ .kind = EVENT_SENT, .number = 1 }),
	    "{\"v\":1,\"ev\":\"sent\",\"ts\":0.000,\"conv\":1,\"id\":\"a\",\"n\":1}\n");
	assert_span_text(event((struct event){ .kind = EVENT_SENT, .number = 2 }),
	                 "{\"v\":1,\"ev\":\"sent\",\"ts\":0.000,\"conv\":1,\"n\":2}\n");
	assert_span_text(
	    event((struct event){ .kind = EVENT_OVER, .err = ERR_CUT, .exit_code = 5 }),
	    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"conv\":1,\"id\":\"c\",\"err\":\"state\","
	    "\"text\":\"not sent\"}\n"
	    "{\"v\":1,\"ev\":\"over\",\"ts\":0.000,\"conv\":1,\"err\":\"cut\",\"exit\":5}\n");
}

/* There is room for so many ids, and for all of them at the end. */
static void test_json_events_bound_ids(void **state)
{
	(void)state;
	char id[JSON_EVENTS_ID];
	memset(&j, 0, sizeof j);
	memset(id, 1, sizeof id); /* each byte becomes six */
	while (!json_events_full(&j))
		json_events_taken(&j, span_of(id, sizeof id), 1);
	assert_panics(json_events_taken(&j, span_of(id, 1), 1));
	event((struct event){ .kind = EVENT_CLOSED });
	assert_false(json_events_full(&j));
}

/* A list of contacts: by name where they are waited for, whole where they were asked for. */
static void test_json_events_list_contacts(void **state)
{
	(void)state;
	const struct event_contact two[] = {
		{ "bob", "k3v7", "2026-01-02", "2026-02-03" },
		{ "eve", "a2b3", "2026-01-04", "" },
	};
	memset(&j, 0, sizeof j);
	assert_span_text(event((struct event){ .kind = EVENT_WAITING,
	                                       .contacts = two,
	                                       .contacts_count = 2,
	                                       .text = span_text("bob, eve") }),
	                 "{\"v\":1,\"ev\":\"waiting\",\"ts\":0.000,\"peers\":[\"bob\",\"eve\"],"
	                 "\"text\":\"bob, eve\"}\n");
	assert_span_text(event((struct event){ .kind = EVENT_CONTACTS,
	                                       .id = span_text("c"),
	                                       .contacts = two,
	                                       .contacts_count = 2 }),
	                 "{\"v\":1,\"ev\":\"contacts\",\"ts\":0.000,\"id\":\"c\",\"contacts\":["
	                 "{\"peer\":\"bob\",\"fp\":\"k3v7\",\"since\":\"2026-01-02\","
	                 "\"verified\":\"2026-02-03\"},"
	                 "{\"peer\":\"eve\",\"fp\":\"a2b3\",\"since\":\"2026-01-04\"}]}\n");
	assert_span_text(event((struct event){ .kind = EVENT_CONTACTS }),
	                 "{\"v\":1,\"ev\":\"contacts\",\"ts\":0.000,\"contacts\":[]}\n");
}

/* As many contacts as there can be, with names of which each byte becomes six: the room is enough,
 * and no more than is free when a command is read. */
static void test_json_events_have_room_for_contacts(void **state)
{
	(void)state;
	static struct event_contact all[LIMIT_CONTACTS];
	char name[LIMIT_NAME + 1] = "", fingerprint[64 + 1] = "";
	memset(name, 1, LIMIT_NAME);
	memset(fingerprint, 'x', sizeof fingerprint - 1);
	for (size_t i = 0; i < LIMIT_CONTACTS; i++)
		all[i] = (struct event_contact){ name, fingerprint, "2026-01-04", "2026-01-04" };
	struct event e = { .kind = EVENT_CONTACTS,
		           .contacts = all,
		           .contacts_count = LIMIT_CONTACTS };
	memset(&j, 0, sizeof j);
	assert_true(json_events_room(&j, &e) <= OUT_RESERVE);
	assert_true(event(e).len > LIMIT_CONTACTS * LIMIT_NAME * 6);
}

/* What is known of who is here, and of the command that asked. */
static void test_json_events_say_who(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	assert_span_text(event((struct event){ .kind = EVENT_CONNECTED,
	                                       .conv = 2,
	                                       .peer = "bob",
	                                       .fingerprint = "k3v7",
	                                       .verified = "2026-02-03",
	                                       .again = 1 }),
	                 "{\"v\":1,\"ev\":\"connected\",\"ts\":0.000,\"conv\":2,\"peer\":\"bob\","
	                 "\"fp\":\"k3v7\",\"verified\":\"2026-02-03\",\"again\":true}\n");
	assert_span_text(
	    event((struct event){ .kind = EVENT_WHO, .id = span_text("w"), .peer = "bob" }),
	    "{\"v\":1,\"ev\":\"who\",\"ts\":0.000,\"conv\":2,\"peer\":\"bob\",\"id\":\"w\"}\n");
	assert_span_text(
	    event((struct event){
		.kind = EVENT_NOTICE, .conv = 2, .unix_ms = 12345, .text = span_text("n") }),
	    "{\"v\":1,\"ev\":\"notice\",\"ts\":12.345,\"conv\":2,\"text\":\"n\"}\n");
	assert_span_text(
	    event((struct event){
		.kind = EVENT_OVER, .conv = 2, .number = 3, .err = ERR_CUT, .exit_code = 5 }),
	    "{\"v\":1,\"ev\":\"over\",\"ts\":0.000,\"conv\":2,\"peer\":\"bob\",\"err\":\"cut\","
	    "\"exit\":5,\"unconfirmed\":3}\n");
}

static void test_json_events_warn_where_nothing_is_encrypted(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	event((struct event){ .kind = EVENT_CONNECTED, .insecure = true });
	assert_span_text(
	    event((struct event){
		.kind = EVENT_ERROR, .err = ERR_USAGE, .text = span_text("x"), .conv = 1 }),
	    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"conv\":1,\"err\":\"usage\","
	    "\"text\":\"x\",\"insecure\":true,\"warning\":\"NOT ENCRYPTED\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_events_of_a_conversation),
		cmocka_unit_test(test_json_events_of_files),
		cmocka_unit_test(test_json_events_of_the_outbox),
		cmocka_unit_test(test_json_events_forget_none),
		cmocka_unit_test(test_json_events_give_ids_back),
		cmocka_unit_test(test_json_events_bound_ids),
		cmocka_unit_test(test_json_events_list_contacts),
		cmocka_unit_test(test_json_events_have_room_for_contacts),
		cmocka_unit_test(test_json_events_say_who),
		cmocka_unit_test(test_json_events_warn_where_nothing_is_encrypted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
