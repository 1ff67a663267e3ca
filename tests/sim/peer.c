/* peer: one side of a simulated conversation. */
#include "peer.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "clumsy.h"

void peer_start(struct peer *p, const struct peer_setup *setup, struct net *n)
{
	enum err err = OK;

	*p = (struct peer){ .setup = *setup };
	p->setup.where.hidden = setup->relay_only;
	struct communicator *c =
	    communicator_new(setup->communicator, &p->setup.where, n->now, &err);
	assert(c != NULL);
	if (setup->other_server.port != 0)
		communicator_peers(c, &(struct communicator_place){ .number = 1, .name = "other" },
		                   &setup->other_server, 1, n->now);
	struct endpoint_config config = {
		.keying.initiator = setup->initiator,
		.communicator = c,
		.keying.suite = setup->suite,
		.keying.identity = setup->identity,
		.keying.expected = setup->expected,
		.keying.code = setup->code,
		.keying.contacts = setup->contacts,
		.keying.first_use = setup->first_use,
		.mode = setup->mode,
		.nick = span_text(setup->initiator ? "bob" : "alice"),
		.no_relay = setup->no_relay,
		.punching = setup->relay_only ? PUNCHING_NONE : PUNCHING_FULL,
		.silence_us = setup->silence_us,
		.handshake_us = setup->diary != NULL ? NEVER : 120 * SECOND,
		.again = setup->diary != NULL,
		.patient = setup->diary != NULL,
		.keying.random = n->random,
	};
	net_describe(n, setup->node);
	p->ep = endpoint_new(&config, n->now, &err);
	assert(p->ep != NULL);
	p->chat = chat_new(setup->mode);
	assert(p->chat != NULL);
	struct addr inside = n->nodes[setup->node].inside;
	endpoint_hosts(p->ep, &inside, 1);
	p->said = setup->diary != NULL ? setup->diary->said : 0;
}

void peer_end(struct peer *p)
{
	chat_free(p->chat);
	endpoint_free(p->ep);
}

static void tell(const struct peer *p, const struct net *n, const char *what, struct span more)
{
	char line[80];
	struct text t = text_of(line, sizeof line);
	text_add(&t, what);
	text_add_span(&t, more);
	net_tell(n, p->setup.node, line);
}

static void tell_number(const struct peer *p, const struct net *n, const char *what,
                        unsigned number)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	text_add_u64(&t, number);
	tell(p, n, what, text_span(&t));
}

static void wrong(struct peer *p, const char *what, struct span text)
{
	if (!p->wrong)
		snprintf(p->note, sizeof p->note, "%s: %.*s (after %u)", what, (int)text.len,
		         (const char *)text.at, p->heard);
	p->wrong = true;
}

static void line_text(bool initiator, unsigned number, size_t len, struct text *t)
{
	text_add(t, initiator ? "bob says " : "alice says ");
	text_add_u64(t, number);
	while (t->len < len)
		text_add(t, ".");
}

/* Its number says which one it is: none comes twice, whoever was restarted meanwhile. */
static void heard_again(struct peer *p, struct span text)
{
	unsigned number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] >= '0' && text.at[i] <= '9')
			number = number * 10 + text.at[i] - '0';
	}
	assert(number < SIM_DIARY);
	if (p->setup.theirs->shown[number]++ > 0)
		wrong(p, "heard again", text);
	if (number < p->heard)
		wrong(p, "heard too late", text);
	p->heard = number + 1;
}

static void heard_line(struct peer *p, struct span text)
{
	char buffer[LIMIT_TEXT + 1];
	struct text want = text_of(buffer, sizeof buffer);

	if (p->setup.theirs != NULL) {
		heard_again(p, text);
		return;
	}
	line_text(!p->setup.initiator, p->heard, p->setup.text_len, &want);
	if (!span_is(text, buffer))
		wrong(p, "heard", text);
	p->heard++;
}

/* Byte i of a pipe: easy to tell apart, whatever is lost or swapped. */
static uint8_t pipe_byte(bool initiator, uint64_t i)
{
	return (uint8_t)((i * 2654435761u >> 13) ^ i ^ (initiator ? 0x55 : 0));
}

static void heard_bytes(struct peer *p, const struct event *e)
{
	if (e->number != p->bytes_in)
		wrong(p, "bytes at another place", span_text(""));
	for (size_t i = 0; i < e->text.len; i++) {
		if (e->text.at[i] != pipe_byte(!p->setup.initiator, p->bytes_in + i)) {
			wrong(p, "other bytes", span_text(""));
			break;
		}
	}
	p->bytes_in += e->text.len;
	chat_written(p->chat, p->bytes_in);
}

static void delivered(struct peer *p, unsigned number)
{
	for (unsigned i = p->delivered; i < number && p->setup.diary != NULL; i++)
		p->setup.diary->confirmed[p->first + i] = true;
	p->delivered = number;
}

static void hear(struct peer *p, const struct net *n)
{
	struct event e;

	chat_step(p->chat);
	while (chat_take(p->chat, &e)) {
		switch (e.kind) {
		case EVENT_TEXT:
			heard_line(p, e.text);
			tell_number(p, n, "hears line ", p->heard);
			p->shown = e.number;
			chat_shown(p->chat, e.number);
			break;
		case EVENT_BYTES: heard_bytes(p, &e); break;
		case EVENT_DELIVERED: delivered(p, (unsigned)e.number); break;
		case EVENT_PEER_LEFT: p->setup.finish_at = 0; break;
		default: break;
		}
		chat_step(p->chat);
	}
}

static void say_bytes(struct peer *p)
{
	uint64_t total = (uint64_t)p->setup.lines * 1024;
	uint8_t piece[4096];

	while (p->bytes_out < total) {
		size_t len = 0;

		while (len < sizeof piece && p->bytes_out + len < total) {
			piece[len] = pipe_byte(p->setup.initiator, p->bytes_out + len);
			len++;
		}
		size_t taken = chat_bytes(p->chat, span_of(piece, len));
		p->bytes_out += taken;
		if (taken < len)
			return;
	}
	chat_finish(p->chat);
}

static uint64_t say_at(const struct peer *p)
{
	if (p->setup.mode == MODE_PIPE || p->said >= p->setup.lines || !p->ready)
		return NEVER;
	if (p->setup.diary != NULL && session_away(endpoint_session(p->ep, 0)))
		return NEVER; /* it waits with its user, who can still say it to the next one */
	return p->setup.say_from +
	       (p->setup.say_until - p->setup.say_from) * p->said / p->setup.lines;
}

static void speak(struct peer *p, struct net *n)
{
	if (!p->ready || p->over)
		return;
	if (p->setup.mode == MODE_PIPE) {
		say_bytes(p);
		return;
	}
	while (n->now >= say_at(p)) {
		char buffer[LIMIT_TEXT + 1];
		struct text t = text_of(buffer, sizeof buffer);

		line_text(p->setup.initiator, p->said, p->setup.text_len, &t);
		if (chat_text(p->chat, span_text(buffer), false) != OK)
			break;
		p->said++;
		if (p->setup.diary != NULL)
			p->setup.diary->said = p->said;
		tell_number(p, n, "says line ", p->said);
	}
	if (n->now >= p->setup.finish_at)
		chat_finish(p->chat);
}

/* The conversation is over, and the program is not: the user hears what is not sure. */
static void part(struct peer *p, struct net *n)
{
	if (!p->ready)
		return;
	hear(p, n);
	for (unsigned i = p->first + p->delivered; i < p->said; i++)
		p->setup.diary->unsure[i] = true;
	chat_detach(p->chat);
	p->ready = false;
}

static void meet(struct peer *p, struct net *n)
{
	if (p->setup.diary != NULL)
		part(p, n);
	endpoint_accept(p->ep, n->now);
}

static void take(struct peer *p, struct net *n)
{
	struct endpoint_event e;
	struct span words;

	while (endpoint_take(p->ep, &e)) {
		switch (e.kind) {
		case ENDPOINT_PEER: meet(p, n); break;
		case ENDPOINT_READY:
			chat_attach(p->chat, endpoint_session(p->ep, 0));
			p->ready = true;
			p->conversations++;
			p->first = p->said;
			p->delivered = 0;
			p->shown = 0;
			p->ready_at = n->now;
			tell(p, n, "connected, ", span_text(e.path.route.kind->label));
			break;
		case ENDPOINT_PATH:
			tell(p, n, "the path is now ", span_text(e.path.route.kind->label));
			break;
		case ENDPOINT_OVER:
			if (p->setup.diary != NULL) {
				p->err = e.err;
				part(p, n);
				break;
			}
			hear(p, n);
			p->over = true;
			p->over_at = n->now;
			tell(p, n, "the conversation is over", span_of(NULL, 0));
			if (!chat_over(p->chat, &p->err, &words))
				p->err = e.err;
			chat_detach(p->chat);
			break;
		case ENDPOINT_GUESS: p->guesses = e.number; break;
		case ENDPOINT_WRONG_CODE:
			p->guesses = e.number;
			p->failed = true;
			break;
		case ENDPOINT_REFUSED: p->refused = e.reason; break;
		case ENDPOINT_CHANGED: p->changed = true; break;
		case ENDPOINT_FAILED:
			if (e.again)
				break;
			tell(p, n, "gives up: ", span_text(err_text(e.err)));
			p->failed = true;
			p->err = e.err;
			break;
		default: break;
		}
	}
}

void peer_arrival(struct peer *p, struct net *n, const struct arrival *a)
{
	if (a->is_event)
		endpoint_link(p->ep, &a->event, n->now);
	else
		endpoint_input(p->ep, &a->route, a->wire, n->now);
}

void peer_run(struct peer *p, struct net *n)
{
	uint8_t buffer[LIMIT_WIRE];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len;

	clumsy_turn(p, n);
	if (p->setup.pair != NULL && endpoint_pair_wanted(p->ep))
		endpoint_pair(p->ep, p->setup.pair);
	while (endpoint_request(p->ep, &request))
		net_request(n, p->setup.node, &request);
	take(p, n);
	if (p->ready && !p->over)
		hear(p, n);
	speak(p, n);
	if (p->ready && !p->over)
		hear(p, n);
	endpoint_timer(p->ep, n->now);
	while ((len = endpoint_output(p->ep, &to, buffer, sizeof buffer, &wire, n->now)) > 0)
		do
			net_send(n, p->setup.node, &to, span_of(wire, len));
		while ((len = endpoint_more(p->ep, buffer, &wire, n->now)) > 0);
	take(p, n);
	while (endpoint_request(p->ep, &request))
		net_request(n, p->setup.node, &request);
}

uint64_t peer_due_at(const struct peer *p, const struct net *n)
{
	uint64_t at = endpoint_deadline(p->ep), say = p->over ? NEVER : say_at(p);

	if (say < at)
		at = say;
	if (p->ready && !p->over && p->setup.finish_at > n->now && p->setup.finish_at < at)
		at = p->setup.finish_at;
	return at;
}

bool peer_direct(struct peer *p)
{
	struct session *s = endpoint_session(p->ep, 0);
	struct session_path path = { 0 };

	return s != NULL && session_path(s, &path) && !route_is_forward(&path.route);
}
