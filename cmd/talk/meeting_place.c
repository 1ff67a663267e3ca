#include "cmd/talk/meeting_place.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/talk/reachable.h"
#include "os/clock.h"

void meeting_place_init(struct meeting_place *m, const struct plan *plan,
                        const struct identity *own, const struct directory *directory,
                        struct random *random, uint64_t now, struct decisions *out)
{
	m->plan = plan;
	m->own = own;
	m->directory = directory;
	m->out = out;
	m->code = plan->target.code;
	m->code_alive = plan->target.has_code;
	m->code_ends_at = plan_code_ends(plan, &plan->target.code, now);
	m->give_up_at = plan_server_ends(plan, now);
	m->renewal = renewal_none();
	m->code_is.numbered = plan->options->allow.count == 0;
	m->random = random;
	contact_rooms_init(&m->rooms);
}

void meeting_place_end_code(struct meeting_place *m, enum renewal_end how, uint64_t now)
{
	m->code_alive = false;
	m->code_is.used = how == CODE_USED;
	m->code_ends_at = NEVER;
	if (m->plan->serving)
		renewal_plan(&m->renewal, how, now);
}

void meeting_place_update(struct meeting_place *m, uint64_t now)
{
	if (m->own && m->plan->target.class->meets)
		contact_rooms_update(&m->rooms, m->plan, m->own, m->contact, now);
}

/* ---- where things stand ---- */

static enum waiting_state standing(const struct meeting_place *m)
{
	bool serving = m->plan->serving;
	if (!m->plan->target.class->meets)
		return serving ? WAITING_PEER : m->reached ? WAITING_REPLY : WAITING_ANSWER;
	if (!m->answered || m->silent)
		return WAITING_ANSWER;
	return !serving && m->members > 0 ? WAITING_REPLY : WAITING_PEER;
}

/* The command for the other side was shown just now. again: as it was before. */
static void show_patience(struct meeting_place *m, bool again)
{
	struct phrase *p = decision_show(m->out, EVENT_NOTICE);
	bool here = m->met && m->waiting.state == WAITING_NOT;
	if (m->code_alive)
		phrase_of(p, OK, "%sthe code works once%s%s%s", here ? "" : "waiting; ",
		          m->code_ends_at != NEVER ? ", within ten minutes" : "",
		          m->code_ends_at != NEVER && again ? " of when it was made" : "",
		          m->plan->options->keep && !here ? "; then there is a new one" : "");
	else
		phrase_of(p, OK, "waiting for the peer");
	if (!here)
		waiting_told(&m->waiting, WAITING_PEER);
}

/* Which servers or address were asked; name: the host whose name is looked up. */
static const char *asked(const struct meeting_place *m, bool name)
{
	const struct target *t = &m->plan->target;
	return t->class->meets ? m->directory->servers : name ? t->host : m->plan->direct;
}

static struct waiting_place place_of(const struct meeting_place *m)
{
	bool serving = m->plan->serving, numbered = !serving && m->code.has_nameplate;
	return (struct waiting_place){ .serving = serving,
		                       .peer = m->contact ? m->contact->name : "",
		                       .where = asked(m, false),
		                       .port = !m->plan->target.class->meets,
		                       .busy = m->busy,
		                       .nameplate = numbered ? m->code.nameplate : 0 };
}

void meeting_place_standing(const struct meeting_place *m, uint64_t now, struct phrase *p)
{
	struct waiting_place at = place_of(m);
	bool waits = m->plan->serving && m->waiting.state == WAITING_PEER;
	waiting_phrase(p, &m->waiting, WAITING_LASTS, &at, now);
	if (waits || m->waiting.state == WAITING_NOT)
		phrase_of(p, OK, "nobody is connected");
}

static void show_news(struct meeting_place *m, enum waiting_news news, uint64_t now)
{
	struct waiting_place at = place_of(m);
	bool waits = m->plan->serving && m->waiting.state == WAITING_PEER;
	if (news == WAITING_NO_NEWS || (waits && news == WAITING_LASTS))
		return;
	if (!waits)
		waiting_show(m->out, &m->waiting, news, &at, now);
	else if (!contact_rooms_show(m->plan, m->own, m->out) &&
	         (m->code_is.shown || !m->code_alive)) /* no server may have room for the code */
		show_patience(m, false);
}

/* Nobody is here any more, and the end of the conversation said that we wait. */
static void wait_again(struct meeting_place *m, uint64_t now)
{
	m->members = m->busy; /* the server counts for a while who has left */
	waiting_is(&m->waiting, standing(m), now);
	waiting_told(&m->waiting, m->waiting.state);
	if (m->plan->serving && m->code_is.used && !m->plan->options->keep)
		phrase_of(
		    decision_show(m->out, EVENT_NOTICE), OK,
		    "the code has been used; for a new one, type /invite or run schat serve again");
	m->code_is.used = false;
}

/* ---- servers and ports ---- */

static void server_answers(struct meeting_place *m, const struct communicator_event *e,
                           uint64_t now)
{
	struct dates_day day = { e->day, e->day_ends_s };
	char server[LIMIT_HOST];
	directory_text(m->directory, e->server, server);
	phrase_server(&decision_add(m->out, DECISION_DETAIL)->phrase, server, e);
	contact_rooms_set_day(&m->rooms, day, clock_unix_s(), now, m->out);
	meeting_place_update(m, now);
	if (m->plan->serving && m->waiting.told == WAITING_ANSWER)
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK,
		          "the signaling server %s answers", server);
	m->give_up_at = NEVER;
	m->silent = false;
	if (!m->answered && m->plan->serving && contact_rooms_show(m->plan, m->own, m->out))
		waiting_told(&m->waiting, WAITING_PEER);
	m->answered = true;
}

/* Shows the command for the other side, once for each number that the code gets (0: none is needed,
 * at an address). at: a server (scheme ""), or an address. */
static void show_command(struct meeting_place *m, uint32_t number, const char *scheme,
                         const char *at)
{
	char code[CODE_TEXT], target[LIMIT_HOST + CODE_TEXT];
	struct text t = text_of(target, sizeof target);
	if (m->code_is.shown && (!m->code_alive || m->code.nameplate == number))
		return;
	if (m->code_is.shown)
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK,
		          "the server has lost track of this host; the code has a new number:");
	m->code_is.shown = true;
	m->code.has_nameplate = number > 0;
	m->code.nameplate = number;
	struct code said = m->code;
	said.words_count = m->code_alive ? said.words_count : 0;
	code_format(&said, code);
	bytes_wipe(&said, sizeof said);
	text_add_format(&t, "%s%s%s%s", scheme, code, code[0] ? "@" : "", at);
	struct decision *d = decision_add(m->out, DECISION_SHOW);
	d->event = EVENT_CODE;
	memcpy(d->code, code, sizeof code);
	phrase_command(&d->phrase, m->plan, target);
	bytes_wipe(code, sizeof code);
	bytes_wipe(target, sizeof target);
	if (m->code_alive)
		decision_add(m->out, DECISION_CODE);
	show_patience(m, m->code_is.again);
	m->code_is.again = false;
}

static void show_number(struct meeting_place *m, uint32_t number)
{
	char server[LIMIT_HOST];
	directory_invites(m->directory, m->by.numbered, server);
	show_command(m, number, "", server);
}

static void numbered(struct meeting_place *m, const struct communicator_event *e)
{
	if (e->server != m->by.numbered) /* another number there */
		m->code.nameplate = 0;
	m->by.numbered = e->server;
	show_number(m, e->number);
}

/* The command gets an address that others can use. */
static void show_address(struct meeting_place *m)
{
	const struct plan *p = m->plan;
	struct addr own[LIMIT_CANDIDATES];
	char text[LIMIT_HOST], doubt[PHRASE_TEXT];
	struct text d = text_of(doubt, sizeof doubt);
	bool first = !m->code_is.shown;
	reachable_doubt(p, own, reachable_list(p, &m->listens, own), &d);
	reachable_text(p, &own[0], text);
	show_command(m, 0, p->target.class->scheme, text);
	if (first && doubt[0])
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK, "%s", doubt);
}

static void listening(struct meeting_place *m, const struct addr *at)
{
	const struct plan *p = m->plan;
	char text[LIMIT_HOST];
	reachable_text(p, at, text);
	phrase_of(decision_show(m->out, EVENT_LISTENING), OK, "%s", text);
	if (!m->code_is.shown)
		m->listens = *at;
	if (!m->code_alive && !p->options->tofu && !p->suite->insecure)
		return; /* it is for contacts, who know where we are */
	show_address(m);
}

bool meeting_place_busy(struct meeting_place *m)
{
	bool news = !m->busy;
	m->busy = true;
	waiting_told(&m->waiting, WAITING_REPLY); /* its sentence would say less */
	return news;
}

/* Our user has asked for a code that no server has given a number yet. */
static bool awaits_number(const struct meeting_place *m)
{
	return m->code_is.invited && m->code_alive && !m->code_is.shown;
}

/* Nobody answers at an address. With --timeout or --keep the program goes on trying. */
static void unreachable(struct meeting_place *m, const struct communicator_event *e, bool free)
{
	struct phrase p;
	bool by_server = m->plan->target.class->meets, full = by_server && e->err == ERR_BUSY,
	     keyed = full && directory_keyed(m->directory, e->server),
	     early = !m->answered && free && !full && !m->met && !plan_patient(m->plan, e->err),
	     unnamed = e->err == ERR_TIMEOUT || e->err == ERR_FORMAT,
	     news = full || !m->silent || unnamed != m->unnamed, code = awaits_number(m);
	if (full) {
		waiting_no_room(&p, m->directory, e->server);
		waiting_full(&m->waiting, e->server, !m->plan->serving);
	} else {
		phrase_absent_silence(&p,
		                      unnamed     ? PHRASE_SILENT_NAME
		                      : by_server ? PHRASE_SILENT_SERVER
		                                  : PHRASE_SILENT_SO_FAR,
		                      asked(m, unnamed), e->reason, "");
		m->unnamed = unnamed;
		m->failed_why = e->reason;
		m->silent = true;
		m->reached = false;
		waiting_told(&m->waiting, WAITING_ANSWER);
	}
	if (early)
		*decision_fail(m->out) = p;
	else if (news && (free || code))
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK, "%s; %s", p.text,
		          code && !full ? "the code is shown when it answers" : "still trying");
	bool helps = full ? keyed : !m->answered && m->plan->serving;
	if (news && (free || code) && !early && helps)
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK, "%s", p.hint);
}

void meeting_place_event(struct meeting_place *m, const struct communicator_event *e, bool free,
                         uint64_t now)
{
	switch (e->kind) {
	case COMMUNICATOR_LISTENING: listening(m, &e->addr); break;
	case COMMUNICATOR_SERVER: server_answers(m, e, now); break;
	case COMMUNICATOR_NAMEPLATE: numbered(m, e); break;
	case COMMUNICATOR_WAITING:
		m->members = e->number - (uint32_t)min_of(e->silent, e->number);
		m->busy = m->busy && m->members > 0;
		waiting_full(&m->waiting, e->server, false);
		break;
	case COMMUNICATOR_UP:
		m->reached = true;
		m->by.introduced = e->server;
		break;
	case COMMUNICATOR_OBSERVED:
	case COMMUNICATOR_MAPPED: reachable_outside(e, m->out); break;
	case COMMUNICATOR_FAILED:
		if (e->ours)
			reachable_no_socket(m->plan, e, m->out);
		else
			unreachable(m, e, free);
		break;
	default: break;
	}
}

/* ---- time ---- */

/* Out of the room of a number whose code is over: the peer's, or ours for another one. */
static void leave_number(struct meeting_place *m)
{
	if (!m->code.has_nameplate)
		return;
	decision_add(m->out, DECISION_NUMBER)->number = m->code.nameplate;
	m->code.has_nameplate = false;
}

/* At a server the new one gets a new number: who comes with the old one finds nobody there, and
 * guesses at nothing. */
static void new_code(struct meeting_place *m, uint64_t now)
{
	unsigned words = m->code.words_count > 0 ? m->code.words_count : CODE_WORDS;
	if (!m->code_is.numbered) /* the first code, for there were only contacts */
		decision_add(m->out, DECISION_NUMBER)->number = 0;
	m->code_is.numbered = true;
	leave_number(m);
	code_make(&m->code, words, m->random);
	m->code_alive = true;
	m->code_ends_at = plan_code_ends(m->plan, &m->code, now);
	(void)renewal_due(&m->renewal, NEVER);
	m->code_is.shown = false;
	if (!m->plan->target.class->meets)
		show_address(m);
}

void meeting_place_invite(struct meeting_place *m, uint64_t now)
{
	m->code_is.invited = true;
	m->code_is.again = m->code_alive && m->code_is.shown;
	if (!m->code_alive)
		new_code(m, now);
	bool silent = m->silent || (!m->answered && m->waiting.told == WAITING_ANSWER);
	if (awaits_number(m) && silent)
		phrase_of(
		    decision_show(m->out, EVENT_NOTICE), OK,
		    "no answer from the signaling server %s; the code is shown when it answers",
		    asked(m, false));
	if (!m->code_is.again)
		return;
	m->code_is.shown = false;
	if (m->plan->target.class->meets)
		show_number(m, m->code.nameplate);
	else
		show_address(m);
}

void meeting_place_timer(struct meeting_place *m, bool free, uint64_t now)
{
	if (now >= m->rooms.dates.next_at)
		meeting_place_update(m, now);
	if (now >= m->give_up_at) {
		m->give_up_at = NEVER;
		meeting_place_no_answer(m, decision_fail(m->out));
	}
	if (free && !m->plan->serving && m->plan->target.has_code && !m->code_alive)
		leave_number(m);
	if (free && m->plan->options->keep && renewal_due(&m->renewal, now)) {
		phrase_of(decision_show(m->out, EVENT_NOTICE), OK, "the code %s; here is a new one",
		          m->renewal.why);
		new_code(m, now);
	}
	m->busy = m->busy && free;
	if (!free && !m->plan->target.class->meets)
		m->silent = m->reached = false; /* of the next search */
	if (free && m->met && m->waiting.state == WAITING_NOT)
		wait_again(m, now);
	waiting_is(&m->waiting, free ? standing(m) : WAITING_NOT, now);
	show_news(m, waiting_tells(&m->waiting, now), now);
}

uint64_t meeting_place_deadline(const struct meeting_place *m)
{
	/* another code is made by itself when nobody is here */
	bool waits = m->waiting.state != WAITING_NOT && m->plan->options->keep;
	return min_of(min_of(waits ? m->renewal.at : NEVER, m->give_up_at),
	              min_of(m->rooms.dates.next_at, waiting_deadline(&m->waiting)));
}

void meeting_place_no_answer(const struct meeting_place *m, struct phrase *p)
{
	enum phrase_silent who = m->unnamed ? PHRASE_SILENT_NAME
	                         : !m->plan->target.class->meets
	                             ? (m->reached ? PHRASE_SILENT_PORT : PHRASE_SILENT_ADDRESS)
	                         : !m->answered || m->silent          ? PHRASE_SILENT_SERVER
	                         : m->members > 0                     ? PHRASE_SILENT_PEER
	                         : m->plan->target.code.has_nameplate ? PHRASE_SILENT_CODE
	                                                              : PHRASE_SILENT_CONTACT;
	int full = waiting_full_server(&m->waiting);
	if (who >= PHRASE_SILENT_CODE && who != PHRASE_SILENT_PEER && full >= 0)
		waiting_no_room(p, m->directory, (unsigned)full);
	else
		phrase_absent_silence(p, who, asked(m, m->unnamed), m->failed_why,
		                      m->plan->target.contact.name);
}

bool meeting_place_lost(const struct meeting_place *m, struct phrase *p)
{
	phrase_absent_silence(p, PHRASE_SILENT_SERVER, asked(m, false), m->failed_why, "");
	return m->plan->target.class->meets && m->silent;
}
