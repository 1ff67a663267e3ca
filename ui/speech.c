#include "ui/speech.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/text.h"
#include "chat/posting.h"
#include "ui/sentences.h"

void speech_init(struct speech *s, struct interactor *ui, const struct speech_config *config)
{
	*s = (struct speech){ .ui = ui, .config = *config, .kept = NEVER };
}

static bool is_pipe(const struct speech *s)
{
	return s->ui->class->mode == MODE_PIPE;
}

/* ---- conversations ---- */

/* What stands between the parentheses of a for. */
#define EACH_TALK(s, t)                                                                            \
	struct speech_talk *t = (s)->talks;                                                        \
	(t) < &(s)->talks[(s)->used];                                                              \
	(t)++

static struct speech_talk *talk_of(struct speech *s, uint64_t number)
{
	for (EACH_TALK(s, t))
		if (number != CONV_NOBODY && t->number == number)
			return t;
	return NULL;
}

/* Of those that are over, the newest or (oldest) the other way round; an unused place is older than
 * all. NULL: there is none. */
static struct speech_talk *over_one(struct speech *s, bool oldest)
{
	struct speech_talk *found = s->used <= LIMIT_PEERS ? &s->talks[s->used] : NULL;
	for (EACH_TALK(s, t)) {
		if (!t->open && (found == NULL || (t->number < found->number) == oldest))
			found = t;
	}
	return found;
}

static void face(struct speech *s, uint64_t number, bool settle)
{
	s->faced = number;
	s->settling = settle;
	s->said_at = NEVER;
}

/* Where our user does not choose, it faces whoever is alone here. */
static void face_the_only(struct speech *s, bool settle)
{
	if (s->ui->class->chooses && s->open != 1)
		return;
	uint64_t only = CONV_NOBODY;
	for (EACH_TALK(s, t))
		only = t->open && s->open == 1 ? t->number : only;
	if (only != s->faced)
		face(s, only, settle && only != CONV_NOBODY);
}

struct speech_talk *speech_connected(struct speech *s, struct chat *chat, const char *peer,
                                     const struct outbox *outbox, uint64_t again)
{
	bool kept = s->open == 0 && s->outbox != NULL, awaited = kept && outbox == s->outbox;
	struct speech_talk *t = again != 0 ? talk_of(s, again) : over_one(s, true);
	assert(t != NULL && !t->open);
	s->used += t == &s->talks[s->used];
	if (kept && !awaited) /* what has the next number is for the contact */
		s->kept = ++s->number;
	s->number++;
	for (EACH_TALK(s, other))
		other->returns = other->returns && again != 0;
	*t = (struct speech_talk){ .number = s->number, .was = again, .open = true, .chat = chat };
	text_copy(t->name, sizeof t->name, peer);
	s->open++;
	face_the_only(s, again == 0 && s->number > CONV_FIRST && !awaited);
	return t;
}

void speech_outbox(struct speech *s, struct speech_talk *t, struct outbox *o)
{
	*(t == NULL ? &s->outbox : &t->outbox) = o;
}

void speech_away(struct speech_talk *t, bool away)
{
	t->away = away;
}

void speech_over(struct speech *s, struct speech_talk *t, bool lost)
{
	assert(t->open);
	s->torn |= t->saying;
	t->open = t->saying = t->peer_left = t->hung_up = false;
	t->chat = NULL;
	t->returns = lost || s->config.same || (t->outbox != NULL && t->outbox == s->outbox);
	s->open--;
	s->any_left = false;
	for (EACH_TALK(s, other))
		s->any_left |= other->peer_left;
	if (s->faced == t->number)
		face(s, CONV_NOBODY, false);
	if (!s->ui->class->chooses)
		face_the_only(s, true);
}

void speech_peer_left(struct speech *s, struct speech_talk *t, uint64_t now)
{
	if (is_pipe(s)) /* its end is in the stream */
		return;
	t->peer_left = s->any_left = true;
	t->drain_until = now + SPEECH_DRAIN_US;
	t->wait_until = s->config.whole ? now + SPEECH_END_US : now;
}

/* Nobody is here, and we know who comes next. */
static bool awaits(const struct speech *s)
{
	return s->open == 0 && (s->number == 0 || s->config.same || s->outbox != NULL);
}

uint64_t speech_now(const struct speech *s)
{
	if (s->open == 0)
		return awaits(s) ? s->number + 1 : CONV_NOBODY;
	return s->settling ? CONV_NOBODY : s->faced;
}

bool speech_missed(const struct speech *s, const struct speech_talk *t)
{
	return t->left_early || (s->config.whole && s->refused.ever > 0);
}

/* ---- when it is settled who is here ---- */

static uint64_t settles_at(const struct speech *s)
{
	bool known = s->settling && s->said_at != NEVER;
	return known ? s->said_at + (s->config.typed ? CONV_READ_US : 0) : NEVER;
}

bool speech_settles(const struct speech *s, bool told, uint64_t now)
{
	uint64_t at = s->said_at == NEVER && !s->config.typed ? now : settles_at(s);
	return s->settling && told && now >= at;
}

void speech_settle(struct speech *s, bool told, bool ready, uint64_t now)
{
	if (s->said_at == NEVER && told)
		s->said_at = now;
	if (!ready && speech_settles(s, told, now))
		s->settling = false;
	s->settled_at = now;
}

/* at, or NEVER if what was due then is done. */
static uint64_t unless_done(uint64_t at, uint64_t done_at)
{
	return done_at < at ? at : NEVER;
}

static uint64_t talk_deadline(const struct speech *s, const struct speech_talk *t)
{
	uint64_t at = t->full_since > 0 ? t->full_since + SPEECH_HOLD_US : NEVER;
	at = unless_done(at, t->stepped_at);
	if (!t->peer_left || chat_finished(t->chat))
		return at;
	at = min_of(at, unless_done(t->wait_until, t->stepped_at));
	return s->config.whole ? at : min_of(at, unless_done(t->drain_until, t->stepped_at));
}

uint64_t speech_deadline(const struct speech *s)
{
	uint64_t at = unless_done(settles_at(s), s->settled_at);
	for (size_t i = 0; i < s->used; i++)
		if (s->talks[i].open)
			at = min_of(at, talk_deadline(s, &s->talks[i]));
	return at;
}

/* ---- what is said ---- */

static const char *whom(struct speech *s, uint64_t conv)
{
	if (conv == CONV_NOBODY ? s->open != 1 : conv > s->number)
		return "";
	if (conv == CONV_NOBODY)
		return over_one(s, false)->name;
	for (EACH_TALK(s, t))
		if (t->number == conv || t->was == conv)
			return t->name;
	return "an earlier peer";
}

/* There is one sentence for each addressee and reason, so what is for another has to wait until it
 * is out. */
static enum answer refuse(struct speech *s, const struct command *c, enum unsent why)
{
	const char *peer = whom(s, c->conv);
	if (why == UNSENT_GONE && *peer == 0)
		why = s->open > 0 ? UNSENT_WHOM : interactor_absent(s->ui);
	uint64_t count = c->more ? 0 : is_pipe(s) ? c->text.len : 1;
	if (!unsaid_add(&s->refused, peer, why, count))
		return ANSWER_LATER;
	bool was_here = c->conv != CONV_NOBODY && c->conv <= s->number;
	return why == UNSENT_CROWDED ? ANSWER_CROWDED : was_here ? ANSWER_OVER : ANSWER_NOBODY;
}

/* The chat has no room. Others are not kept waiting for it. */
static enum answer wait(struct speech *s, struct speech_talk *t, const struct command *c,
                        uint64_t now)
{
	if (s->open == 1 || s->ui->class->chooses)
		return ANSWER_LATER;
	t->full_since = t->full_since > 0 ? t->full_since : now;
	return now < t->full_since + SPEECH_HOLD_US ? ANSWER_LATER : refuse(s, c, UNSENT_CROWDED);
}

/* Nobody is here to say it to. */
static enum answer keep(struct speech *s, struct speech_talk *t, const struct command *c)
{
	struct outbox *o = t != NULL ? t->outbox : s->outbox;
	if (o == NULL || c->kind != COMMAND_TEXT)
		return ANSWER_LATER;
	outbox_clock(o, s->ui->unix_ms / 1000);
	if (outbox_add(o, c->text, c->more, true))
		return refuse(s, c, UNSENT_FULL);
	if (t != NULL)
		t->saying = t->open && c->more;
	return ANSWER_KEPT;
}

static enum answer say(struct speech *s, const struct command *c, size_t *len, uint64_t now)
{
	bool addressed = s->ui->class->addressed;
	struct speech_talk *t = talk_of(s, c->conv);
	bool open = t != NULL && t->open, returns = t != NULL && t->returns;
	bool waits = !addressed && (s->open <= 1 || s->ui->class->chooses);
	if ((awaits(s) && c->conv == s->number + 1) || c->conv == s->kept ||
	    (returns && waits && !s->torn))
		return keep(s, t, c);
	if (!open || s->torn) {
		enum answer answer = refuse(s, c, UNSENT_GONE);
		s->torn = s->torn && (c->more || answer == ANSWER_LATER);
		return answer;
	}
	if (c->kind == COMMAND_BYTES) {
		*len = chat_bytes(t->chat, c->text);
		return *len > 0 ? ANSWER_TAKEN : ANSWER_LATER;
	}
	if (t->away && waits)
		return keep(s, t, c);
	enum err err = posting_text(t->chat, t->outbox, c->text, c->more);
	if (err == ERR_STATE && chat_finished(t->chat))
		return refuse(s, c, UNSENT_GONE);
	assert(err != ERR_FORMAT);
	if (err == ERR_FULL)
		return wait(s, t, c, now);
	if (err)
		return ANSWER_LATER; /* the session is over: that is known soon */
	t->saying = c->more;
	t->said++;
	t->full_since = 0;
	return ANSWER_TAKEN;
}

/* What waits in the outbox goes first, and a text that was begun is ended, when there is room.
 * Files are waited for where a program ends its input, and by nobody else. */
static void finish(const struct speech *s, struct speech_talk *t)
{
	bool files = s->input_ended && !s->config.typed && !t->peer_left && !t->hung_up;
	bool waits = t->outbox != NULL && !t->away &&
	             (outbox_unsaid(t->outbox) || (files && outbox_files(t->outbox) > 0));
	enum err err = OK;
	if (t->saying && !waits)
		err = posting_text(t->chat, t->outbox, span_of(NULL, 0), false);
	if (waits || err == ERR_FULL)
		return;
	t->said += t->saying && err == OK;
	t->saying = false;
	chat_finish(t->chat);
}

/* The end of input. */
static void end(struct speech *s)
{
	bool receives =
	    !s->config.typed && (s->config.keep || (s->config.serving && !s->ui->begun));
	s->input_ended = true;
	if (is_pipe(s) || !receives)
		s->leaving = true;
}

/* True: more may be taken now. */
static bool hand_on(struct speech *s, const struct command *c, bool *any, uint64_t now)
{
	size_t len = c->text.len;
	enum answer answer = say(s, c, &len, now);
	interactor_answer(s->ui, answer, len);
	s->blocked |= answer == ANSWER_LATER;
	*any |= answer != ANSWER_LATER;
	return answer != ANSWER_LATER || s->ui->class->chooses;
}

bool speech_take(struct speech *s, struct command *c, bool *any, uint64_t now)
{
	*any = s->blocked = false;
	while (interactor_take(s->ui, c)) {
		switch (c->kind) {
		case COMMAND_TEXT:
		case COMMAND_BYTES:
			if (c->peer.len > 0)
				return true;
			if (!hand_on(s, c, any, now))
				return false;
			break;
		case COMMAND_TO: /* our user has chosen; settle: not by a key */
			if (talk_of(s, c->conv) != NULL && talk_of(s, c->conv)->open)
				face(s, c->conv, c->settle);
			break;
		case COMMAND_END:
			end(s);
			*any = true;
			if (!s->leaving || s->open > 0 || s->number == 0)
				break;
			c->kind = COMMAND_QUIT; /* nobody is here to take leave of */
			return true;
		default: return true;
		}
	}
	return false;
}

void speech_leave(struct speech *s)
{
	s->leaving = true;
}

bool speech_hang_up(struct speech_talk *t)
{
	bool first = !t->hung_up;
	t->hung_up = true;
	return first;
}

/* What is ready when the peer leaves is still sent: of a whole input everything, otherwise for a
 * while only, since it may never end and somebody else may be waiting. */
static bool drains(const struct speech *s, const struct speech_talk *t, bool ready, uint64_t now)
{
	if (now < t->wait_until && !s->input_ended)
		return true;
	return (s->blocked || ready) && (s->config.whole || now < t->drain_until);
}

static void step(struct speech *s, struct speech_talk *t, bool ready, uint64_t now)
{
	bool pipe_ends = is_pipe(s) && s->input_ended;
	t->stepped_at = now;
	if (chat_finished(t->chat))
		return;
	if (s->leaving || t->hung_up || pipe_ends) {
		finish(s, t);
	} else if (t->peer_left && !drains(s, t, ready, now)) {
		t->left_early = s->config.whole && !s->input_ended;
		finish(s, t);
	}
}

void speech_step(struct speech *s, bool ready, uint64_t now)
{
	for (EACH_TALK(s, t)) {
		if (t->open)
			step(s, t, ready, now);
	}
}

/* ---- what is not said ---- */

bool speech_unsent(const struct speech *s, bool end, struct event *event,
                   char sentence[static SPEECH_SENTENCE])
{
	uint64_t more = end ? interactor_unsent(s->ui) : 0;
	if (s->refused.count + more == 0 || (s->settling && !s->blocked && !end))
		return false;
	unsaid_event(&s->refused, is_pipe(s), end, more, event, sentence);
	return true;
}

void speech_reported(struct speech *s, const struct event *event)
{
	unsaid_reported(&s->refused, event);
}
