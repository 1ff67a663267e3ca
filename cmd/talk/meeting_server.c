/* meet_server: what a signaling server or a listening port tells: the code for the other side, the
 * rooms of contacts, and nobody's answer. */
#include <string.h>

#include "cmd/log.h"
#include "cmd/report.h"
#include "cmd/talk/meeting.h"
#include "os/clock.h"
#include "os/interfaces.h"

bool meet_is_wanted(const struct contact *c, const void *argument)
{
	const struct talk *t = argument;
	if (!t->serving)
		return strcmp(c->name, t->peer.name) == 0;
	for (size_t i = 0; i < t->o->allow_count; i++)
		if (strcmp(c->name, t->o->allow[i]) == 0)
			return true;
	return t->o->allow_count == 0;
}

/* Rooms beside those of contacts: the nameplate's, and the one a session meets again in. */
void meet_rooms(struct talk *t, uint64_t now)
{
	bool for_contacts = t->serving ? t->contacts : t->peer.name[0] && !t->has_nameplate_room;
	if (t->kind != TARGET_P2P || !t->rooms.known || !for_contacts) {
		t->rooms.next_at = NEVER;
		return;
	}
	struct rooms_filter filter = { &t->identity, t->book, meet_is_wanted, t };
	rooms_update(&t->rooms, &filter, t->endpoint, LIMIT_ROOMS - 2, now);
}

static void server_answers(struct talk *t, const struct communicator_event *e, uint64_t now)
{
	char at[ADDR_TEXT], rate[24];
	struct text r = text_of(rate, sizeof rate);
	addr_format(&e->addr, at);
	text_add_u64(&r, e->relay_kbit);
	talk_detail(t, "signaling server ", t->server, " (", at, ") answers; relay ",
	            e->relay_kbit ? rate : "for handshakes only", e->relay_kbit ? " kbit/s" : "",
	            NULL);
	t->server_told = true;
	if (rooms_day(&t->rooms, (struct rooms_day){ e->day, e->day_ends_s }, clock_unix_s(), now))
		talk_say(t,
		         "the signaling server's date is wrong, so contacts are looked for by the "
		         "date of this computer.",
		         NULL);
	meet_rooms(t, now);
	if (t->serving && t->contacts && !t->waiting_told && t->rooms.waiting > 0) {
		char names[SENTENCE];
		struct text n = sentence_in(names);
		size_t told = 0;
		for (size_t i = 0; i < t->book->count && told < 6; i++)
			if (meet_is_wanted(&t->book->contacts[i], t) &&
			    t->book->contacts[i].key.type == t->identity.public.type) {
				text_add(&n, told++ ? ", " : "");
				text_add(&n, t->book->contacts[i].name);
			}
		text_add(&n, t->rooms.waiting > told ? " and others" : "");
		struct event w = { .kind = EVENT_WAITING, .text = span_of(names, n.len) };
		(void)screen_show(&t->screen, &w);
		t->waiting_told = true;
		if (t->rooms.left_out > 0)
			talk_say(t,
			         "not for all of them: there are too many for one host. Name those "
			         "that count with --allow.",
			         NULL);
	}
}

static void nameplate(struct talk *t, uint32_t number)
{
	char command[SENTENCE], code[CODE_TEXT];
	struct text c = sentence_in(command);
	struct event e = { .kind = EVENT_CODE, .code = code };
	if (t->code_told && t->code.nameplate != number && t->has_code)
		talk_say(t, "the server has lost our place; the code has a new number:", NULL);
	else if (t->code_told)
		return;
	t->code.has_nameplate = number > 0;
	t->code.nameplate = number;
	struct text n = text_of(code, sizeof code);
	text_add_u64(&n, number); /* all there is of a code without words */
	if (t->has_code)
		code_format(&t->code, code);
	else if (number == 0)
		e.code = NULL; /* an address is all there is */
	text_add(&c, "schat connect ");
	if (strcmp(t->suite->name, "noise") != 0) {
		text_add(&c, "-c ");
		text_add(&c, t->suite->name);
		text_add(&c, " ");
	}
	text_add(&c, t->suite->insecure ? "--insecure " : "");
	text_add(&c, t->o->pipe ? "--pipe " : "");
	text_add(&c, t->o->tofu ? "--tofu " : "");
	if (t->kind == TARGET_P2P) {
		text_add(&c, code);
		text_add(&c, "@");
		text_add(&c, t->server);
	} else {
		text_add(&c, t->direct);
	}
	e.text = span_of(command, c.len);
	(void)screen_show(&t->screen, &e);
	if (t->has_code)
		endpoint_code(t->endpoint, &t->code);
	t->code_told = true;
}

/* tcp://CODE@HOST:PORT with an address that others can use. */
static void listening(struct talk *t, const struct addr *at)
{
	struct addr best[1], shown = *at;
	char text[ADDR_TEXT], code[CODE_TEXT] = "";
	struct text d = text_of(t->direct, sizeof t->direct);
	addr_format(at, text);
	struct event e = { .kind = EVENT_LISTENING, .text = span_text(text) };
	(void)screen_show(&t->screen, &e);
	log_line("listening on ", text, NULL);
	if (t->code_told || (!t->has_code && !t->o->tofu && !t->suite->insecure))
		return;
	if (addr_is_any(at) && interfaces_list(best, 1) == 1) {
		shown = best[0];
		shown.port = at->port;
	}
	addr_format(&shown, text);
	if (t->has_code)
		code_format(&t->code, code);
	text_add(&d, t->kind == TARGET_TCP ? "tcp://" : "udp://");
	text_add(&d, code);
	text_add(&d, t->has_code ? "@" : "");
	text_add(&d, text);
	nameplate(t, 0);
	bytes_wipe(t->direct, sizeof t->direct);
}

/* Nobody answers at an address. Who asked for patience (--timeout), or waits unattended, goes on.
 */
static void unreachable(struct talk *t, const struct communicator_event *e)
{
	char at[ADDR_TEXT], text[SENTENCE];
	struct text s = sentence_in(text);
	bool early = !t->server_told && !endpoint_session(t->endpoint) && !t->talking;
	t->failed_at = e->addr;
	addr_format(&e->addr, at);
	if (e->fatal) {
		text_add(&s, "cannot listen on ");
		text_add(&s, at);
		talk_fail(
		    t, EXIT_LOCAL, text,
		    "Does another program use this port, and is this an address of this host?");
		return;
	}
	if (t->kind == TARGET_P2P && e->err == ERR_BUSY) { /* it does answer */
		text_add(&s, t->server);
		text_add(&s, " has no place for us: the room is full of others, or the server is");
		early = false;
	} else {
		text_add(&s, "no answer from ");
		text_add(&s, t->kind == TARGET_P2P ? t->server : at);
	}
	if (early && !t->o->timeout && !t->o->keep) {
		talk_fail(t, EXIT_UNREACHABLE, text,
		          t->kind == TARGET_P2P
		              ? "Does 'schat signal' run there, and is its port open, udp and tcp?"
		          : t->kind == TARGET_TCP
		              ? "Does 'schat serve tcp://...' run there, and is its port open?"
		              : "Does 'schat serve udp://...' run there, and is its port open? To "
		                "go on trying: --timeout SEC");
		return;
	}
	if (!t->failure_told)
		talk_say(t, text, "; still trying", NULL);
	t->failure_told = true;
}

void meet_communicator(struct talk *t, const struct communicator_event *e, uint64_t now)
{
	char at[ADDR_TEXT];
	addr_format(&e->addr, at);
	switch (e->kind) {
	case COMMUNICATOR_LISTENING: listening(t, &e->addr); break;
	case COMMUNICATOR_SERVER: server_answers(t, e, now); break;
	case COMMUNICATOR_NAMEPLATE: nameplate(t, e->number); break;
	case COMMUNICATOR_WAITING: t->members = e->number; break;
	case COMMUNICATOR_OBSERVED: talk_detail(t, "seen from outside as ", at, NULL); break;
	case COMMUNICATOR_FAILED: unreachable(t, e); break;
	default: break;
	}
}
