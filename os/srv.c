/* srv: see srv.h. An answer may be a lie, like any of a name server. */
#include "os/srv.h"

#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>
#include <strings.h>

#include "base/split.h"
#include "base/text.h"
#include "os/entropy.h"
#include "os/file.h"

enum {
	HOSTS = 1 << 16,
	QUESTION = 300,
	ANSWER = 4096,
	DNS_HEADER = 12,
	TYPE_SRV = 33,
	CLASS_IN = 1
};

/* Of a message: its bytes, and where the next record is. */
struct message {
	const uint8_t *begin, *end, *at;
};

static bool skip_name(struct message *m)
{
	char name[SRV_HOST];
	int len = m->at < m->end ? dn_expand(m->begin, m->end, m->at, name, sizeof name) : -1;
	if (len > 0)
		m->at += len;
	return len > 0;
}

/* The next record of the answer; false: there is none. found: it is a target, of that weight. */
static bool read_record(struct message *m, struct srv_target *out, uint16_t *weight, bool *found)
{
	if (!skip_name(m))
		return false;
	struct reader r = reader_of(span_of(m->at, (size_t)(m->end - m->at)));
	uint16_t type = read_be16(&r), class = read_be16(&r);
	(void)read_be32(&r);
	struct span data = read_span(&r, read_be16(&r));
	if (r.bad)
		return false;
	m->at = r.at;
	*found = type == TYPE_SRV && class == CLASS_IN && data.len > 6;
	if (!*found)
		return true;
	struct reader d = reader_of(data);
	out->priority = read_be16(&d);
	*weight = read_be16(&d);
	out->port = read_be16(&d);
	*found = dn_expand(m->begin, m->end, d.at, out->host, sizeof out->host) > 0 &&
	         out->port > 0 && out->host[0] != 0 && strcmp(out->host, ".") != 0;
	return true;
}

/* The targets of an answer, which are in no order. Returns how many. */
static size_t read_answer(const uint8_t *answer, size_t len, struct srv_target *at,
                          uint16_t *weights)
{
	struct message m = { answer, answer + len, answer + DNS_HEADER };
	size_t count = 0;
	if (len < DNS_HEADER)
		return 0;
	unsigned questions = load_be16(answer + 4), records = load_be16(answer + 6);
	while (questions-- > 0)
		if (!skip_name(&m) || (size_t)(m.end - m.at) < 4)
			return 0;
		else
			m.at += 4;
	while (records-- > 0 && count < LIMIT_VENUES) {
		bool found;
		if (!read_record(&m, &at[count], &weights[count], &found))
			break;
		count += found;
	}
	return count;
}

/* RFC 2782: of those with the lowest priority one is drawn, by weight. */
static size_t draw(const struct srv_target *at, const uint16_t *weights, size_t count)
{
	uint64_t sum = 0, random = 0;
	uint16_t lowest = UINT16_MAX;
	for (size_t i = 0; i < count; i++)
		lowest = at[i].priority < lowest ? at[i].priority : lowest;
	for (size_t i = 0; i < count; i++)
		sum += at[i].priority == lowest ? weights[i] + 1U : 0;
	(void)entropy_fill(&random, sizeof random);
	random = sum > 0 ? random % sum : 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t weight = at[i].priority == lowest ? weights[i] + 1U : 0;
		if (random < weight)
			return i;
		random -= weight;
	}
	return 0;
}

/* A question that says how long the answer may be (EDNS, RFC 6891): with eight targets it is longer
 * than the 512 bytes of old. Returns its length; 0: there can be no such name. */
static size_t write_question(const char *domain, uint8_t question[static QUESTION])
{
	static const uint8_t options[] = { 0, 0, 41, ANSWER >> 8, ANSWER & 255, 0, 0, 0, 0, 0, 0 };
	char name[SRV_HOST + sizeof "_schat._udp."];
	struct text t = text_of(name, sizeof name);
	text_add_format(&t, "_schat._udp.%s", domain);
	int len = res_mkquery(0, name, CLASS_IN, TYPE_SRV, NULL, 0, NULL, question,
	                      QUESTION - (int)sizeof options);
	if (len < DNS_HEADER)
		return 0;
	memcpy(question + len, options, sizeof options);
	question[11]++; /* one additional record */
	return (size_t)len + sizeof options;
}

bool srv_of_hosts(struct span table, const char *domain)
{
	struct span line, word, name = span_text(domain);
	while (split_line(&table, &line)) {
		(void)split_at(line, '#', &line, &word);
		(void)split_word(&line); /* the address */
		while ((word = split_word(&line)).len > 0)
			if (word.len == name.len &&
			    strncasecmp((const char *)word.at, domain, word.len) == 0)
				return true;
	}
	return false;
}

/* The host's own table has that name: then name servers are not asked for its address, nor need
 * they be for its servers. */
static bool is_of_hosts(const char *domain)
{
	static uint8_t bytes[HOSTS];
	size_t len = 0;
	enum err err = file_read("/etc/hosts", FILE_PLAIN, bytes, sizeof bytes, &len);
	return srv_of_hosts(span_of(bytes, err == ERR_FULL ? sizeof bytes : len), domain);
}

/* The child's result: priority, port, length and name of each target, in order. */
static bool look_up(void *argument, struct writer *out)
{
	static uint8_t answer[ANSWER];
	static struct srv_target at[LIMIT_VENUES];
	uint16_t weights[LIMIT_VENUES];
	uint8_t question[QUESTION];
	const struct srv *s = argument;
	size_t len = is_of_hosts(s->domain) ? 0 : write_question(s->domain, question);
	int got = len > 0 ? res_send(question, (int)len, answer, sizeof answer) : -1;
	size_t left = got > 0 && got <= ANSWER ? read_answer(answer, (size_t)got, at, weights) : 0;
	while (left > 0) {
		size_t i = draw(at, weights, left);
		write_be16(out, at[i].priority);
		write_be16(out, at[i].port);
		write_u8(out, (uint8_t)strlen(at[i].host));
		write_text(out, at[i].host);
		at[i] = at[--left];
		weights[i] = weights[left];
	}
	return true;
}

enum err srv_start(struct srv *s, const char *domain)
{
	bytes_clear(s, sizeof *s);
	text_copy(s->domain, sizeof s->domain, domain);
	return child_start(&s->child, look_up, s) ? OK : ERR_LOCAL;
}

enum err srv_take(struct srv *s)
{
	enum child_state state = child_poll(&s->child);
	if (state == CHILD_RUNNING)
		return ERR_FULL;
	if (state != CHILD_DONE)
		return ERR_UNREACHABLE;
	struct reader r = reader_of(s->child.result);
	for (s->count = 0; s->count < LIMIT_VENUES && r.left > 0; s->count++) {
		struct srv_target *target = &s->at[s->count];
		target->priority = read_be16(&r);
		target->port = read_be16(&r);
		struct span name = read_span(&r, read_u8(&r));
		if (r.bad || name.len == 0)
			break;
		memcpy(target->host, name.at, name.len);
		target->host[name.len] = 0;
	}
	return s->count > 0 ? OK : ERR_UNREACHABLE;
}

void srv_end(struct srv *s)
{
	child_end(&s->child);
}
