#include "endpoint/seek.h"

#include <string.h>

#include "base/min_max.h"

#define SEEK_LOOK_US       (3 * SECOND) /* so long we look who is there instead of a contact */
#define REFUSE_BELIEVED_US SECOND       /* docs/PROTOCOL.md section 3 */

void seek_init(struct seek *s, struct roster *roster, const struct credentials *credentials,
               uint64_t give_up_at)
{
	*s = (struct seek){ .roster = roster, .credentials = credentials };
	verdict_init(&s->verdict, give_up_at);
	again_init(&s->again, false, false);
}

void seek_again(struct seek *s, bool patient)
{
	again_init(&s->again, true, patient);
	if (patient)
		verdict_done(&s->verdict);
}

void seek_stop(struct seek *s)
{
	again_stop(&s->again);
}

void seek_members(struct seek *s, uint32_t members)
{
	verdict_members(&s->verdict, members);
}

/* ---- peers ---- */

void seek_gone(struct seek *s, const struct peer *p)
{
	tries_failed(&s->tries, p->place);
	s->plan[p->place % SEEK_PLACES] = (struct seek_peer){ .believe_at = NEVER };
}

static void drop(struct seek *s, struct peer *p)
{
	seek_gone(s, p);
	roster_remove(s->roster, p);
}

static void drop_all(struct seek *s, bool proved)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		if (p->state == PEER_SHAKING || (proved && order_is_proved(p)))
			drop(s, p);
	}
}

/* ---- order ---- */

/* How long a peer may be silent. Asking on costs nothing, but a contact takes a first message only
 * once. */
static uint64_t silence_us(const struct seek *s, bool looking)
{
	if (!credentials_one_host(s->credentials))
		return NEVER;
	return looking ? SEEK_LOOK_US : ORDER_FRESH_US;
}

/* Asks whoever is there. looking: under the zero psk, in this one handshake. */
static void approach(struct seek *s, const struct route *route, bool looking, uint64_t life_us,
                     uint64_t wait, uint64_t now)
{
	struct keying_config config = s->credentials->keying;
	uint8_t id[CONNECTION_ID];

	if (tries_over(&s->tries))
		return;
	random_fill(config.random, id, sizeof id);
	config.first_use |= looking;
	struct peer *p = peer_new(&config, id, route, now);
	if (p == NULL || !roster_settle(s->roster, p))
		return;
	seek_gone(s, p); /* whoever had the place */
	s->plan[p->place].direct = !route_is_forward(&p->shake.route);
	s->plan[p->place].looking = looking;
	s->plan[p->place].life_us = life_us;
	if (handshake_start(&p->shake, now) != OK)
		drop(s, p);
	else if (wait > 0)
		handshake_wait(&p->shake, now + wait);
}

static void approach_again(struct seek *s, struct peer *p, bool looking, uint64_t wait,
                           uint64_t now)
{
	struct route route = p->shake.route;

	drop(s, p);
	approach(s, &route, looking, silence_us(s, looking), wait, now);
}

/* Most second routes lead to the same responder: they wait, so that it does not take us for two.
 * Whoever has failed before comes after those that have not. */
static void approach_in_turn(struct seek *s, const struct route *route, uint64_t life_us,
                             uint64_t now)
{
	struct source source = source_of_route(route);
	unsigned before_it = tries_of(&s->tries, &source);

	before_it += order_is_busy(s->roster);
	approach(s, route, false, life_us, before_it * ORDER_REST_US, now);
}

/* Those whose keys stand take it as another path. */
void seek_introduced(struct seek *s, const struct route *route, uint64_t now)
{
	struct session *session = roster_session(s->roster, 0);
	struct peer *p;

	verdict_introduced(&s->verdict, now);
	again_route_up(&s->again, route);
	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;)
		peer_route_up(p, route, now);
	if (session != NULL)
		again_ask(&s->again, session, now);
	else if (!s->again.on)
		approach_in_turn(s, route, silence_us(s, false), now);
}

void seek_lost(struct seek *s, const struct route *route)
{
	again_route_down(&s->again, route);
}

/* ---- failures ---- */

/* It may be removed now. */
static void note_failure(struct seek *s, const struct peer *p, const struct endpoint_event *why,
                         uint64_t now)
{
	verdict_failed(&s->verdict, why, &p->source, s->plan[p->place].direct, now);
	again_failed(&s->again, why, now);
	seek_gone(s, p);
}

static void has_failed(struct seek *s, struct peer *p, const struct endpoint_event *why,
                       uint64_t now)
{
	note_failure(s, p, why, now);
	roster_remove(s->roster, p);
	order_wake(s->roster, now);
}

/* The key agreement does not go on. */
static void shaking_failed(struct seek *s, struct peer *p, enum err err, uint64_t now)
{
	bool looking = s->plan[p->place].looking;

	if (err == ERR_EXISTS) { /* two answer, or one that has forgotten its first answer */
		approach_again(s, p, looking, ORDER_REST_US, now);
		return;
	}
	struct endpoint_event why = peer_failure(p, err);
	why.unproved = why.kind == ENDPOINT_CHANGED && looking;
	has_failed(s, p, &why, now);
}

void seek_broken(struct seek *s, const struct peer *p, uint64_t now)
{
	struct endpoint_event why = endpoint_event_failed(
	    ERR_AUTH, "the peer broke off before there were words to compare");

	note_failure(s, p, &why, now);
	order_wake(s->roster, now);
}

void seek_turned_away(struct seek *s, const struct peer *p, uint64_t now)
{
	struct endpoint_event why = peer_turned_us_away(p);

	if (why.text.len > 0)
		memcpy(s->words, why.text.at, why.text.len);
	why.text = span_of(s->words, why.text.len);
	note_failure(s, p, &why, now);
	order_wake(s->roster, now);
}

void seek_refused(struct seek *s, struct span packet, uint64_t now)
{
	struct refusal refusal;

	if (handshake_read_refusal(packet, &refusal) != OK)
		return;
	const struct peer *p = roster_of_handshake(s->roster, refusal.id);
	if (p == NULL || p->state != PEER_SHAKING || s->plan[p->place].believe_at != NEVER)
		return;
	s->plan[p->place].refusal = refusal;
	s->plan[p->place].believe_at = now + REFUSE_BELIEVED_US;
}

bool seek_is_hopeless(struct seek *s, const struct peer *p)
{
	struct seek_peer *of = &s->plan[p->place];

	if (p->state != PEER_SHAKING || of->believe_at == NEVER)
		return true;
	of->believe_at = 0; /* nothing better will come */
	return false;
}

/* ---- progress ---- */

static void has_progressed(struct seek *s, const struct peer *p, uint64_t round_trip, uint64_t now)
{
	s->plan[p->place].believe_at = NEVER; /* something better than a refusal has come */
	if (p->shake.keying->state == KEYING_CONFIRMED)
		(void)tries_begin(&s->tries, p->place, &p->source, now); /* one is left */
	else
		tries_good(&s->tries, p->place);
	order_rest_others(s->roster, p, round_trip, now);
}

static void prove(struct seek *s, struct peer *p, uint64_t now)
{
	enum err err = roster_prove(s->roster, p, now);
	struct peer *older;

	if (err == ERR_FULL)
		drop(s, p);
	else if (err != OK)
		shaking_failed(s, p, err, now);
	while (err == OK && (older = order_older(s->roster, s->credentials, p)) != NULL)
		drop(s, older); /* before the last message of this one leaves */
}

void seek_fragment(struct seek *s, struct peer *p, const struct route *from,
                   const struct fragment *f, uint64_t now)
{
	uint64_t asked_at = p->shake.progress_at;
	enum handshake_step step;

	if (p->state != PEER_SHAKING || !order_has_turn(s->roster, s->credentials, p, now))
		return;
	struct again_hold *hold = &s->plan[p->place].hold;
	const struct session *first = order_first_word(s->roster, s->credentials, p);
	if (order_is_silent(p) && again_holds(hold, first, now - asked_at, now)) {
		handshake_wait(&p->shake, hold->until); /* it says this again then */
		return;
	}
	if (p->shake.keying->state == KEYING_SHARED && !tries_left(&s->tries))
		return; /* its next message would make us show a confirmation */
	enum err err = peer_fragment(p, from, f, &step, now);
	if (err != OK) {
		shaking_failed(s, p, err, now);
		return;
	}
	if (step != HANDSHAKE_ON)
		return;
	has_progressed(s, p, now - asked_at, now);
	if (keying_ready(p->shake.keying))
		prove(s, p, now);
}

/* Words to compare: we show our nonce while we may try, and the words are the answer to it. */
void seek_sealed(struct seek *s, const struct peer *p, uint64_t now)
{
	if (session_asks_nonce(p->session) && tries_begin(&s->tries, p->place, &p->source, now))
		session_give_nonce(p->session);
	if (*session_compared(p->session) != '\0')
		tries_good(&s->tries, p->place);
}

void seek_accepted(struct seek *s, uint64_t now)
{
	verdict_done(&s->verdict);
	drop_all(s, true);
	again_accepted(&s->again, now);
}

void seek_over(struct seek *s, const struct peer *p, uint64_t now)
{
	enum err err = OK;
	struct span text;

	(void)session_over(p->session, &err, &text);
	again_over(&s->again, err, roster_find(s->roster, PEER_PROVED) != NULL, now);
}

/* ---- time ---- */

/* When this handshake is given up, or its refusal believed. */
static uint64_t due_at(const struct seek_peer *of, const struct peer *p)
{
	return min_of(order_fails_at(p, of->life_us, of->hold.until), of->believe_at);
}

static uint64_t renews_at(const struct seek *s, const struct peer *p)
{
	uint64_t renewed_at = s->plan[p->place].renewed_at;

	return s->again.on ? NEVER : order_renews_at(s->roster, s->credentials, p, renewed_at);
}

static void fail(struct seek *s, struct peer *p, uint64_t now)
{
	const struct seek_peer *of = &s->plan[p->place];
	struct endpoint_event why = peer_refused(&of->refusal);
	bool others = !order_is_silent(p) && now < order_asked_until(s->roster, &p->shake.route, p);

	if (now < of->believe_at && (s->again.on || others))
		drop(s, p);            /* the route's next turn comes */
	else if (now < of->believe_at) /* also who was looked at: a refusal may be a lie */
		approach_again(s, p, false, 0, now);
	else if (why.reason == REFUSE_KEY && credentials_one_host(s->credentials) && !of->looking)
		approach_again(s, p, true, 0, now);
	else
		has_failed(s, p, &why, now);
}

static void peer_turn(struct seek *s, struct peer *p, uint64_t now)
{
	if (now >= due_at(&s->plan[p->place], p)) {
		fail(s, p, now);
	} else if (now >= renews_at(s, p)) {
		s->plan[p->place].renewed_at = now;
		approach(s, &p->shake.route, false, silence_us(s, false), 0, now);
	}
}

static void look_on(struct seek *s, uint64_t now)
{
	struct session *session = roster_session(s->roster, 0);
	struct route route;
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		if (order_is_silent(p))
			again_hold_timer(&s->plan[p->place].hold, session, &p->shake.route, now);
	}
	for (uint64_t life_us; again_next(&s->again, &route, &life_us, now);) {
		if (now >= order_asked_until(s->roster, &route, NULL))
			approach_in_turn(s, &route, life_us, now);
		if (session != NULL)
			session_ping(session);
	}
}

/* For the accepted peer, or for nobody. Who has our last message may have a session already. */
static void look(struct seek *s, uint64_t now)
{
	const struct session *session = roster_session(s->roster, 0);
	struct peer *p;

	if (again_looks(&s->again, session, now)) {
		look_on(s, now);
		return;
	}
	again_calm(&s->again, session);
	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		if (order_is_silent(p))
			drop(s, p);
	}
}

void seek_timer(struct seek *s, uint64_t now)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;)
		peer_turn(s, p, now);
	tries_timer(&s->tries, now);
	if (s->again.on)
		look(s, now);
}

uint64_t seek_deadline(const struct seek *s)
{
	uint64_t at = min_of(verdict_deadline(&s->verdict, &s->tries, order_hope(s->roster)),
	                     again_deadline(&s->again, roster_session(s->roster, 0)));
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		at = min_of(at, min_of(due_at(&s->plan[p->place], p), renews_at(s, p)));
		if (s->again.on && order_is_silent(p))
			at = min_of(at, again_hold_deadline(&s->plan[p->place].hold));
	}
	return at;
}

bool seek_take(struct seek *s, struct endpoint_event *event, uint64_t now)
{
	bool taken = verdict_take(&s->verdict, &s->tries, order_hope(s->roster), event, now);

	if (taken && s->verdict.done && tries_over(&s->tries))
		drop_all(s, false);
	return taken || again_take(&s->again, event);
}
