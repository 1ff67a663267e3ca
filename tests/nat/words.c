/* words: see words.h. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct unit {
	const char *name;
	uint64_t of;
};

static const struct unit times[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { NULL, 0 } };
static const struct unit rates[] = {
	{ "kbit", 125 }, { "mbit", 125000 }, { "gbit", 125000000 }, { NULL, 0 }
};
static const struct unit sizes[] = { { "", 1 }, { "k", 1000 }, { "m", 1000000 }, { NULL, 0 } };
static const struct unit counts[] = { { "", 1 }, { NULL, 0 } };
static const struct unit percents[] = { { "%", 10 }, { NULL, 0 } };

/* Digits, at most one of them behind a point, and a unit. */
static bool number(const char *text, const struct unit *units, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789"), rest = digits;
	uint64_t value, tenth = 0;

	if (text[rest] == '.') {
		if (text[rest + 1] < '0' || text[rest + 1] > '9')
			return false;
		tenth = (uint64_t)(text[rest + 1] - '0');
		rest += 2;
	}
	if (!text_read_u64(span_of(text, digits), UINT32_MAX, &value))
		return false;
	for (const struct unit *u = units; u->name != NULL; u++) {
		if (strcmp(text + rest, u->name) == 0) {
			*out = value * u->of + tenth * u->of / 10;
			return true;
		}
	}
	return false;
}

static bool small_number(const char *text, const struct unit *units, unsigned *out)
{
	uint64_t value;

	if (!number(text, units, &value) || value > UINT32_MAX)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool port_number(const char *text, uint16_t *out)
{
	uint64_t value;

	if (!number(text, counts, &value) || value == 0 || value > 65535)
		return false;
	*out = (uint16_t)value;
	return true;
}

/* The place of the name in a list that ends with NULL; -1: it is not there. */
static int place(const char *name, const char *const *names)
{
	for (int i = 0; names[i] != NULL; i++) {
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	return -1;
}

static bool range(const char *text, struct nat_config *nat)
{
	char first[8] = "";
	const char *dash = strchr(text, '-');

	if (dash == NULL || (size_t)(dash - text) >= sizeof first)
		return false;
	memcpy(first, text, (size_t)(dash - text));
	return port_number(first, &nat->first) && port_number(dash + 1, &nat->last) &&
	       nat->first <= nat->last;
}

static bool is(const char *key, const char *name)
{
	return strcmp(key, name) == 0;
}

static bool weather_word(const char *key, const char *value, struct weather *w)
{
	static const char *const fates[] = { "blocked", "refused", NULL };
	uint64_t mtu;

	if (is(key, "delay"))
		return number(value, times, &w->delay_us);
	if (is(key, "jitter"))
		return number(value, times, &w->jitter_us);
	if (is(key, "loss"))
		return small_number(value, percents, &w->loss_permille);
	if (is(key, "burst"))
		return small_number(value, counts, &w->burst);
	if (is(key, "rate"))
		return number(value, rates, &w->rate);
	if (is(key, "queue"))
		return number(value, sizes, &w->queue);
	if (is(key, "police"))
		return number(value, rates, &w->police);
	if (is(key, "allowance"))
		return number(value, sizes, &w->allowance);
	if (is(key, "tcp"))
		return port_number(value, &w->tcp_port);
	if (is(key, "mtu") && number(value, sizes, &mtu)) {
		w->mtu = (size_t)mtu;
		return true;
	}
	if (is(key, "udp") && place(value, fates) >= 0) {
		w->udp_blocked = place(value, fates) == 0;
		w->udp_refused = !w->udp_blocked;
		return true;
	}
	w->in_order &= !is(key, "reorder");
	w->tells |= is(key, "icmp");
	return *value == 0 && (is(key, "reorder") || is(key, "icmp"));
}

static bool nat_choice(const char *key, const char *value, struct nat_config *nat)
{
	static const char *const mappings[] = { "none", "endpoint", "address", "port", NULL };
	static const char *const filters[] = { "none", "address", "port", NULL };
	static const char *const choices[] = { "sequential", "random", "preserve", "near", NULL };
	int i;

	if (is(key, "nat") && (i = place(value, mappings)) >= 0)
		nat->mapping = (enum mapping)i;
	else if (is(key, "filter") && (i = place(value, filters)) >= 0)
		nat->filtering = (enum filtering)i;
	else if (is(key, "ports") && (i = place(value, choices)) >= 0)
		nat->ports = (enum port_choice)i;
	else
		return false;
	return true;
}

static bool nat_word(const char *key, const char *value, struct nat_config *nat)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = { { "overload", &nat->overload },   { "lowports", &nat->low_ports },
		      { "strays", &nat->takes_strays }, { "hairpin", &nat->hairpin },
		      { "pooled", &nat->pooled },       { "inbound", &nat->refreshed_inbound } };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (is(key, flags[i].name) && *value == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	if (is(key, "range"))
		return range(value, nat);
	if (is(key, "step"))
		return port_number(value, &nat->step);
	if (is(key, "addresses"))
		return small_number(value, counts, &nat->addresses);
	if (is(key, "mappings"))
		return small_number(value, counts, &nat->mappings_max);
	if (is(key, "idle"))
		return number(value, times, &nat->idle_us);
	if (is(key, "unanswered"))
		return number(value, times, &nat->unanswered_us);
	if (is(key, "absolute"))
		return number(value, times, &nat->absolute_us);
	return nat_choice(key, value, nat);
}

bool words_read(const char *word, struct nat_config *nat, struct weather ways[static 2])
{
	bool out = strncmp(word, "in.", 3) != 0, in = strncmp(word, "out.", 4) != 0;
	char key[16];
	const char *name = word + (!in ? 4 : !out ? 3 : 0);
	size_t len = strcspn(name, "=");

	if (len >= sizeof key)
		return false;
	memcpy(key, name, len);
	key[len] = 0;
	const char *value = name[len] == '=' ? name + len + 1 : "";
	bool known = out && weather_word(key, value, &ways[WAY_OUT]);
	known |= in && weather_word(key, value, &ways[WAY_IN]);
	return known || (in && out && nat_word(key, value, nat));
}
