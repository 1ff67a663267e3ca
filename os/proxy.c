#include "os/proxy.h"

#include <string.h>

#include "base/addr.h"
#include "base/split.h"

static struct {
	bool used;
	struct proxy given;
	struct span exceptions;
	struct addr at[LIMIT_PEER_ADDRS];
	size_t at_count, turn;
	bool called, heard; /* it has taken a connection; it has said something on one */
	char names[PROXY_NAMES][PROXY_NAME];
	size_t names_count;
} the;

/* ---- the URL ---- */

static bool put(struct span s, char *out, size_t cap)
{
	struct text t = text_of(out, cap);
	text_add_span(&t, s);
	return !t.cut && memchr(s.at, 0, s.len) == NULL;
}

/* With %41 for A. */
static bool unescape(struct span s, char *out)
{
	char plain[3 * PROXY_SECRET];
	size_t len = 0;
	uint32_t v;
	/*@ loop invariant i <= s.len && len <= sizeof(plain);
	    loop assigns i, len, v, plain[0 .. sizeof(plain) - 1];
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len && len < sizeof plain; i++) {
		bool escaped = s.at[i] == '%';
		if (escaped && (s.len - i < 3 || !text_read_hex(span_of(s.at + i + 1, 2), &v)))
			return false;
		plain[len++] = (char)(escaped ? v : s.at[i]);
		i += escaped ? 2 : 0;
	}
	bool fits = put(span_of(plain, len), out, PROXY_SECRET);
	bytes_wipe(plain, sizeof plain);
	return fits;
}

static bool take_login(struct span login)
{
	struct span user = login, password = span_of("", 0);
	(void)split_at(login, ':', &user, &password);
	return unescape(user, the.given.user) && unescape(password, the.given.password);
}

enum err proxy_use(struct span url, struct span exceptions)
{
	struct span rest = split_trim(url), host;
	bool scheme = true;
	memset(&the, 0, sizeof the);
	if (split_prefix(&rest, "socks5h://") || split_prefix(&rest, "socks5://"))
		the.given.socks = true;
	else if (!split_prefix(&rest, "http://"))
		scheme = false;
	/*@ loop invariant i <= rest.len;
	    loop assigns i;
	    loop variant rest.len - i; */
	for (size_t i = 0; !scheme && i + 3 <= rest.len; i++)
		if (memcmp(rest.at + i, "://", 3) == 0)
			return ERR_VERSION;
	/* the last @ ends the login, for some write one in it as it is */
	size_t at = rest.len;
	/*@ loop invariant at <= rest.len;
	    loop assigns at;
	    loop variant at; */
	while (at > 0 && rest.at[at - 1] != '@')
		at--;
	if (at > 0 && !take_login(span_of(rest.at, at - 1)))
		return ERR_FORMAT;
	rest = span_after(rest, at);
	if (!addr_split_host_port(rest, the.given.socks ? 1080 : 80, &host, &the.given.port) ||
	    the.given.port == 0 || host.len == 0 || !put(host, the.given.host, PROXY_NAME))
		return ERR_FORMAT;
	the.used = true;
	the.exceptions = exceptions;
	return OK;
}

void proxy_show(const char *url, struct text *out)
{
	const char *from = strstr(url, "://"), *end = strrchr(url, '@');
	from = from ? from + 3 : url;
	text_add_span(out, span_of(url, (size_t)(from - url)));
	text_add(out, end ? end + 1 : from);
}

/* ---- exceptions ---- */

/* "10.0.0.0/8", or without a mask. */
static bool in_network(const struct addr *a, struct span rule)
{
	struct span address = rule, bits;
	uint64_t count = 128;
	struct addr network;
	if (split_at(rule, '/', &address, &bits) && !text_read_u64(bits, 128, &count))
		return false;
	if (!addr_parse(address, 1, &network))
		return false;
	if (addr_is_v4(&network) && address.len < rule.len)
		count += 96;
	/*@ loop assigns i;
	    loop variant 128 - i; */
	for (size_t i = 0; i < count && i < 128; i++)
		if ((a->ip[i / 8] ^ network.ip[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool same_letters(struct span a, struct span b)
{
	/*@ loop invariant i <= a.len;
	    loop assigns i;
	    loop variant a.len - i; */
	for (size_t i = 0; i < a.len; i++) {
		uint8_t x = a.at[i], y = b.at[i];
		bool letter = (x | 0x20) >= 'a' && (x | 0x20) <= 'z';
		if (x != y && !(letter && (x | 0x20) == (y | 0x20)))
			return false;
	}
	return true;
}

/* rule: a name; that of host, or of something above it. */
static bool above(struct span host, struct span rule)
{
	if (rule.len > 0 && rule.at[0] == '.')
		rule = span_after(rule, 1);
	if (rule.len == 0 || rule.len > host.len)
		return false;
	size_t before = host.len - rule.len;
	return (before == 0 || host.at[before - 1] == '.') &&
	       same_letters(rule, span_after(host, before));
}

bool proxy_covers(struct span host)
{
	struct span rest = the.exceptions, rule;
	struct addr a;
	bool numeric = addr_parse(host, 1, &a);
	if (!the.used)
		return false;
	/*@ loop invariant is_span(&rest);
	    loop assigns rest, rule;
	    loop variant rest.len; */
	while ((rule = split_word_at(&rest, ", \t")).len > 0)
		if (span_is(rule, "*") || (numeric ? in_network(&a, rule) : above(host, rule)))
			return false;
	return true;
}

/* ---- names ---- */

bool proxy_name(struct span host, uint16_t port, struct addr *out)
{
	size_t i = 0;
	/*@ loop invariant i <= the.names_count;
	    loop assigns i;
	    loop variant the.names_count - i; */
	while (i < the.names_count && !span_is(host, the.names[i]))
		i++;
	if (i == PROXY_NAMES || !put(host, the.names[i], PROXY_NAME))
		return false;
	the.names_count += i == the.names_count;
	*out = addr_of_name((uint8_t)i, port);
	return true;
}

const struct proxy *proxy_given(void)
{
	return &the.given;
}

void proxy_answers(bool heard)
{
	the.called = true;
	the.heard |= heard;
}

const char *proxy_silence(bool closed)
{
	return the.called && !the.heard ? proxy_talk_silence(&the.given, closed) : NULL;
}

void proxy_found(const struct addr *at, size_t count)
{
	memcpy(the.at, at, count * sizeof *at);
	the.at_count = count;
}

bool proxy_begin(const struct addr *name, struct addr *at, struct proxy_talk *t, struct writer *out)
{
	unsigned i;
	if (!addr_is_name(name, &i) || i >= the.names_count || the.at_count == 0)
		return false;
	*at = the.at[the.turn++ % the.at_count];
	proxy_talk_begin(t, &the.given, span_text(the.names[i]), name->port, out);
	return true;
}
