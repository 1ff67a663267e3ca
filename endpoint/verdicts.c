/* verdicts: see verdicts.h. */
#include "endpoint/verdicts.h"

#include "base/assert.h"

void verdicts_init(struct verdicts *v)
{
	*v = (struct verdicts){ .asked = -1, .accepted = -1, .ended = -1 };
}

struct news *verdicts_news(struct verdicts *v)
{
	return &v->news;
}

int verdicts_asked(const struct verdicts *v)
{
	return v->asked;
}

int verdicts_accepted(const struct verdicts *v)
{
	return v->accepted;
}

int verdicts_ended(struct verdicts *v)
{
	int ended = v->ended;

	v->ended = -1;
	return ended;
}

/* ---- telling ---- */

/* Is the peer of this session the accepted one, who has come again? */
static bool replaces(const struct verdicts *v, const struct roster *r, const struct public_key *key)
{
	if (v->accepted < 0 || key->type == KEY_NONE)
		return false;
	return public_key_equal(session_peer(peer_session(roster_at(r, v->accepted))), key);
}

static bool ask(struct verdicts *v, struct roster *r, struct endpoint_event *event)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		struct peer *p = roster_at(r, i);

		if (p == NULL || !peer_ask(p, event))
			continue;
		event->replaces = replaces(v, r, &event->key);
		v->asked = i;
		return true;
	}
	return false;
}

/* What the accepted session has to tell. */
static bool take_accepted(struct verdicts *v, struct session *s, struct endpoint_event *event)
{
	*event = (struct endpoint_event){ .kind = ENDPOINT_READY };
	if (!v->ready_reported) {
		v->ready_reported = true;
		(void)session_path_take(s, &event->path);
		return true;
	}
	if (session_over(s, &event->err, &event->text)) {
		event->kind = ENDPOINT_OVER;
		v->ended = v->accepted;
		v->accepted = -1;
		return true;
	}
	if (session_path_take(s, &event->path)) {
		event->kind = ENDPOINT_PATH;
		return true;
	}
	if (session_away(s) != v->away_reported) {
		v->away_reported = session_away(s);
		event->kind = v->away_reported ? ENDPOINT_AWAY : ENDPOINT_BACK;
		return true;
	}
	return false;
}

bool verdicts_take(struct verdicts *v, struct roster *r, struct endpoint_event *event)
{
	if (v->asked >= 0)
		return false;
	if (news_take(&v->news, event))
		return true;
	if (v->accepted >= 0 && take_accepted(v, peer_session(roster_at(r, v->accepted)), event))
		return true;
	return ask(v, r, event);
}

/* ---- deciding ---- */

void verdicts_accept(struct verdicts *v, struct roster *r)
{
	assert(v->asked >= 0);
	assert(v->accepted < 0);
	peer_accept(roster_at(r, v->asked));
	v->accepted = v->asked;
	v->asked = -1;
	v->ready_reported = v->away_reported = false;
}

void verdicts_refuse(struct verdicts *v, struct roster *r, uint8_t close_code, struct span text)
{
	assert(v->asked >= 0);
	peer_close(roster_at(r, v->asked), close_code, text);
	v->asked = -1;
}

void verdicts_retire(struct verdicts *v, struct roster *r)
{
	news_add(&v->news, NEWS_REPLACED,
	         &(struct endpoint_event){ .kind = ENDPOINT_OVER, .err = ERR_EXISTS });
	peer_close(roster_at(r, v->accepted), CLOSE_REPLACED,
	           span_text("replaced by a newer session"));
	v->accepted = -1;
}
