#include "clumsy.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

enum { LINK_OF_NOBODY = 0x3b00 }; /* and some after it */

static uint64_t pick_of(struct peer *p, uint64_t limit)
{
	return random_below(p->setup.clumsy, limit);
}

static void expect(struct peer *p, bool as_said, const char *what)
{
	if (!as_said && !p->wrong)
		snprintf(p->note, sizeof p->note, "called out of turn: %s", what);
	p->wrong |= !as_said;
}

/* ---- the chat ---- */

static void says_what_is_no_text(struct peer *p, struct net *n)
{
	static uint8_t long_text[LIMIT_TEXT + 1];
	struct span bad[] = { span_text("\xc3\x28"), span_text("\xed\xa0\x80"),
		              span_of(long_text, sizeof long_text) };
	enum err why;
	struct span words;
	bool speaks = p->ready && !p->over && p->setup.mode == MODE_CHAT &&
	              !chat_finished(p->chat) && !chat_over(p->chat, &why, &words);

	(void)n;
	memset(long_text, 'x', sizeof long_text);
	enum err err = chat_text(p->chat, bad[pick_of(p, 3)], false);
	expect(p, err == (speaks ? ERR_FORMAT : ERR_STATE), "a text that is none");
}

static void speaks_the_other_way(struct peer *p, struct net *n)
{
	(void)n;
	if (p->setup.mode == MODE_CHAT) {
		expect(p, chat_bytes(p->chat, span_text("bytes")) == 0, "bytes of a chat");
		expect(p, chat_bytes_room(p->chat) == 0, "room for bytes of a chat");
	} else {
		expect(p, chat_text(p->chat, span_text("text"), true) == ERR_STATE,
		       "text of a pipe");
		expect(p, !chat_ready(p->chat), "a line of a pipe");
		expect(p, chat_bytes(p->chat, span_text("")) == 0, "no bytes");
	}
}

static void speaks_after_the_end(struct peer *p, struct net *n)
{
	(void)n;
	if (!chat_finished(p->chat))
		return;
	chat_finish(p->chat);
	expect(p, chat_text(p->chat, span_text("late"), false) == ERR_STATE, "a text after all");
	expect(p, chat_bytes(p->chat, span_text("late")) == 0, "bytes after all");
}

static void shows_again(struct peer *p, struct net *n)
{
	(void)n;
	if (p->ready && !p->over && p->setup.mode == MODE_CHAT)
		chat_shown(p->chat, pick_of(p, p->shown + 1));
	else if (p->ready && !p->over)
		chat_written(p->chat, p->bytes_in);
}

static void steps_again(struct peer *p, struct net *n)
{
	struct event e;

	(void)n;
	if (!p->ready || p->over)
		return;
	for (uint64_t i = pick_of(p, 3); i > 0; i--)
		chat_step(p->chat);
	if (p->setup.mode == MODE_CHAT)
		(void)chat_unconfirmed(p->chat);
	else if (chat_take_ours(p->chat, &e))
		expect(p, false, "a receipt of a pipe");
}

/* Streams that it has no use for, and those of the other one. */
static void opens_for_nothing(struct peer *p, struct net *n)
{
	struct session *s = p->ready && !p->over ? endpoint_session(p->ep, 0) : NULL;
	unsigned stream;

	(void)n;
	if (s == NULL || !session_has_streams(s))
		return;
	for (uint64_t i = pick_of(p, 4); i > 0 && (stream = session_open(s)) != 0; i--) {
		(void)session_write(s, stream, span_text("xyz"));
		if (pick_of(p, 2) == 0)
			session_finish(s, stream);
		if (pick_of(p, 2) == 0)
			session_reset(s, stream, RESET_BROKEN_OFF);
		else
			session_release(s, stream);
	}
	while (session_opened(s, &stream))
		session_release(s, stream);
}

/* ---- the endpoint: the program's side ---- */

static void takes_what_is_not_there(struct peer *p, struct net *n)
{
	struct endpoint_event e;
	struct link_request request;

	(void)n;
	if (!endpoint_has_news(p->ep))
		expect(p, !endpoint_take(p->ep, &e), "an event that is none");
	if (!endpoint_request(p->ep, &request))
		expect(p, !endpoint_request(p->ep, &request), "a request that is none");
	else
		net_request(n, p->setup.node, &request);
	expect(p, endpoint_session(p->ep, 4000000000u) == NULL, "a session of nobody");
}

static void joins_again(struct peer *p, struct net *n)
{
	uint8_t token[TOKEN_LEN];

	random_fill(p->setup.clumsy, token, sizeof token);
	endpoint_leave(p->ep, token);
	if (p->setup.mode == MODE_CHAT && pick_of(p, 8) == 0) {
		(void)endpoint_join(p->ep, token, n->now);
		endpoint_leave(p->ep, token);
	}
	communicator_nameplate_token(7, token);
	if (!p->ready && !p->over && !p->failed)
		expect(p, endpoint_join(p->ep, token, n->now) == OK, "a room that it is in");
}

static void changes_its_name(struct peer *p, struct net *n)
{
	(void)n;
	endpoint_nick(p->ep, span_text(pick_of(p, 2) == 0 ? "" : "somebody"));
	if (p->ready)
		endpoint_code(p->ep, NULL);
}

/* ---- the endpoint: the side of os/ ---- */

static void wakes_for_nothing(struct peer *p, struct net *n)
{
	for (uint64_t i = pick_of(p, 4); i > 0; i--)
		endpoint_timer(p->ep, n->now);
	for (uint64_t i = pick_of(p, 3); i > 0; i--)
		(void)endpoint_deadline(p->ep);
	if (pick_of(p, 400) == 0)
		endpoint_refresh(p->ep, n->now);
}

static void reads_its_addresses_again(struct peer *p, struct net *n)
{
	struct addr addrs[70];
	size_t count = pick_of(p, 4) == 0 ? sizeof addrs / sizeof *addrs : 1;

	for (size_t i = 0; i < count; i++)
		addrs[i] = n->nodes[p->setup.node].inside;
	endpoint_hosts(p->ep, addrs, count);
}

/* A datagram of nobody, or under the address of somebody, to a socket of its own or to none. */
static void hears_noise(struct peer *p, struct net *n)
{
	static uint8_t noise[LIMIT_WIRE];
	const struct node *node = &n->nodes[p->setup.node];
	const struct socket *socket = &node->sockets[pick_of(p, SIM_SOCKETS)];
	size_t len = pick_of(p, 2) == 0 ? pick_of(p, 40) : pick_of(p, sizeof noise + 1);
	struct route from = { .kind = ROUTE_UDP, .link = LINK_OF_NOBODY, .local = node->inside };

	if (node->sockets_used > 0 && pick_of(p, 4) > 0)
		socket = &node->sockets[pick_of(p, (uint64_t)node->sockets_used)];
	if (socket->used && socket->kind == LINK_UDP) {
		from.link = socket->link;
		from.local = socket->local;
	}
	from.remote = n->nodes[pick_of(p, 4)].outside;
	from.remote.port = (uint16_t)pick_of(p, 65536);
	random_fill(p->setup.clumsy, noise, len);
	if (len > 0 && pick_of(p, 2) == 0)
		noise[0] = (uint8_t)pick_of(p, 64);
	if (p->setup.suite->key_type != KEY_NONE) /* else a session may take it */
		endpoint_input(p->ep, &from, span_of(noise, len), n->now);
}

static void hears_of_links_it_has_not(struct peer *p, struct net *n)
{
	static const enum link_state states[] = { LINK_UP,      LINK_ACCEPTED, LINK_DOWN,
		                                  LINK_BLOCKED, LINK_WRITABLE, LINK_REJECTED };
	struct link_event e = { .state = states[pick_of(p, 6)], .kind = LINK_UDP };

	e.link = e.listener = (uint16_t)(LINK_OF_NOBODY + pick_of(p, 200));
	e.remote = n->nodes[pick_of(p, 4)].outside;
	if (e.state == LINK_DOWN)
		e.why = ERR_UNREACHABLE;
	if (e.state != LINK_ACCEPTED) /* then os/ has opened it */
		endpoint_link(p->ep, &e, n->now);
}

void clumsy_turn(struct peer *p, struct net *n)
{
	static void (*const slips[])(struct peer * p, struct net * n) = {
		says_what_is_no_text,
		speaks_the_other_way,
		speaks_after_the_end,
		shows_again,
		steps_again,
		opens_for_nothing,
		takes_what_is_not_there,
		joins_again,
		changes_its_name,
		wakes_for_nothing,
		reads_its_addresses_again,
		hears_noise,
		hears_of_links_it_has_not,
	};

	if (p->setup.clumsy != NULL && pick_of(p, 2) == 0)
		slips[pick_of(p, sizeof slips / sizeof *slips)](p, n);
	if (p->setup.clumsy != NULL && pick_of(p, 4) == 0)
		n->nodes[p->setup.node].busy_until = n->now + pick_of(p, 30 * MS);
}
