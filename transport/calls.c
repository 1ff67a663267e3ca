#include "transport/calls.h"

#include <string.h>

enum { PORT_WEB = 443 };

#define PATIENCE_US (1800 * MS)

void calls_init(struct calls *c, uint16_t first, struct random *random)
{
	memset(c, 0, sizeof *c);
	c->random = random;
	c->first = first;
}

static void begin(struct calls *c, struct call *call, uint64_t now)
{
	call->answer = ANSWER_UNKNOWN;
	call->said = false;
	call->until = now + PATIENCE_US;
	connection_open(&call->connection, (uint16_t)(c->first + (call - c->at)), &call->to);
}

const struct call *calls_add(struct calls *c, unsigned server, const struct addr *to, bool web,
                             uint64_t now)
{
	if (c->count == CALLS)
		return NULL;
	struct call *call = &c->at[c->count++];
	*call = (struct call){ .server = server, .web = web, .to = *to };
	if (web)
		call->to.port = PORT_WEB;
	random_fill(c->random, call->nonce, sizeof call->nonce);
	begin(c, call, now);
	return call;
}

void calls_again(struct calls *c, uint64_t now)
{
	for (struct call *call = c->at; call < c->at + c->count; call++)
		if (call->answer == ANSWER_NO)
			begin(c, call, now);
}

static struct call *call_of(struct calls *c, uint16_t link)
{
	unsigned i = (unsigned)link - c->first;

	return link >= c->first && i < c->count ? &c->at[i] : NULL;
}

static void over(struct call *call, enum outlook_answer answer)
{
	call->answer = answer;
	call->until = NEVER;
	connection_close(&call->connection);
}

bool calls_link(struct calls *c, const struct link_event *event)
{
	struct call *call = call_of(c, event->link);

	if (call == NULL)
		return false;
	if (connection_link(&call->connection, event) == CONNECTION_DOWN &&
	    call->answer == ANSWER_UNKNOWN)
		over(call, ANSWER_NO);
	return true;
}

bool calls_request(struct calls *c, struct link_request *request)
{
	for (struct call *call = c->at; call < c->at + c->count; call++)
		if (connection_request(&call->connection, request))
			return true;
	return false;
}

bool calls_input(struct calls *c, const struct route *from, struct span bytes, struct cookie *m)
{
	struct call *call = call_of(c, from->link);
	struct span message;
	bool bad = false;

	if (call == NULL || call->answer != ANSWER_UNKNOWN)
		return false;
	while (connection_read(&call->connection, &bytes, &message, &bad)) {
		if (!signaling_read_cookie(message, m) ||
		    !bytes_equal(m->nonce, call->nonce, NONCE_BYTES))
			continue;
		over(call, ANSWER_YES);
		return true;
	}
	if (bad)
		over(call, ANSWER_NO);
	return false;
}

bool calls_mute(const struct calls *c, unsigned server)
{
	bool mute = false, answers = false;

	for (const struct call *call = c->at; call < c->at + c->count; call++) {
		bool own = call->server == server && !call->web;
		mute |= own && call->said;
		answers |= own && call->answer == ANSWER_YES;
	}
	return mute && !answers;
}

void calls_timer(struct calls *c, uint64_t now)
{
	for (struct call *call = c->at; call < c->at + c->count; call++)
		if (now >= call->until)
			over(call, ANSWER_NO);
}

uint64_t calls_deadline(const struct calls *c)
{
	uint64_t at = NEVER;

	for (const struct call *call = c->at; call < c->at + c->count; call++)
		at = min_of(at, call->until);
	return at;
}

bool calls_output(struct calls *c, struct writer *w, struct route *to)
{
	struct hello hello = { .beside = false };

	for (struct call *call = c->at; call < c->at + c->count; call++) {
		if (call->said || !connection_may_say(&call->connection))
			continue;
		call->said = true;
		memcpy(hello.nonce, call->nonce, NONCE_BYTES);
		write_be16(w, HELLO_LEN);
		signaling_write_hello(w, &hello, HELLO_LEN);
		*to = connection_route(&call->connection);
		return true;
	}
	return false;
}
