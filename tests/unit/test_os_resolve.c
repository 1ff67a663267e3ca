/* resolve: what the name servers say of one family counts whatever they say of the other. */
#include "os/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/clock.h"
#include "tests/unit/support.h"

/* What the host's resolver says of a family: an error, or so many addresses; late: for ever. */
struct answer {
	int failed;
	uint8_t count;
	bool late;
};
static struct answer six, four;

static struct addrinfo *list_of(int family, uint8_t count)
{
	static struct sockaddr_storage at[16];
	static struct addrinfo list[16];
	for (uint8_t i = 0; i < count; i++) {
		struct sockaddr_in *v4 = (void *)&at[i];
		struct sockaddr_in6 *v6 = (void *)&at[i];
		at[i] = (struct sockaddr_storage){ .ss_family = (sa_family_t)family };
		if (family == AF_INET)
			v4->sin_addr.s_addr = htonl(0xc0000200U + i); /* 192.0.2.i */
		else
			v6->sin6_addr =
			    (struct in6_addr){ .s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = i } };
		list[i] = (struct addrinfo){ .ai_family = family,
			                     .ai_addr = (void *)&at[i],
			                     .ai_next = i + 1 < count ? &list[i + 1] : NULL };
	}
	return list;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
	const struct answer *a = hints->ai_family == AF_INET ? &four : &six;
	(void)service;
	if (strcmp(host, "box.example") != 0)
		return EAI_NONAME;
	while (a->late)
		pause();
	if (!a->failed)
		*out = list_of(hints->ai_family, a->count);
	return a->failed;
}

static enum err look(struct addr *got, size_t *count)
{
	static struct resolve r;
	struct watch w[RESOLVE_FAMILIES];
	struct net *net = net_new(1);
	enum err err = resolve_start(&r, span_text("box.example"), 9, got, count, clock_us());
	while (err == ERR_FULL) {
		resolve_watch(&r, w);
		net_wait(net, r.deadline, w, RESOLVE_FAMILIES);
		err = resolve_take(&r, got, count, clock_us());
	}
	resolve_end(&r);
	net_free(net);
	return err;
}

static void test_resolve_takes_what_either_family_gives(void **state)
{
	(void)state;
	static const struct {
		struct answer six, four;
		enum err err;
		size_t v6, v4;
	} table[] = {
		{ { .count = 1 }, { .count = 1 }, OK, 1, 1 },
		{ { .failed = EAI_AGAIN }, { .count = 2 }, OK, 0, 2 },
		{ { .failed = EAI_FAIL }, { .count = 1 }, OK, 0, 1 },
		{ { .count = 3 }, { .failed = EAI_AGAIN }, OK, 3, 0 },
		{ { .late = true }, { .count = 1 }, OK, 0, 1 },
		{ { .count = 1 }, { .late = true }, OK, 1, 0 },
		/* many of one leave room for the other */
		{ { .count = 16 }, { .count = 16 }, OK, 4, 4 },
		{ { .count = 2 }, { .count = 16 }, OK, 2, 6 },
		/* only what both families say is certain */
		{ { .failed = EAI_NONAME }, { .failed = EAI_NONAME }, ERR_UNREACHABLE, 0, 0 },
		{ { .failed = EAI_NONAME }, { .failed = EAI_AGAIN }, ERR_TIMEOUT, 0, 0 },
		{ { .failed = EAI_AGAIN }, { .failed = EAI_NONAME }, ERR_TIMEOUT, 0, 0 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct addr got[LIMIT_PEER_ADDRS];
		size_t count = 0, v4 = 0;
		six = table[i].six;
		four = table[i].four;
		assert_int_equal(look(got, &count), table[i].err);
		for (size_t n = 0; n < count; n++) {
			v4 += addr_is_v4(&got[n]);
			assert_int_equal(got[n].port, 9);
		}
		assert_int_equal(v4, table[i].v4);
		assert_int_equal(count - v4, table[i].v6);
	}
}

/* What the C library would make an address of is neither an address nor a name: it is a port, or a
 * part of something, in the wrong place. */
static void test_resolve_takes_no_number_for_a_host(void **state)
{
	(void)state;
	static const char *const bad[] = { "7242",      "80000", "1.2.3",
		                           "1.2.3.4.5", "vps.7", "256.1.1.1" };
	static const char *const good[] = { "vps7", "7.example", "1.2.3.4", "::1", "7242a" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(resolve_check(span_text(bad[i])), ERR_FORMAT);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(resolve_check(span_text(good[i])), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve_takes_what_either_family_gives),
		cmocka_unit_test(test_resolve_takes_no_number_for_a_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
