#include "endpoint/seek.h"

#include <string.h>

#include "base/min_max.h"

#define SEEK_REST_US              (3 * SECOND / 2) /* others rest so long while one progresses, */
#define SEEK_ROUND_TRIP_MAX_US    SECOND /* ... or for three round trips, if these are short */
#define SEEK_FRESH_US             (10 * SECOND) /* a contact that has not answered is asked anew */
#define SEEK_LOOK_US              (3 * SECOND)  /* so long we look who is there instead of it */
#define SEEK_HOPE_US              (5 * SECOND)  /* who has not answered yet delays no report */
#define SEEK_LAST_INTRODUCTION_US SECOND        /* nobody else is introduced for so long */
#define REFUSE_BELIEVED_US        SECOND        /* docs/PROTOCOL.md section 3 */

void seek_init(struct seek *s, struct roster *roster, const struct credentials *credentials,
               uint64_t give_up_at)
{
	*s =
	    (struct seek){ .roster = roster, .credentials = credentials, .give_up_at = give_up_at };
}

void seek_members(struct seek *s, uint32_t members)
{
	s->members = members;
}

/* ---- peers ---- */

static bool is_silent(const struct peer *p)
{
	return p->state == PEER_SHAKING && !handshake_is_answered(&p->shake);
}

static bool is_proved(const struct peer *p)
{
	return p->state == PEER_PROVED || p->state == PEER_ASKED;
}

void seek_gone(struct seek *s, const struct peer *p)
{
	tries_failed(&s->tries, p->place);
	s->plan[p->place] = (struct seek_peer){ .believe_at = NEVER };
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
		if (p->state == PEER_SHAKING || (proved && is_proved(p)))
			drop(s, p);
	}
}

/* ---- order ---- */

static void rest(struct seek *s, struct peer *p, uint64_t until)
{
	s->plan[p->place].rests_until = until;
	handshake_wait(&p->shake, until);
}

/* One of those that rest goes on at once. */
static void wake(struct seek *s, uint64_t now)
{
	struct peer *best = NULL, *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		uint64_t until = s->plan[p->place].rests_until;

		if (is_silent(p) && until > now &&
		    (best == NULL || until < s->plan[best->place].rests_until))
			best = p;
	}
	if (best != NULL)
		rest(s, best, now);
}

/* Asks whoever is there. looking: under the zero psk, in this one handshake. */
static void approach(struct seek *s, const struct route *route, bool looking, uint64_t wait,
                     uint64_t now)
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
	s->plan[p->place].direct = !route_is_forward(route);
	s->plan[p->place].looking = looking;
	if (handshake_start(&p->shake, now) != OK)
		drop(s, p);
	else if (wait > 0)
		rest(s, p, now + wait);
}

static void approach_again(struct seek *s, struct peer *p, bool looking, uint64_t wait,
                           uint64_t now)
{
	struct route route = p->shake.route;

	drop(s, p);
	approach(s, &route, looking, wait, now);
}

/* Most second routes lead to the same responder: they wait, so that it does not take us for two.
 * Whoever has failed before comes after those that have not. */
void seek_introduced(struct seek *s, const struct route *route, uint64_t now)
{
	struct source source = source_of_route(route);
	unsigned before_it = tries_of(&s->tries, &source);
	struct peer *p;
	bool busy = false;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;)
		busy |= p->state == PEER_SHAKING || is_proved(p);
	s->introduced_at = now;
	approach(s, route, false, (before_it + busy) * SEEK_REST_US, now);
}

/* ---- failures ---- */

static void note_loser(struct seek *s, const struct source *source)
{
	for (size_t i = 0; i < s->losers_count; i++) {
		if (source_same(&s->losers[i], source))
			return;
	}
	if (s->losers_count < SEEK_LOSERS)
		s->losers[s->losers_count++] = *source;
}

/* It may be removed now. */
static void note_failure(struct seek *s, const struct peer *p, const struct endpoint_event *why,
                         uint64_t now)
{
	s->failure = *why;
	s->failed_at = now;
	s->direct = s->plan[p->place].direct;
	note_loser(s, &p->source);
	seek_gone(s, p);
}

static void has_failed(struct seek *s, struct peer *p, const struct endpoint_event *why,
                       uint64_t now)
{
	note_failure(s, p, why, now);
	roster_remove(s->roster, p);
	wake(s, now);
}

/* The key agreement does not go on. */
static void shaking_failed(struct seek *s, struct peer *p, enum err err, uint64_t now)
{
	bool looking = s->plan[p->place].looking;

	if (err == ERR_EXISTS) { /* two answer, or one that has forgotten its first answer */
		approach_again(s, p, looking, SEEK_REST_US, now);
		return;
	}
	struct endpoint_event why = peer_failure(p, err);
	why.unproved = why.kind == ENDPOINT_CHANGED && looking;
	has_failed(s, p, &why, now);
}

void seek_broken(struct seek *s, const struct peer *p, uint64_t now)
{
	struct endpoint_event why = endpoint_event_failed(
	    ERR_AUTH, "the other side broke off before there were words to compare");

	note_failure(s, p, &why, now);
	wake(s, now);
}

void seek_turned_away(struct seek *s, const struct peer *p, uint64_t now)
{
	struct endpoint_event why = { .kind = ENDPOINT_FAILED };
	struct span words;

	(void)session_over(p->session, &why.err, &words);
	if (why.err == ERR_BUSY)
		why = (struct endpoint_event){ .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY };
	if (words.len > 0)
		memcpy(s->words, words.at, words.len);
	why.text = span_of(s->words, words.len);
	note_failure(s, p, &why, now);
	wake(s, now);
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
	uint64_t pause = max_of(SEEK_REST_US, 3 * min_of(round_trip, SEEK_ROUND_TRIP_MAX_US));
	struct peer *other;

	s->plan[p->place].believe_at = NEVER; /* something better than a refusal has come */
	if (p->shake.keying->state == KEYING_CONFIRMED)
		(void)tries_begin(&s->tries, p->place, &p->source, now); /* one is left */
	else
		tries_good(&s->tries, p->place);
	for (int i = 0; (other = roster_next(s->roster, &i)) != NULL;) {
		if (other != p && is_silent(other))
			rest(s, other, now + pause);
	}
}

static void prove(struct seek *s, struct peer *p, uint64_t now)
{
	enum err err = roster_prove(s->roster, p, now);

	if (err == ERR_FULL)
		drop(s, p);
	else if (err != OK)
		shaking_failed(s, p, err, now);
}

void seek_fragment(struct seek *s, struct peer *p, const struct route *from,
                   const struct fragment *f, uint64_t now)
{
	const struct keying *keying = p->shake.keying;
	uint64_t asked_at = p->shake.progress_at;
	enum handshake_step step;

	if (p->state != PEER_SHAKING)
		return;
	if (keying->state == KEYING_SHARED && !tries_left(&s->tries))
		return; /* its next message would make us show a confirmation */
	enum err err = peer_fragment(p, from, f, &step, now);
	if (err != OK) {
		shaking_failed(s, p, err, now);
		return;
	}
	if (step != HANDSHAKE_ON)
		return;
	has_progressed(s, p, now - asked_at, now);
	if (keying_ready(keying))
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

void seek_accepted(struct seek *s)
{
	s->done = true;
	drop_all(s, true);
}

/* ---- time ---- */

/* When this handshake is given up, or its refusal believed. Asking on costs nothing, but a contact
 * takes a first message only once. */
static uint64_t due_at(const struct seek *s, const struct peer *p)
{
	const struct seek_peer *of = &s->plan[p->place];
	uint64_t since = p->shake.progress_at, at = since + LIMIT_HANDSHAKE_US;

	if (p->state != PEER_SHAKING && !peer_is_unconfirmed(p))
		return NEVER;
	if (is_silent(p) && s->credentials->keying.expected == NULL)
		at = NEVER;
	else if (is_silent(p))
		at = max_of(since, of->rests_until) + (of->looking ? SEEK_LOOK_US : SEEK_FRESH_US);
	return min_of(at, of->believe_at);
}

static void peer_turn(struct seek *s, struct peer *p, uint64_t now)
{
	const struct seek_peer *of = &s->plan[p->place];
	struct endpoint_event why = { .kind = ENDPOINT_REFUSED,
		                      .reason = of->refusal.reason,
		                      .their_suite = of->refusal.suite,
		                      .their_version = of->refusal.version };
	bool contact = s->credentials->keying.expected != NULL;

	if (now < due_at(s, p))
		return;
	if (now < of->believe_at) /* also who was only looked at: its refusal may have been a lie */
		approach_again(s, p, false, 0, now);
	else if (why.reason == REFUSE_KEY && contact && !of->looking)
		approach_again(s, p, true, 0, now);
	else
		has_failed(s, p, &why, now);
}

void seek_timer(struct seek *s, uint64_t now)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;)
		peer_turn(s, p, now);
	tries_timer(&s->tries, now);
}

/* When the kept failure is reported, as things stand; NEVER: somebody may yet do better. */
static uint64_t report_at(const struct seek *s)
{
	uint64_t at = s->failed_at;
	struct peer *p;

	if (s->failed_at == 0)
		return NEVER;
	if (!s->direct && s->members > s->losers_count)
		at = max_of(at, s->introduced_at) + SEEK_LAST_INTRODUCTION_US;
	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;) {
		if (is_proved(p) || (p->state == PEER_SHAKING && !is_silent(p)))
			return NEVER;
		if (is_silent(p))
			at = max_of(at,
			            max_of(p->since, s->plan[p->place].rests_until) + SEEK_HOPE_US);
	}
	return at;
}

uint64_t seek_deadline(const struct seek *s)
{
	uint64_t at = NEVER;
	struct peer *p;

	for (int i = 0; (p = roster_next(s->roster, &i)) != NULL;)
		at = min_of(at, due_at(s, p));
	if (s->done)
		return at;
	at = min_of(at, tries_deadline(&s->tries));
	return tries_lost(&s->tries) > s->reported
	           ? 0
	           : min_of(at, min_of(report_at(s), s->give_up_at));
}

static struct endpoint_event last_of(const struct seek *s)
{
	struct endpoint_event e = { .kind = ENDPOINT_FAILED, .err = ERR_UNREACHABLE };

	if (tries_lost(&s->tries) > 0)
		e = (struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE };
	if (s->failed_at != 0 && !tries_over(&s->tries))
		e = s->failure;
	e.number = tries_lost(&s->tries);
	return e;
}

bool seek_take(struct seek *s, struct endpoint_event *event, uint64_t now)
{
	bool more = tries_lost(&s->tries) > s->reported,
	     end = tries_over(&s->tries) || now >= report_at(s);

	if (s->done || (!more && !end && now < s->give_up_at))
		return false;
	s->reported = tries_lost(&s->tries);
	if (more && !end) {
		*event = (struct endpoint_event){ .kind = ENDPOINT_GUESS, .number = s->reported };
		return true;
	}
	*event = last_of(s);
	s->done = true;
	if (tries_over(&s->tries))
		drop_all(s, false);
	return true;
}
