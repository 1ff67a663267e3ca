#include "cmd/talk/company.h"

#include <string.h>

#include "base/min_max.h"
#include "cmd/talk/outcome.h"
#include "os/clock.h"

#define REST_US (10 * MS) /* a pause after input for nobody, of which there may be no end */

enum { PLACES = LIMIT_PEERS + 1, SHOWN_AT_ONCE = 64 /* events; then others have their turn */ };

void company_init(struct company *c, const struct plan *plan, struct terminal_io *io)
{
	bool keep = plan->options->keep;
	struct speech_config config = { .keep = keep,
		                        .serving = plan->serving,
		                        .same = plan_seeks_again(plan, io->person),
		                        .whole = io->ui->class->whole && !io->person && !keep &&
		                                 !io->ui->config.several,
		                        .typed = io->person };
	*c = (struct company){ .plan = plan, .io = io, .gives_up_at = NEVER };
	speech_init(&c->speech, io->ui, &config);
}

void company_keep(struct company *c, const struct identity *own)
{
	postbox_init(&c->postbox, c->plan, c->io, own);
	speech_outbox(&c->speech, NULL, postbox_only(&c->postbox));
	postbox_list(&c->postbox);
}

void company_end(struct company *c)
{
	postbox_end(&c->postbox);
	for (size_t i = 0; i < c->end; i++)
		dialogue_free(c->dialogues[i]);
}

/* ---- who is here ---- */

struct dialogue *company_talking(const struct company *c, int *i)
{
	while (*i < (int)c->end) {
		struct dialogue *d = c->dialogues[(*i)++];
		if (d != NULL && d->talking)
			return d;
	}
	return NULL;
}

struct dialogue *company_of(const struct company *c, uint64_t conv)
{
	struct dialogue *d;
	uint64_t wanted = conv > 0 ? conv : c->speech.faced;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		if (d->talk->number == wanted)
			break;
	return d;
}

/* The place of the peer with that number; 0: a free one. -1: there is none. */
static int place_of(const struct company *c, unsigned number)
{
	for (int i = 0; i < PLACES; i++) {
		const struct dialogue *d = c->dialogues[i];
		if (d == NULL ? number == 0 : d->number == number)
			return i;
	}
	return -1;
}

static struct dialogue *find(const struct company *c, unsigned number)
{
	int i = number > 0 ? place_of(c, number) : -1;
	return i < 0 ? NULL : c->dialogues[i];
}

bool company_talks_with(const struct company *c, unsigned number)
{
	const struct dialogue *d = find(c, number);
	return d != NULL && d->talking;
}

bool company_admit(struct company *c, unsigned number, const struct meeting_peer *peer)
{
	int i = place_of(c, 0);
	c->end = (unsigned)max_of(c->end, (unsigned)(i + 1));
	return i >= 0 &&
	       (c->dialogues[i] = dialogue_new(c->plan, c->io, &c->postbox, number, peer)) != NULL;
}

static void drop(struct company *c, struct dialogue *d)
{
	c->dialogues[place_of(c, d->number)] = NULL;
	dialogue_free(d);
}

void company_gone(struct company *c, unsigned number)
{
	struct dialogue *d = find(c, number);
	if (d != NULL && !d->talking)
		drop(c, d);
}

/* ---- lines are passed on ---- */

/* Those who talk. False: nothing is passed on. */
static bool relays(const struct company *c, struct relaying *all)
{
	if (!c->plan->options->relay_lines)
		return false;
	all->lost = all->count = 0;
	for (int i = 0; (all->at[all->count] = company_talking(c, &i)) != NULL;)
		all->count++;
	return true;
}

/* ---- conversations begin ---- */

/* The last conversation with this identity; 0: there was none, so somebody new is here. */
static uint64_t take_left(struct company *c, const char *fingerprint)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t conv = c->left[i].conv;
		if (conv == 0 || strcmp(c->left[i].fingerprint, fingerprint) != 0)
			continue;
		c->left[i].conv = 0;
		return conv;
	}
	bytes_clear(c->left, sizeof c->left);
	return 0;
}

static void note_left(struct company *c, const struct dialogue *d)
{
	size_t i = 0;
	while (i + 1 < PLACES && c->left[i].conv != 0)
		i++;
	if (d->peer.fingerprint[0] == 0)
		return;
	memcpy(c->left[i].fingerprint, d->peer.fingerprint, sizeof c->left[i].fingerprint);
	c->left[i].conv = d->talk->number;
}

void company_begin(struct company *c, unsigned number, struct session *session,
                   const struct session_path *path)
{
	struct dialogue *d = find(c, number);
	if (d == NULL)
		return;
	if (c->speech.open == 0)
		c->last = (struct endings_result){ .err = OK };
	c->gives_up_at = plan_shown_by(c->plan, clock_us());
	dialogue_begin(d, &c->speech, take_left(c, d->peer.fingerprint), session, path);
	struct relaying all;
	if (relays(c, &all))
		relaying_came(&all, d);
	company_settle(c);
}

void company_event(struct company *c, const struct endpoint_event *e)
{
	if (company_talks_with(c, e->peer))
		dialogue_event(find(c, e->peer), e);
}

/* ---- ... and are over ---- */

/* What was typed so far was meant for whoever leaves. */
static void leave(struct company *c, struct dialogue *d, bool lost, struct phrase_over *facts,
                  struct endings_result result)
{
	struct relaying all;
	if (relays(c, &all))
		relaying_left(&all, d);
	bool kept =
	    d->post.outbox && (outbox_waiting(d->post.outbox) > 0 || chat_unconfirmed(d->chat) > 0);
	facts->silent = c->plan->errand != PLAN_TALKS || kept;
	dialogue_end(d, facts, result);
	if (c->last.status == 0)
		c->last = result;
	terminal_io_read_typed(c->io, speech_now(&c->speech), clock_us());
	note_left(c, d);
	speech_over(&c->speech, d->talk, lost);
	if (c->speech.config.same) /* also of a peer who became a contact in this run */
		speech_outbox(&c->speech, NULL, d->post.outbox);
	drop(c, d);
}

static enum endings_then then_of(struct company *c, const struct phrase_over *over, bool invited)
{
	bool leaves = c->user_left || (c->speech.leaving && !c->plan->options->pipe);
	c->for_guest = invited && !plan_goes_on(c->plan, c->io->person);
	struct endings_way way = { .others = c->speech.open > 1,
		                   .goes_on = invited || plan_goes_on(c->plan, c->io->person),
		                   .serving = c->plan->serving,
		                   .same = c->speech.config.same,
		                   .limited = c->plan->options->timeout && !c->plan->options->keep,
		                   .leaves = leaves || c->input_failed || c->io->out_failed };
	return endings_then(&way, over->anew ? ERR_CUT : over->err,
	                    over->err == ERR_CUT && over->words.len == 0);
}

static void end_one(struct company *c, struct dialogue *d, struct phrase_over *over, bool invited)
{
	struct endings_result result = outcome_of(
	    &d->errands, endings_of(over->err, speech_missed(&c->speech, d->talk), c->input_failed,
	                            d->output_failed ? c->io->out_failed : OK));
	uint64_t patience = plan_timeout_us(c->plan, NEVER);
	over->then = then_of(c, over, invited);
	over->failed_stream = d->output_failed && !c->io->out_failed ? "the inbox"
	                      : d->output_failed                     ? "standard output"
	                      : c->input_failed                      ? "standard input"
	                                                             : NULL;
	over->failed_why = d->output_failed ? c->io->out_why : c->io->in_why;
	if (over->then == THEN_SAME && !c->plan->options->keep && patience != NEVER)
		c->gives_up_at = clock_us() + patience;
	leave(c, d, over->err != OK, over, result);
}

bool company_over(struct company *c, bool another, bool invited, bool *next)
{
	struct dialogue *d;
	struct phrase_over over = { .err = OK };
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		if (chat_over(d->chat, &over.err, &over.words))
			break;
	if (d == NULL || terminal_io_crowded(c->io))
		return false;
	over.left_early = d->talk->left_early;
	over.by_us = d->broken_off;
	over.anew = another && over.err == ERR_EXISTS && c->speech.config.same;
	end_one(c, d, &over, invited);
	*next = over.then != THEN_ENDS;
	return true;
}

bool company_gives_up(struct company *c, bool invited, uint64_t now)
{
	if (now >= c->gives_up_at && c->speech.open > 0)
		c->last = (struct endings_result){ ERR_CUT, EXIT_CUT };
	return now >= c->gives_up_at || (c->for_guest && !invited && c->speech.open == 0);
}

void company_replaced(struct company *c, unsigned number, const struct meeting_peer *newcomer)
{
	struct dialogue *d = find(c, number);
	struct phrase_over over = { .err = ERR_EXISTS, .anew = true };
	if (d == NULL || !d->talking) {
		company_gone(c, number);
		return;
	}
	if (!d->peer.fingerprint[0] || strcmp(d->peer.fingerprint, newcomer->fingerprint) != 0)
		over = (struct phrase_over){ .err = ERR_CUT, .newcomer = newcomer->name };
	struct endings_result before = c->last;
	leave(c, d, true, &over, (struct endings_result){ over.err, EXIT_CUT });
	c->last = before; /* of the conversation as a whole its successor tells */
}

void company_abandon(struct company *c, int status)
{
	struct dialogue *d;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;) {
		struct phrase_over over = { .err = ERR_CUT, .by_us = true };
		session_close(d->session, CLOSE_OTHER, span_text(PHRASE_BROKEN_OFF));
		leave(c, d, true, &over, (struct endings_result){ ERR_CUT, status });
	}
}

/* ---- what our user says ---- */

bool company_wants_input(const struct company *c, uint64_t now)
{
	const struct dialogue *d = company_talking(c, &(int){ 0 });
	if (now < c->rest_until || plan_forwards(c->plan))
		return false;
	return !c->plan->options->pipe || speech_now(&c->speech) == CONV_NOBODY ||
	       (d != NULL && chat_bytes_room(d->chat) > 0);
}

bool company_read(struct company *c, const struct watch watches[static TERMINAL_IO_WATCHES],
                  uint64_t now)
{
	struct dialogue *d;
	uint64_t conv = speech_now(&c->speech);
	if (terminal_io_read(c->io, watches, conv, now) && conv == CONV_NOBODY && !c->io->terminal)
		c->rest_until = now + REST_US;
	if (!c->io->in_failed || c->input_failed)
		return false;
	c->input_failed = true;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		chat_fail(d->chat, ERR_LOCAL, "its input failed");
	return c->speech.open == 0;
}

/* end: also what was never taken, for the program ends. */
static void show_unsent(struct company *c, bool end)
{
	char sentence[SPEECH_SENTENCE];
	struct event e;
	if (speech_unsent(&c->speech, end, &e, sentence) && terminal_io_show(c->io, &e))
		speech_reported(&c->speech, &e);
}

/* Waits while more of it comes, so that one sentence tells of all, but not for ever. */
static void report_unsent(struct company *c, uint64_t now)
{
	if (c->speech.refused.count == 0)
		return;
	if (!c->speech.blocked && now < c->unsent_reported_at + SECOND && terminal_io_ready(c->io))
		return;
	c->unsent_reported_at = now;
	show_unsent(c, false);
}

bool company_take(struct company *c, struct command *wish, uint64_t now)
{
	struct dialogue *d;
	if (c->speech.outbox == NULL) /* another program may have had it until now */
		speech_outbox(&c->speech, NULL, postbox_only(&c->postbox));
	bool wants = speech_take(&c->speech, wish, &c->said, now);
	postbox_write(&c->postbox); /* before the network has it */
	if (wants)
		return true;
	report_unsent(c, now);
	for (int i = 0; c->said && (d = company_talking(c, &i)) != NULL;)
		dialogue_confirm(d); /* a receipt travels with what we say */
	speech_step(&c->speech, c->speech.any_left && terminal_io_ready(c->io), now);
	c->said = false;
	return false;
}

void company_leave(struct company *c)
{
	c->user_left = true;
	speech_leave(&c->speech);
}

void company_hang_up(struct company *c, struct dialogue *d)
{
	if (!c->plan->serving) /* who has one peer leaves with it */
		company_leave(c);
	if (!speech_hang_up(d->talk))
		dialogue_break_off(d);
}

void company_settle(struct company *c)
{
	if (c->speech.open == 0 || !c->speech.settling)
		return;
	uint64_t now = clock_us();
	bool said = terminal_io_flush(c->io);
	if (speech_settles(&c->speech, said, now))
		terminal_io_read_typed(c->io, speech_now(&c->speech), now);
	speech_settle(&c->speech, said, terminal_io_ready(c->io), now);
}

void company_unsent(struct company *c)
{
	show_unsent(c, false);
	show_unsent(c, true);
	postbox_list(&c->postbox);
}

/* ---- what they say ---- */

static bool show_one(struct company *c, struct dialogue *d, uint64_t now)
{
	struct relaying all;
	unsigned i = 0, most = dialogue_show_begin(d, &c->speech, now) ? SHOWN_AT_ONCE : 0;
	for (; i < most && dialogue_show_next(d, &c->speech, now); i++) {
		if (d->held.kind != EVENT_TEXT || !relays(c, &all))
			continue;
		relaying_text(&all, d, d->held.text);
		relaying_report(&all, &c->lost, c->io);
	}
	bool more = i > 0 && (dialogue_show_end(d, now) || c->plan->options->relay_lines);
	return more || i == SHOWN_AT_ONCE || (d->talking && d->busy);
}

bool company_show(struct company *c, uint64_t now)
{
	bool any = false;
	c->turn++;
	for (unsigned i = 0; i < c->end; i++) {
		struct dialogue *d = c->dialogues[(c->turn + i) % c->end];
		any |= d != NULL && show_one(c, d, now);
	}
	return any;
}

uint64_t company_deadline(const struct company *c, uint64_t now)
{
	struct dialogue *d;
	uint64_t at = min_of(now < c->rest_until ? c->rest_until : NEVER, c->gives_up_at);
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		at = min_of(at, dialogue_deadline(d));
	return min_of(at, speech_deadline(&c->speech));
}
