/* reachable: the command that another host types has an address that it can use, if there is one;
 * where that is not certain, the user hears of it. */
#include "cmd/talk/reachable.h"

#include <string.h>

#include "os/interfaces.h"
#include "tests/unit/support.h"

static const char *const *host; /* its addresses, the best first */

size_t interfaces_list_all(struct addr *out, size_t max)
{
	size_t count = 0;
	for (; host[count] != NULL && count < max; count++)
		assert_true(addr_parse(span_text(host[count]), 1, &out[count]));
	return count;
}

enum err interfaces_parse(struct span text, uint16_t port_default, struct addr *out)
{
	return addr_parse(text, port_default, out) ? OK : ERR_FORMAT;
}

void interfaces_format(const struct addr *a, char out[static ADDR_TEXT])
{
	addr_format(a, out);
}

static void test_reachable_gives_what_others_can_use(void **state)
{
	(void)state;
	static const struct {
		const char *listen, *have[4], *best, *doubt;
	} table[] = {
		{ "tcp://", { "192.168.1.5" }, "192.168.1.5:7242", "" },
		{ "tcp://:0", { "192.168.1.5" }, "192.168.1.5:0", "" },
		/* of the families that are listened to */
		{ "tcp://", { "fd99::5" }, "[fd99::5]:7242", "" },
		{ "tcp://0.0.0.0:7300", { "fd99::5", "10.0.0.1" }, "10.0.0.1:7300", "" },
		{ "tcp://0.0.0.0:7300",
		  { "fd99::5" },
		  "127.0.0.1:7300",
		  "this host has no address" },
		{ "tcp://", { "127.0.0.1", "::1" }, "127.0.0.1:7242", "this host has no address" },
		/* one address was asked for, whatever it is worth */
		{ "tcp://127.0.0.1:9", { "192.168.1.5" }, "127.0.0.1:9", "" },
		/* other ways in, but not what is the same way */
		{ "tcp://",
		  { "10.0.0.1", "192.168.1.5" },
		  "10.0.0.1:7242",
		  "use 192.168.1.5:7242" },
		{ "tcp://", { "10.0.0.1", "10.0.0.2" }, "10.0.0.1:7242", "" },
		{ "tcp://",
		  { "10.0.0.1", "2001:db8::1", "2001:db8::2" },
		  "10.0.0.1:7242",
		  "use [2001:db8::1]:7242" },
		{ "tcp://", { "8.8.8.8", "2001:db8::1" }, "8.8.8.8:7242", "" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct plan plan = { .serving = true };
		struct addr list[LIMIT_CANDIDATES];
		char text[256];
		struct text t = text_of(text, sizeof text);
		host = table[i].have;
		assert_int_equal(target_listen(&plan.target, span_text(table[i].listen),
		                               plan.listen, &plan.listen_count),
		                 0);
		struct addr at = plan.listen_count == 2 ? addr_v4(0, 0, 0, 0, plan.listen[0].port)
		                                        : plan.listen[0];
		size_t count = reachable_list(&plan, &at, list);
		reachable_doubt(&plan, list, count, &t);
		const char *doubt = strstr(text, table[i].doubt);
		if (table[i].doubt[0] ? doubt == NULL || strstr(text, " or ") : text[0] != 0)
			fail_msg("%zu: %s", i, text);
		addr_format(&list[0], text);
		assert_string_equal(text, table[i].best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reachable_gives_what_others_can_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
