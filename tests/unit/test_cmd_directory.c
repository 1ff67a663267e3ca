/* directory: names are looked up again while nobody answers, and one server of several that does
 * not answer ends nothing. */
#include "cmd/talk/directory.h"

#include <string.h>

#include "tests/unit/support.h"

/* What the name servers say: of a name "n..." the address 192.0.2.n, unless they fail. */
static enum err names;
static bool slow; /* the answer comes with the next resolve_take */
static unsigned lookups;
static struct addr box; /* a name that moves */

enum err resolve_check(struct span host)
{
	return memchr(host.at, '!', host.len) ? ERR_FORMAT : OK;
}

enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	lookups++;
	r->deadline = now + SECOND;
	out[0] = span_is(host, "box") ? box : addr_v4(192, 0, 2, (uint8_t)(host.at[0] - '0'), port);
	*count = 1;
	return slow ? ERR_FULL : names;
}

enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now)
{
	(void)r;
	(void)now;
	out[0] = addr_v4(192, 0, 2, 1, LIMIT_PORT);
	*count = 1;
	return names;
}

/* The servers of a domain: none, unless a test says so. */
static const struct srv_target *servers;
static size_t servers_count;
static bool srv_slow; /* ... and nothing is ever heard of them */
static unsigned srv_asked;

enum err srv_start(struct srv *s, const char *domain)
{
	(void)s, (void)domain;
	srv_asked++;
	return OK;
}

enum err srv_take(struct srv *s)
{
	s->count = servers_count;
	if (servers_count > 0)
		memcpy(s->at, servers, servers_count * sizeof *servers);
	return srv_slow ? ERR_FULL : servers_count > 0 ? OK : ERR_UNREACHABLE;
}

void srv_end(struct srv *s)
{
	(void)s;
}

void resolve_watch(const struct resolve *r, struct watch out[static RESOLVE_FAMILIES])
{
	(void)r;
	out[0].fd = 7;
}

void resolve_end(struct resolve *r)
{
	(void)r;
}

static uint64_t now;

#define KEY       "mfrggzdfmztwq2lknnwg23tpoa" /* abcdefghijklmnop */
#define OTHER_KEY "mfrggzdfmztwq2lknnwg23tpoe"

static const struct options nothing;

static struct directory at_servers(const char *list, bool serving)
{
	struct directory d;
	struct plan plan = { .options = &nothing, .serving = serving };
	names = OK;
	slow = false;
	lookups = 0;
	now = 1000 * SECOND;
	plan.target.class = communicator_class_that_meets();
	assert_true(plan_add_servers(&plan, list));
	assert_int_equal(directory_init(&d, &plan, now), 0);
	return d;
}

static struct directory at_box(void)
{
	struct directory d;
	struct plan plan = { .options = &nothing, .target = { .host = "box", .port = 5 } };
	struct span scheme = span_text("tcp://");
	names = OK;
	slow = false;
	lookups = 0;
	now = 1000 * SECOND;
	box = addr_v4(192, 0, 2, 1, 5);
	plan.target.class = communicator_class_of_scheme(&scheme);
	assert_int_equal(directory_init(&d, &plan, now), 0);
	return d;
}

static bool says(struct directory *d, enum communicator_event_kind kind, uint8_t server)
{
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR,
		                    .communicator = {
					.kind = kind, .server = server, .err = ERR_UNREACHABLE } };
	return directory_event(d, &e, now);
}

/* All that happens within us: how often something was told of each kind. */
struct counts {
	unsigned found, silent, failed, last; /* last: whose news */
};
static struct counts pass(struct directory *d, uint64_t us)
{
	struct counts c = { 0 };
	uint64_t until = now + us;
	while (true) {
		enum directory_news news = directory_step(d, now);
		c.found += news == DIRECTORY_FOUND;
		c.silent += news == DIRECTORY_SILENT;
		c.failed += news == DIRECTORY_FAILED;
		if (news != DIRECTORY_NOTHING) {
			c.last = d->place.number;
			continue;
		}
		if (directory_deadline(d) > until)
			break;
		assert_true(directory_deadline(d) > now || d->places[0].looking);
		now = directory_deadline(d) > now ? directory_deadline(d) : now + MS;
	}
	now = until;
	return c;
}

static void test_directory_finds_a_host_that_has_moved(void **state)
{
	(void)state;
	struct directory d = at_box();
	assert_int_equal(pass(&d, 100 * SECOND).found, 1);
	assert_int_equal(lookups, 1); /* nobody has complained */
	assert_false(says(&d, COMMUNICATOR_FAILED, 0));
	assert_int_equal(pass(&d, 100 * SECOND).found, 0);
	assert_in_range(lookups, 4, 10);
	box = addr_v4(192, 0, 2, 2, 5);
	assert_int_equal(pass(&d, 31 * SECOND).found, 1);
	assert_true(addr_equal(&d.at[0], &box));
	says(&d, COMMUNICATOR_UP, 0);
	lookups = 0;
	assert_int_equal(pass(&d, 100 * SECOND).found, 0);
	assert_int_equal(lookups, 0);
	directory_end(&d);
}

/* Told each time, and tried again, sooner at first than later; a name that was known stays so. */
static void test_directory_outlives_name_servers_that_fail(void **state)
{
	(void)state;
	struct directory d = at_box();
	slow = true;
	names = ERR_TIMEOUT;
	assert_in_range(pass(&d, 10 * SECOND).failed, 2, 4);
	assert_int_equal(d.failure.err, ERR_TIMEOUT);
	assert_in_range(pass(&d, 1000 * SECOND).failed, 30, 40);
	names = OK;
	assert_int_equal(pass(&d, 32 * SECOND).found, 1);
	says(&d, COMMUNICATOR_FAILED, 0);
	names = ERR_UNREACHABLE;
	struct counts c = pass(&d, 100 * SECOND);
	assert_int_equal(c.found + c.failed, 0);
	assert_int_equal(d.at_count, 1);
	directory_end(&d);
}

static void test_directory_tells_that_there_is_no_such_name(void **state)
{
	(void)state;
	struct directory d = at_box();
	names = ERR_UNREACHABLE;
	assert_int_equal(pass(&d, MS).failed, 1);
	assert_int_equal(d.failure.err, ERR_FORMAT);
	assert_string_equal(d.failure.reason, "no such host");
	directory_end(&d);
}

/* All are looked up at once. One that does not answer is told of once, and ends nothing while there
 * are others; when all are silent, that is an end. */
static void test_directory_can_do_without_some_servers(void **state)
{
	(void)state;
	struct directory d = at_servers("1, 2:5;1 3", false);
	assert_int_equal(d.count, 3);
	assert_string_equal(d.servers, "1, 2:5 or 3");
	assert_int_equal(pass(&d, MS).found, 3);
	assert_int_equal(lookups, 3);
	assert_true(says(&d, COMMUNICATOR_FAILED, 1));
	assert_int_equal(pass(&d, SECOND).silent, 0); /* nobody has answered */
	says(&d, COMMUNICATOR_SERVER, 0);
	struct counts c = pass(&d, 1000 * SECOND);
	assert_true(c.silent == 1 && c.last == 1 && c.failed == 0);
	assert_true(says(&d, COMMUNICATOR_FAILED, 1));
	assert_int_equal(pass(&d, 1000 * SECOND).silent, 0);
	assert_true(says(&d, COMMUNICATOR_FAILED, 2));
	assert_false(says(&d, COMMUNICATOR_FAILED, 0));
	says(&d, COMMUNICATOR_SERVER, 1); /* it is told of again */
	pass(&d, 1000 * SECOND);
	assert_true(says(&d, COMMUNICATOR_FAILED, 1) == false);
	says(&d, COMMUNICATOR_SERVER, 0);
	assert_true(says(&d, COMMUNICATOR_FAILED, 1));
	assert_int_equal(pass(&d, MS).silent, 1);
	assert_false(says(&d, COMMUNICATOR_FAILED, 77)); /* there is no such */
	directory_end(&d);
}

/* What cannot be looked up is one of those. */
static void test_directory_can_do_without_some_names(void **state)
{
	(void)state;
	struct directory d = at_servers("1, 2", true);
	names = ERR_TIMEOUT;
	struct counts c = pass(&d, MS);
	assert_true(c.silent == 0 && c.failed == 1 && c.found == 0);
	names = OK;
	assert_int_equal(pass(&d, 10 * SECOND).found, 2);
	says(&d, COMMUNICATOR_SERVER, 1);
	names = ERR_UNREACHABLE;
	struct directory e = at_servers("1, 2, 3, 4", true);
	assert_string_equal(e.servers, "1, 2 or 2 others");
	directory_end(&d);
	directory_end(&e);
}

/* One server under two names is asked once. */
static void test_directory_knows_a_server_by_its_address(void **state)
{
	(void)state;
	struct directory d = at_servers("1.example, 1.EXAMPLE., 1x.example:7242, 2", true);
	assert_int_equal(d.count, 3);
	assert_string_equal(d.places[0].name, "1.example:7242");
	struct counts c = pass(&d, MS);
	assert_true(c.found == 2 && c.last == 2);
	d.places[d.count].key.given = true; /* of nobody */
	assert_false(directory_keyed(&d, (unsigned)d.count));
	directory_end(&d);
	d = at_servers("2001:DB8:0::1, [2001:db8::2]:5, 192.0.2.1", true);
	assert_string_equal(d.places[0].name, "[2001:db8::1]:7242");
	assert_string_equal(d.places[1].name, "[2001:db8::2]:5");
	assert_string_equal(d.places[2].name, "192.0.2.1:7242");
	directory_end(&d);
}

/* A domain names its servers (RFC 2782): each gets a place, the others go on as before, and it is
 * asked again while one of them is silent. */
static void test_directory_asks_a_domain_for_its_servers(void **state)
{
	(void)state;
	static const struct srv_target two[] = { { "2.example", 7300, 10 },
		                                 { "3.example", 7242, 20 },
		                                 { "no!host", 7242, 20 } };
	static const struct srv_target moved[] = { { "3.example", 7242, 20 },
		                                   { "4.example", 9, 5 } };
	char text[LIMIT_HOST];

	servers = two;
	servers_count = 3;
	srv_asked = 0;
	struct directory d = at_servers("1.example, 5.example:7242, 192.0.2.9", true);
	assert_int_equal(d.count, 3);
	assert_string_equal(d.servers, "1.example, 5.example or 192.0.2.9");
	assert_int_equal(pass(&d, MS).found, 4);
	assert_int_equal(srv_asked, 1);
	assert_int_equal(d.count, 4);
	directory_text(&d, 0, text);
	assert_string_equal(text, "2.example:7300");
	directory_text(&d, 3, text);
	assert_string_equal(text, "3.example");
	assert_string_equal(d.places[0].name, "2.example:7300");
	assert_int_equal(d.places[0].priority, 10);
	assert_int_equal(d.places[3].priority, 20);
	directory_given(&d, 3, text);
	assert_string_equal(text, "1.example");
	assert_false(directory_introduced(&d, "1.example"));
	says(&d, COMMUNICATOR_UP, 3);
	assert_true(directory_introduced(&d, "1.example"));
	struct endpoint_event over = { .kind = ENDPOINT_OVER };
	assert_false(directory_event(&d, &over, now));
	assert_false(directory_introduced(&d, "1.example"));
	says(&d, COMMUNICATOR_SERVER, 3);

	servers = moved; /* the first place is the new server's; the other stays where it was */
	servers_count = 2;
	says(&d, COMMUNICATOR_FAILED, 0);
	pass(&d, 31 * SECOND);
	assert_in_range(srv_asked, 2, 10);
	assert_string_equal(d.places[0].name, "4.example:9");
	assert_string_equal(d.places[3].name, "3.example:7242");
	assert_int_equal(d.count, 4);
	directory_end(&d);

	servers_count =
	    0; /* who has none is a server itself; who is silent about it too, after a second */
	d = at_servers("1.example", true);
	assert_int_equal(pass(&d, MS).found, 1);
	assert_string_equal(d.places[0].name, "1.example:7242");
	directory_end(&d);
	srv_slow = true;
	d = at_servers("1.example", true);
	assert_int_equal(pass(&d, 999 * MS).found, 0);
	assert_int_equal(pass(&d, MS).found, 1);
	srv_slow = false;
	directory_end(&d);
}

static void test_directory_refuses_what_can_be_no_host(void **state)
{
	(void)state;
	static const char *const lists[] = { "",           " , ", "a:0",       "a:b",
		                             "1, no!host", "a/b", "a/" KEY "x" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct directory d;
		struct plan plan = { .options = &nothing, .serving = true };
		plan.target.class = communicator_class_that_meets();
		assert_true(plan_add_servers(&plan, lists[i]));
		assert_int_equal(directory_init(&d, &plan, now), EXIT_USAGE);
		directory_end(&d);
	}
}

/* The key of a server goes where its name goes: to the communicator, into the command for a peer
 * and to the contact; but not into what is shown, nor what servers are ordered by. */
static void test_directory_knows_the_key_of_a_server(void **state)
{
	(void)state;
	char text[LIMIT_HOST];
	struct directory d = at_servers("1.example/" KEY ", 2.example:5", true);
	assert_string_equal(d.servers, "1.example or 2.example:5");
	assert_string_equal(d.places[0].name, "1.example:7242");
	assert_memory_equal(d.places[0].key.bytes, "abcdefghijklmnop", 16);
	directory_text(&d, 0, text);
	assert_string_equal(text, "1.example");
	directory_invites(&d, 0, text);
	assert_string_equal(text, "1.example/" KEY);
	directory_given(&d, 0, text);
	assert_string_equal(text, "1.example/" KEY);
	directory_invites(&d, 1, text);
	assert_string_equal(text, "2.example:5");
	assert_int_equal(directory_step(&d, now), DIRECTORY_FOUND);
	assert_memory_equal(d.place.key, "abcdefghijklmnop", 16);
	d.places[0].introduced = true;
	assert_true(directory_introduced(&d, "1.example/" KEY));
	assert_false(directory_introduced(&d, "1.example"));
	directory_end(&d);
}

/* A key that stands with the code or the name counts first, then that of -s and the settings, since
 * a key may have been replaced, then that of the contact; however the server is spelled. */
static void test_directory_takes_the_key_that_was_given_last(void **state)
{
	(void)state;
	static const struct {
		const char *own, *said, *servers, *kept;
		bool contact;
		char last; /* of the key */
	} cases[] = {
		{ "", "S.example./" KEY, "s.example", "", false, 'p' },
		{ OTHER_KEY, "s.example/" KEY, "s.example", "", true, 'q' },
		{ "", "x.example/" OTHER_KEY " s.example:7242/" KEY, "s.example/" OTHER_KEY, "",
		  true, 'p' },
		{ "", "s.example/" KEY, "s.example/" OTHER_KEY, "", false, 'q' },
		{ "", NULL, "s.example", "s.example/" KEY, true, 'p' },
		{ "", "s.example:7/" KEY, "s.example", "t.example/" KEY, true, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct options o = { .signal = cases[i].said };
		struct plan plan = { .options = &o };
		plan.target.has_contact = cases[i].contact;
		text_copy(plan.target.contact.signal, LIMIT_HOST, cases[i].kept);
		(void)access_key_read(span_text(cases[i].own), &plan.target.key);
		assert_true(plan_add_servers(&plan, cases[i].servers));
		struct access_key key = servers_key(&plan, "s.example:7242");
		assert_int_equal(key.given, cases[i].last != 0);
		assert_int_equal(key.given ? key.bytes[15] : 0, cases[i].last);
	}
}

/* The address of a host is looked for beside the servers of a domain of that name: as soon as it is
 * known that there are none, it is used; and not if there are some. */
static void test_directory_looks_for_both_at_once(void **state)
{
	(void)state;
	static const struct srv_target one[] = { { "2.example", 7300, 10 } };
	servers_count = 0;
	struct directory d = at_servers("1.example", true);
	slow = srv_slow = true;
	assert_int_equal(pass(&d, 999 * MS).found, 0);
	assert_int_equal(lookups, 1);
	assert_int_equal(pass(&d, MS).found, 1);
	assert_int_equal(lookups, 1);
	directory_end(&d);

	d = at_servers("1.example", true);
	slow = srv_slow = true;
	assert_int_equal(pass(&d, 100 * MS).found, 0);
	srv_slow = false;
	assert_int_equal(pass(&d, 0).found, 1);
	assert_int_equal(lookups, 1);
	directory_end(&d);

	d = at_servers("1.example", true);
	slow = srv_slow = true;
	assert_int_equal(pass(&d, 100 * MS).found, 0);
	servers = one;
	servers_count = 1;
	srv_slow = false;
	lookups = 0;
	assert_int_equal(pass(&d, SECOND).found, 1);
	assert_int_equal(lookups, 1);
	assert_string_equal(d.places[0].host, "2.example");
	servers_count = 0;
	slow = false;
	directory_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directory_finds_a_host_that_has_moved),
		cmocka_unit_test(test_directory_outlives_name_servers_that_fail),
		cmocka_unit_test(test_directory_tells_that_there_is_no_such_name),
		cmocka_unit_test(test_directory_can_do_without_some_servers),
		cmocka_unit_test(test_directory_can_do_without_some_names),
		cmocka_unit_test(test_directory_knows_a_server_by_its_address),
		cmocka_unit_test(test_directory_asks_a_domain_for_its_servers),
		cmocka_unit_test(test_directory_looks_for_both_at_once),
		cmocka_unit_test(test_directory_knows_the_key_of_a_server),
		cmocka_unit_test(test_directory_takes_the_key_that_was_given_last),
		cmocka_unit_test(test_directory_refuses_what_can_be_no_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
