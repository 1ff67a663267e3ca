#include "ui/speech.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/text.h"
#include "ui/sentences.h"

void speech_init(struct speech *s, struct interactor *ui, struct chat *chat,
                 const struct speech_config *config)
{
	*s = (struct speech){ .ui = ui, .chat = chat, .config = *config };
}

static bool is_pipe(const struct speech *s)
{
	return s->ui->class->mode == MODE_PIPE;
}

void speech_connected(struct speech *s, const char *peer, bool again)
{
	assert(!s->open);
	s->number++;
	if (!again) {
		s->before = s->peer;
		s->peer = (struct speech_peer){ .since = s->number };
	}
	text_copy(s->peer.name, sizeof s->peer.name, peer);
	s->open = true;
	s->settling = !again && s->number > CONV_FIRST;
	s->said_at = NEVER;
	s->saying = s->peer_left = s->peer.away = false;
}

void speech_away(struct speech *s, bool away)
{
	s->peer.away = away;
}

void speech_over(struct speech *s, struct chat *chat, bool lost)
{
	s->chat = chat;
	s->torn = s->saying;
	s->open = s->settling = s->saying = s->peer_left = s->hung_up = false;
	s->peer.returns = lost || s->config.same;
	if (is_pipe(s) && s->input_ended)
		chat_finish(chat);
}

void speech_peer_left(struct speech *s, uint64_t now)
{
	if (is_pipe(s)) /* its end is in the stream */
		return;
	s->peer_left = true;
	s->drain_until = now + SPEECH_DRAIN_US;
	s->wait_until = s->config.whole ? now + SPEECH_END_US : now;
}

/* Nobody is here, and we know who comes next. */
static bool awaits(const struct speech *s)
{
	return !s->open && (s->number == 0 || s->config.same);
}

uint64_t speech_now(const struct speech *s)
{
	if (!s->open)
		return awaits(s) ? s->number + 1 : CONV_NOBODY;
	return s->settling ? CONV_NOBODY : s->number;
}

bool speech_missed(const struct speech *s)
{
	return s->left_early || (s->config.whole && s->unsent_ever > 0);
}

/* ---- when it is settled who is here ---- */

static uint64_t settles_at(const struct speech *s)
{
	if (!s->settling || s->said_at == NEVER)
		return NEVER;
	return s->said_at + (s->config.typed ? CONV_READ_US : 0);
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

uint64_t speech_deadline(const struct speech *s)
{
	uint64_t at = unless_done(settles_at(s), s->settled_at);
	if (!s->peer_left || chat_finished(s->chat))
		return at;
	at = min_of(at, unless_done(s->wait_until, s->stepped_at));
	return s->config.whole ? at : min_of(at, unless_done(s->drain_until, s->stepped_at));
}

/* ---- what is said ---- */

static const char *whom(const struct speech *s, uint64_t conv)
{
	if (conv == CONV_NOBODY)
		return s->open ? s->before.name : "";
	if (conv > s->number)
		return "";
	if (conv >= s->peer.since)
		return s->peer.name;
	return conv >= s->before.since ? s->before.name : "an earlier peer";
}

/* There is one sentence for each addressee, so a text for another has to wait until it is out. */
static enum answer refuse(struct speech *s, const struct command *c)
{
	const char *peer = whom(s, c->conv);
	if (s->unsent > 0 && strcmp(s->unsent_peer, peer) != 0)
		return ANSWER_LATER;
	text_copy(s->unsent_peer, sizeof s->unsent_peer, peer);
	if (!c->more)
		s->unsent += is_pipe(s) ? c->text.len : 1;
	bool was_here = c->conv != CONV_NOBODY && c->conv <= s->number;
	return was_here ? ANSWER_OVER : ANSWER_NOBODY;
}

static enum answer say(struct speech *s, const struct command *c, size_t *len)
{
	bool addressed = s->ui->class->addressed, next = c->conv == s->number + 1;
	bool ours = c->conv != CONV_NOBODY && c->conv >= (addressed ? s->number : s->peer.since) &&
	            c->conv <= s->number;
	if ((awaits(s) && next) || (!s->open && ours && s->peer.returns && !addressed && !s->torn))
		return ANSWER_LATER;
	if (!s->open || !ours || s->torn) {
		enum answer answer = refuse(s, c);
		s->torn = s->torn && (c->more || answer == ANSWER_LATER);
		return answer;
	}
	if (c->kind == COMMAND_BYTES) {
		*len = chat_bytes(s->chat, c->text);
		return *len > 0 ? ANSWER_TAKEN : ANSWER_LATER;
	}
	if (s->peer.away && !s->ui->class->addressed)
		return ANSWER_LATER;
	enum err err = chat_text(s->chat, c->text, c->more);
	if (err == ERR_STATE && chat_finished(s->chat))
		return refuse(s, c);
	assert(err != ERR_FORMAT);
	if (err == OK)
		s->saying = c->more;
	return err ? ANSWER_LATER : ANSWER_TAKEN; /* if the session is over, that is known soon */
}

/* Ends a text that was begun. False: there is no room for that now. */
static bool end_text(struct speech *s)
{
	if (s->saying && chat_text(s->chat, span_of(NULL, 0), false) == ERR_FULL)
		return false;
	s->saying = false;
	return true;
}

static void finish(struct speech *s)
{
	if (end_text(s))
		chat_finish(s->chat);
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

bool speech_take(struct speech *s, struct command *c, bool *any)
{
	*any = s->blocked = false;
	while (interactor_take(s->ui, c)) {
		size_t len = c->text.len;
		enum answer answer;
		switch (c->kind) {
		case COMMAND_TEXT:
		case COMMAND_BYTES:
			answer = say(s, c, &len);
			interactor_answer(s->ui, answer, len);
			s->blocked = answer == ANSWER_LATER;
			if (s->blocked)
				return false;
			*any = true;
			break;
		case COMMAND_END:
			end(s);
			*any = true;
			if (!s->leaving || s->open || s->number == 0)
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

bool speech_hang_up(struct speech *s)
{
	bool first = !s->hung_up;
	s->hung_up = true;
	return first;
}

/* What is ready when the peer leaves is still sent: of a whole input everything, otherwise for a
 * while only, since it may never end and somebody else may be waiting. */
static bool drains(const struct speech *s, bool ready, uint64_t now)
{
	if (now < s->wait_until && !s->input_ended)
		return true;
	return (s->blocked || ready) && (s->config.whole || now < s->drain_until);
}

void speech_step(struct speech *s, bool ready, uint64_t now)
{
	bool pipe_ends = is_pipe(s) && s->input_ended;
	s->stepped_at = now;
	if (chat_finished(s->chat))
		return;
	if (s->leaving || s->hung_up || pipe_ends) {
		finish(s);
	} else if (s->peer_left && !drains(s, ready, now)) {
		s->left_early = s->config.whole && !s->input_ended;
		finish(s);
	}
}

/* ---- what is not said ---- */

bool speech_unsent(const struct speech *s, bool end, struct event *event,
                   char sentence[static SPEECH_SENTENCE])
{
	uint64_t count = s->unsent + (end ? interactor_unsent(s->ui) : 0);
	struct text t = text_of(sentence, SPEECH_SENTENCE);
	if (count == 0 || (s->settling && !s->blocked && !end))
		return false;
	sentences_unsent(&t, count, is_pipe(s), end ? NULL : s->unsent_peer);
	*event = (struct event){ .kind = EVENT_UNSENT, .number = count, .text = text_span(&t) };
	return true;
}

void speech_reported(struct speech *s, const struct event *event)
{
	s->unsent_ever += event->number;
	s->unsent = 0;
}
