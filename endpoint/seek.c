/* seek: see seek.h. */
#include "endpoint/seek.h"

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

static bool is_shaking(const struct seek *s, int place)
{
	const struct peer *p = roster_at(s->roster, place);

	return p != NULL && peer_about(p)->state == PEER_SHAKING;
}

static const struct handshake *handshake_at(const struct seek *s, int place)
{
	return peer_handshake(roster_at(s->roster, place));
}

static bool is_silent(const struct seek *s, int place)
{
	return is_shaking(s, place) && !handshake_is_answered(handshake_at(s, place));
}

static bool is_proved(const struct seek *s, int place)
{
	const struct peer *p = roster_at(s->roster, place);

	return p != NULL &&
	       (peer_about(p)->state == PEER_PROVED || peer_about(p)->state == PEER_ASKED);
}

void seek_gone(struct seek *s, int place)
{
	tries_failed(&s->tries, place);
	s->plan[place] = (struct seek_peer){ .believe_at = NEVER };
}

static void drop(struct seek *s, int place)
{
	seek_gone(s, place);
	roster_remove(s->roster, place);
}

static void drop_all(struct seek *s, bool proved)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (is_shaking(s, i) || (proved && is_proved(s, i)))
			drop(s, i);
	}
}

/* ---- order ---- */

static void rest(struct seek *s, int place, uint64_t until)
{
	s->plan[place].rests_until = until;
	peer_wait(roster_at(s->roster, place), until);
}

/* One of those that rest goes on at once. */
static void wake(struct seek *s, uint64_t now)
{
	int best = -1;

	for (int i = 0; i < ROSTER_PLACES; i++) {
		uint64_t until = s->plan[i].rests_until;

		if (is_silent(s, i) && until > now &&
		    (best < 0 || until < s->plan[best].rests_until))
			best = i;
	}
	if (best >= 0)
		rest(s, best, now);
}

/* Asks whoever is there. looking: under the zero psk, in this one handshake. */
static void approach(struct seek *s, const struct route *route, bool looking, uint64_t wait,
                     uint64_t now)
{
	const struct keying_config *config = credentials_config(s->credentials);
	uint8_t id[CONNECTION_ID];

	if (tries_over(&s->tries))
		return;
	random_fill(config->random, id, sizeof id);
	struct handshake *h =
	    credentials_handshake(s->credentials, id, route, config->first_use || looking, now);
	int place = h != NULL ? roster_settle(s->roster, h, false, false, now) : -1;
	if (place < 0)
		return;
	seek_gone(s, place); /* whoever had the place */
	s->plan[place].source = source_of_route(route);
	s->plan[place].direct = !route_is_forward(route);
	s->plan[place].looking = looking;
	if (peer_begin(roster_at(s->roster, place), now) != OK)
		drop(s, place);
	else if (wait > 0)
		rest(s, place, now + wait);
}

static void approach_again(struct seek *s, int place, bool looking, uint64_t wait, uint64_t now)
{
	struct route route = *handshake_route(handshake_at(s, place));

	drop(s, place);
	approach(s, &route, looking, wait, now);
}

/* Most second routes lead to the same responder: they wait, so that it does not take us for two.
 * Whoever has failed before comes after those that have not. */
void seek_introduced(struct seek *s, const struct route *route, uint64_t now)
{
	struct source source = source_of_route(route);
	unsigned before_it = tries_of(&s->tries, &source);
	bool busy = false;

	for (int i = 0; i < ROSTER_PLACES; i++)
		busy |= is_shaking(s, i) || is_proved(s, i);
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

/* Its place may be emptied now. */
static void note_failure(struct seek *s, int place, const struct endpoint_event *why, uint64_t now)
{
	s->failure = *why;
	s->failed = true;
	s->failed_at = now;
	s->direct = s->plan[place].direct;
	note_loser(s, &s->plan[place].source);
	seek_gone(s, place);
}

static void has_failed(struct seek *s, int place, const struct endpoint_event *why, uint64_t now)
{
	note_failure(s, place, why, now);
	roster_remove(s->roster, place);
	wake(s, now);
}

/* The key agreement does not go on. */
static void shaking_failed(struct seek *s, int place, enum err err, uint64_t now)
{
	bool looking = s->plan[place].looking;

	if (err == ERR_EXISTS) { /* two answer, or one that has forgotten its first answer */
		approach_again(s, place, looking, SEEK_REST_US, now);
		return;
	}
	struct endpoint_event why = peer_failure(roster_at(s->roster, place), err);
	why.unproved = why.kind == ENDPOINT_CHANGED && looking;
	has_failed(s, place, &why, now);
}

void seek_broken(struct seek *s, int place, uint64_t now)
{
	struct endpoint_event why = {
		.kind = ENDPOINT_FAILED,
		.err = ERR_AUTH,
		.text = span_text("the other side broke off before there were words to compare")
	};

	note_failure(s, place, &why, now);
	wake(s, now);
}

void seek_refused(struct seek *s, struct span packet, uint64_t now)
{
	struct refusal refusal;

	if (refusals_read(packet, &refusal) != OK)
		return;
	int place = roster_of_handshake(s->roster, refusal.id);
	if (place < 0 || !is_shaking(s, place) || s->plan[place].believe_at != NEVER)
		return;
	s->plan[place].refusal = refusal;
	s->plan[place].believe_at = now + REFUSE_BELIEVED_US;
}

bool seek_is_hopeless(struct seek *s, int place)
{
	if (!is_shaking(s, place) || s->plan[place].believe_at == NEVER)
		return true;
	s->plan[place].believe_at = 0; /* nothing better will come */
	return false;
}

/* ---- progress ---- */

static void has_progressed(struct seek *s, int place, uint64_t round_trip, uint64_t now)
{
	uint64_t pause = max_of(SEEK_REST_US, 3 * min_of(round_trip, SEEK_ROUND_TRIP_MAX_US));

	s->plan[place].believe_at = NEVER; /* something better than a refusal has come */
	if (keying_confirming(handshake_keying(handshake_at(s, place))))
		(void)tries_begin(&s->tries, place, &s->plan[place].source, now); /* one is left */
	else
		tries_good(&s->tries, place);
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (i != place && is_silent(s, i))
			rest(s, i, now + pause);
	}
}

static void prove(struct seek *s, int place, uint64_t now)
{
	enum err err = roster_prove(s->roster, place, now);

	if (err == ERR_FULL)
		drop(s, place);
	else if (err != OK)
		shaking_failed(s, place, err, now);
}

void seek_fragment(struct seek *s, int place, const struct route *from, const struct fragment *f,
                   uint64_t now)
{
	enum handshake_step step;

	if (!is_shaking(s, place) || f->version != PROTOCOL_VERSION)
		return;
	const struct keying *keying = handshake_keying(handshake_at(s, place));
	uint64_t asked_at = handshake_progress_at(handshake_at(s, place));
	if (keying_shared(keying) && !tries_left(&s->tries))
		return; /* its next message would make us show a confirmation */
	enum err err = peer_fragment(roster_at(s->roster, place), from, f, &step, now);
	if (err != OK) {
		shaking_failed(s, place, err, now);
		return;
	}
	if (step != HANDSHAKE_ON)
		return;
	has_progressed(s, place, now - asked_at, now);
	if (keying_ready(keying))
		prove(s, place, now);
}

/* Words to compare: we show our nonce while we may try, and the words are the answer to it. */
void seek_sealed(struct seek *s, int place, uint64_t now)
{
	struct session *session = peer_session(roster_at(s->roster, place));

	if (session_asks_nonce(session) &&
	    tries_begin(&s->tries, place, &s->plan[place].source, now))
		session_give_nonce(session);
	if (*session_compared(session) != '\0')
		tries_good(&s->tries, place);
}

void seek_accepted(struct seek *s)
{
	s->done = true;
	drop_all(s, true);
}

/* ---- time ---- */

/* When this handshake is given up, or its refusal believed. Asking on costs nothing, but a contact
 * takes a first message only once. */
static uint64_t due_at(const struct seek *s, int place)
{
	const struct seek_peer *of = &s->plan[place];
	const struct peer *p = roster_at(s->roster, place);

	if (p == NULL || (!is_shaking(s, place) && !peer_is_unconfirmed(p)))
		return NEVER;
	uint64_t since = handshake_progress_at(handshake_at(s, place));
	uint64_t at = since + LIMIT_HANDSHAKE_US;
	if (is_silent(s, place) && credentials_config(s->credentials)->expected == NULL)
		at = NEVER;
	else if (is_silent(s, place))
		at = max_of(since, of->rests_until) + (of->looking ? SEEK_LOOK_US : SEEK_FRESH_US);
	return min_of(at, of->believe_at);
}

static void place_timer(struct seek *s, int place, uint64_t now)
{
	const struct seek_peer *of = &s->plan[place];
	struct endpoint_event why = { .kind = ENDPOINT_REFUSED,
		                      .reason = of->refusal.reason,
		                      .their_suite = of->refusal.suite,
		                      .their_version = of->refusal.version };
	bool contact = credentials_config(s->credentials)->expected != NULL;

	if (now < due_at(s, place))
		return;
	if (now < of->believe_at) /* also who was only looked at: its refusal may have been a lie */
		approach_again(s, place, false, 0, now);
	else if (why.reason == REFUSE_KEY && contact && !of->looking)
		approach_again(s, place, true, 0, now);
	else
		has_failed(s, place, &why, now);
}

void seek_timer(struct seek *s, uint64_t now)
{
	for (int i = 0; i < ROSTER_PLACES; i++)
		place_timer(s, i, now);
	tries_timer(&s->tries, now);
}

/* When the kept failure is reported, as things stand; NEVER: somebody may yet do better. */
static uint64_t report_at(const struct seek *s)
{
	uint64_t at = s->failed_at;

	if (!s->failed)
		return NEVER;
	if (!s->direct && s->members > s->losers_count)
		at = max_of(at, s->introduced_at) + SEEK_LAST_INTRODUCTION_US;
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (is_proved(s, i) || (is_shaking(s, i) && !is_silent(s, i)))
			return NEVER;
		if (is_silent(s, i))
			at = max_of(at, max_of(peer_about(roster_at(s->roster, i))->since,
			                       s->plan[i].rests_until) +
			                    SEEK_HOPE_US);
	}
	return at;
}

uint64_t seek_deadline(const struct seek *s)
{
	uint64_t at = NEVER;

	for (int i = 0; i < ROSTER_PLACES; i++)
		at = min_of(at, due_at(s, i));
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
	if (s->failed && !tries_over(&s->tries))
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
