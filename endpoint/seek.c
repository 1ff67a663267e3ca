/* seek: the initiator's side of handshakes: in which order the peers it is introduced to are tried,
 * what is shown to how many of them, and when it is told that it came to nothing. docs/PROTOCOL.md
 * sections 3 and 4.1.
 *
 * Who answers is not known before a key is proved, so the failure of one peer says nothing of the
 * others: it is kept, and told when all have failed that the server has introduced. */
#include <string.h>

#include "base/min_max.h"
#include "endpoint/slot.h"

#define SEEK_REST_US                                                                               \
	(3 * SECOND /                                                                              \
	 2) /* others rest so long while one makes progress, or three of its round trips */
#define SEEK_ROUND_TRIP_MAX_US SECOND
#define SEEK_FRESH_US                                                                              \
	(10 * SECOND)             /* a first message to a contact that got no answer is made anew */
#define SEEK_LOOK_US (3 * SECOND) /* ... and so long it is looked who is there instead */
#define SEEK_HOPE_US                                                                               \
	(5 * SECOND) /* one that nobody has answered for so long holds up no verdict  \
				   */
#define SEEK_OVERDUE_US                                                                            \
	(5 *                                                                                       \
	 SECOND) /* a try without an answer is told after so long, though it may yet be        \
			answered */
#define SEEK_LAST_INTRODUCTION_US SECOND /* nobody else is introduced for so long */

static bool shaking(const struct endpoint *ep)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state == SLOT_SHAKING || ep->slots[i].state == SLOT_PROVED)
			return true;
	}
	return false;
}

static bool answered(const struct slot *slot)
{
	return slot->state == SLOT_PROVED || slot->shake->out_number > 0 ||
	       slot->shake->in_total > 0;
}

/* ---- order ---- */

static void rest(struct slot *slot, uint64_t until)
{
	slot->rests_until = until;
	handshake_wait(slot->shake, until);
}

/* looking: under the zero psk, in this one handshake. */
static void start(struct endpoint *ep, const struct route *route, bool looking, uint64_t delay,
                  uint64_t now)
{
	uint8_t id[CONNECTION_ID];

	if (tries_over(&ep->tries))
		return;
	random_fill(ep->config.random, id, sizeof id);
	struct handshake *h = knock_agreement(ep, id, route, ep->config.first_use || looking, now);
	struct slot *slot = h != NULL ? knock_place(ep, h, false, now) : NULL;
	if (slot == NULL)
		return;
	slot->looking = looking;
	if (handshake_start(h, now) != OK)
		slot_free(ep, slot);
	else if (delay > 0)
		rest(slot, now + delay);
}

/* Most second routes lead to the same responder: they wait, so that it does not take us for two.
 * And who failed once comes after those who have not. */
void seek_start(struct endpoint *ep, const struct route *route, uint64_t now)
{
	struct source source = source_of_route(route);
	unsigned before_it = shaking(ep) + tries_of(&ep->tries, &source);

	ep->seek.introduced_at = now;
	start(ep, route, false, before_it * SEEK_REST_US, now);
}

/* One of those that rest goes on at once. */
static void wake(struct endpoint *ep, uint64_t now)
{
	struct slot *best = NULL;

	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];

		if (slot->state == SLOT_SHAKING && slot->rests_until > now && !answered(slot) &&
		    (best == NULL || slot->rests_until < best->rests_until))
			best = slot;
	}
	if (best != NULL)
		rest(best, now);
}

/* ---- tries ---- */

bool slot_try(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	if (slot->trying || !tries_begin(&ep->tries))
		return slot->trying;
	slot->trying = true;
	slot->overdue = false;
	slot->tried_at = now;
	return true;
}

/* Those that have failed, and those that look like it. */
static unsigned lost(const struct endpoint *ep)
{
	unsigned count = ep->tries.failed;

	for (unsigned i = 0; i < SLOTS; i++)
		count += ep->slots[i].trying && ep->slots[i].overdue;
	return count;
}

static void note_overdue(struct endpoint *ep, uint64_t now)
{
	for (unsigned i = 0; i < SLOTS; i++)
		ep->slots[i].overdue |=
		    ep->slots[i].trying && now >= ep->slots[i].tried_at + SEEK_OVERDUE_US;
}

void slot_try_good(struct endpoint *ep, struct slot *slot)
{
	if (slot->trying)
		tries_good(&ep->tries);
	slot->trying = false;
}

bool seek_may_go_on(const struct endpoint *ep, const struct slot *slot)
{
	return !keying_shared(slot->shake->keying) ||
	       ep->tries.open + ep->tries.failed < LIMIT_CODE_GUESSES;
}

void seek_progress(struct endpoint *ep, struct slot *slot, uint64_t round_trip, uint64_t now)
{
	uint64_t pause = max_of(SEEK_REST_US, 3 * min_of(round_trip, SEEK_ROUND_TRIP_MAX_US));

	if (keying_confirming(slot->shake->keying))
		(void)slot_try(ep, slot, now); /* seek_may_go_on */
	else
		slot_try_good(ep, slot);
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *other = &ep->slots[i];

		if (other != slot && other->state == SLOT_SHAKING && !answered(other))
			rest(other, now + pause);
	}
}

/* ---- failures ---- */

static void note_failed(struct seek *s, const struct source *source)
{
	for (size_t i = 0; i < s->losers_count; i++) {
		if (source_same(&s->losers[i], source))
			return;
	}
	if (s->losers_count < SEEK_LOSERS)
		s->losers[s->losers_count++] = *source;
}

void seek_over(struct endpoint *ep, struct slot *slot, const struct endpoint_event *why,
               uint64_t now)
{
	ep->seek.failure = *why;
	ep->seek.failed = true;
	ep->seek.failed_at = now;
	ep->seek.direct = slot->direct;
	note_failed(&ep->seek, &slot->source);
	slot_dismiss(ep, slot);
	wake(ep, now);
	seek_time(ep, now);
}

void seek_failed(struct endpoint *ep, struct slot *slot, enum err err, uint64_t now)
{
	const struct encryptor *e = keying_peek(slot->shake->keying);
	struct endpoint_event why = { .kind = ENDPOINT_FAILED,
		                      .err = ERR_AUTH,
		                      .text =
		                          span_text("the other side's handshake does not verify") };

	if (err == ERR_EXISTS) { /* two have answered, or one that has forgotten the first answer */
		struct route route = slot->shake->route;
		bool looking = slot->looking;

		slot_free(ep, slot);
		start(ep, &route, looking, SEEK_REST_US, now);
		return;
	}
	if (keying_guessed(slot->shake->keying))
		why = (struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE };
	else if (err == ERR_TRUST && e != NULL)
		why = (struct endpoint_event){ .kind = ENDPOINT_CHANGED,
			                       .key = e->peer,
			                       .unproved = slot->looking };
	seek_over(ep, slot, &why, now);
}

static void refused(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct route route = slot->shake->route;

	if (slot->refused == REFUSE_KEY && ep->config.expected != NULL && !slot->looking) {
		slot_free(ep, slot);
		start(ep, &route, true, 0, now);
		return;
	}
	seek_over(ep, slot,
	          &(struct endpoint_event){ .kind = ENDPOINT_REFUSED,
	                                    .reason = slot->refused,
	                                    .their_suite = slot->refused_suite,
	                                    .their_version = slot->refused_version },
	          now);
}

uint64_t seek_slot_deadline(const struct endpoint *ep, const struct slot *slot)
{
	const struct handshake *h = slot->shake;
	uint64_t at =
	    h->progress_at + LIMIT_HANDSHAKE_US; /* also of keys the responder never confirmed */

	if (slot->state == SLOT_SHAKING &&
	    !answered(slot)) /* asking on costs nothing; but a contact takes a first message once */
		at = ep->config.expected != NULL
		         ? max_of(h->progress_at, slot->rests_until) +
		               (slot->looking ? SEEK_LOOK_US : SEEK_FRESH_US)
		         : NEVER;
	if (slot->refused_at != NEVER)
		at = min_of(at, slot->refused_at + REFUSE_BELIEVED_US);
	return at;
}

void seek_timer(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct route route = slot->shake->route;

	if (slot->state == SLOT_SHAKING && slot->refused_at != NEVER &&
	    now >= slot->refused_at + REFUSE_BELIEVED_US) {
		refused(ep, slot, now);
		return;
	}
	slot_free(ep, slot);
	start(ep, &route, false, 0,
	      now); /* who was looked for and said nothing may be our contact, and REFUSE a lie */
}

/* ---- what the program is told ---- */

static void tell_last(struct endpoint *ep, const struct endpoint_event *why)
{
	struct endpoint_event *e = news_add(&ep->news, NEWS_LAST, why->kind);

	*e = *why;
	e->number = lost(ep);
	ep->seek.done = true;
	ep->give_up_at = NEVER;
}

/* When the failure that is kept is to be told, as things stand; NEVER: somebody may yet do better.
 */
static uint64_t verdict_at(const struct endpoint *ep)
{
	const struct seek *s = &ep->seek;
	uint64_t at = s->failed_at;

	if (!s->failed)
		return NEVER;
	if (!s->direct && s->members > s->losers_count)
		at = max_of(at, s->introduced_at) + SEEK_LAST_INTRODUCTION_US;
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct slot *slot = &ep->slots[i];

		if (slot->state == SLOT_PROVED || (slot->state == SLOT_SHAKING && answered(slot)))
			return NEVER;
		if (slot->state == SLOT_SHAKING)
			at = max_of(at, max_of(slot->since, slot->rests_until) + SEEK_HOPE_US);
	}
	return at;
}

uint64_t seek_deadline(const struct endpoint *ep)
{
	if (!ep->config.initiator || ep->seek.done)
		return NEVER;
	uint64_t at = lost(ep) > ep->seek.told ? 0 : verdict_at(ep);
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].trying && !ep->slots[i].overdue)
			at = min_of(at, ep->slots[i].tried_at + SEEK_OVERDUE_US);
	}
	return at;
}

void seek_time(struct endpoint *ep, uint64_t now)
{
	if (!ep->config.initiator || ep->seek.done)
		return;
	note_overdue(ep, now);
	bool news = lost(ep) > ep->seek.told;
	ep->seek.told = lost(ep);
	if (tries_over(&ep->tries)) {
		for (unsigned i = 0; i < SLOTS; i++) {
			if (ep->slots[i].state == SLOT_SHAKING)
				slot_free(ep, &ep->slots[i]);
		}
		tell_last(ep, &(struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE });
	} else if (now >= verdict_at(ep)) {
		tell_last(ep, &ep->seek.failure);
	} else if (news) {
		news_add(&ep->news, NEWS_GUESS, ENDPOINT_GUESS)->number = ep->seek.told;
	}
}

void seek_give_up(struct endpoint *ep)
{
	if (ep->seek.done)
		return;
	if (ep->seek.failed)
		tell_last(ep, &ep->seek.failure);
	else if (lost(ep) > 0)
		tell_last(ep, &(struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE });
	else
		tell_last(ep, &(struct endpoint_event){ .kind = ENDPOINT_FAILED,
		                                        .err = ERR_UNREACHABLE });
}
