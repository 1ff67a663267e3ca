#include "session/messages.h"

#include "base/min_max.h"

#include "session/codes.h"

#define DOUBT_EVERY_US (500 * MS) /* rounds of an honest peer are as far apart */

void messages_init(struct messages *m, struct frames_parts *parts, enum punching punching,
                   const struct rekey_config *config)
{
	m->parts = parts;
	punch_init(&m->punch, config->initiator, punching != PUNCHING_NONE);
	search_init(&parts->search, config->initiator, punching == PUNCHING_FULL, config->random);
	rekey_init(&m->rekey, config);
}

static void make_no_sense(struct messages *m, const char *text)
{
	closing_begin(&m->parts->closing, CLOSE_PROTOCOL, span_text(text));
}

static bool say(struct messages *m, enum control_type type, struct span body)
{
	return control_send(&m->parts->streams.at[STREAM_CONTROL].send, type, body);
}

/* ---- words to compare ---- */

void messages_compare(struct messages *m)
{
	uint8_t body[COMPARE_BODY];
	enum control_type type;

	while (compare_output(&m->compare, &type, body)) {
		(void)say(m, type, span_of(body, sizeof body));
		m->compare_end = m->parts->streams.at[STREAM_CONTROL].send.end;
	}
	bytes_wipe(body, sizeof body);
}

void messages_start_comparing(struct messages *m, const struct public_key *peer)
{
	const struct rekey_config *config = &m->rekey.config;

	compare_start(&m->compare,
	              &(struct compare_config){
			  .initiator = config->initiator,
			  .own = &config->identity->public,
			  .peer = peer,
			  .session_id = keyring_current(&m->parts->keyring)->session_id,
			  .random = config->random,
		      });
	messages_compare(m);
}

/* A responder's REVEAL has to leave before its CLOSE may: else the initiator would count a try.
 * Nothing further is waited for: who has seen r has had a try, and could keep it unseen by staying
 * silent. */
bool messages_compared(const struct messages *m)
{
	return m->compare.state == COMPARE_DONE &&
	       m->parts->streams.at[STREAM_CONTROL].send.next >= m->compare_end;
}

static void input_compare(struct messages *m, enum control_type type, struct span body)
{
	enum err err = compare_input(&m->compare, type, body);

	if (err == OK)
		messages_compare(m);
	else
		make_no_sense(m, err == ERR_AUTH ? "the words to compare were changed"
		                                 : "words to compare out of turn");
}

/* ---- fresh keys ---- */

/* Keys that are old, but under which nothing was said, need no others. */
static bool may_rekey(const struct messages *m)
{
	const struct keyring *keyring = &m->parts->keyring;

	return m->parts->accepted &&
	       (m->parts->liveness.said_at >= keyring->phase_at || keyring_worn_at(keyring) == 0);
}

/* body: of a message that came; NULL: time has passed. */
static void step_rekey(struct messages *m, const struct span *body, uint64_t now)
{
	UNSET uint8_t bytes[REKEY_BODY_MAX];
	struct writer out = writer_of(bytes, sizeof bytes);
	struct keyring *keyring = &m->parts->keyring;
	unsigned phase = keyring->phase;
	enum err err = body != NULL ? rekey_input(&m->rekey, keyring, *body, &out, now)
	                            : rekey_timer(&m->rekey, keyring, may_rekey(m), &out, now);

	if (err != OK || (out.len > 0 && !say(m, CONTROL_REKEY, written(&out))))
		make_no_sense(m, "rekeying failed");
	if (keyring->phase != phase)
		liveness_ping(&m->parts->liveness); /* by this the peer turns to the new phase */
}

/* ---- hole punching ---- */

int messages_path(struct messages *m, const struct route *route, enum path_origin origin,
                  uint64_t now)
{
	struct paths *paths = &m->parts->paths;
	int known = paths_find(paths, route);

	if (known >= 0)
		return known;
	return paths_add(paths, route, origin, punch_same_network(&m->punch, &route->remote), now);
}

static void time_punch(struct messages *m, uint64_t now)
{
	struct paths *paths = &m->parts->paths;
	UNSET uint8_t bytes[PUNCH_BODY_MAX];
	struct writer body = writer_of(bytes, sizeof bytes);
	struct route route;

	punch_timer(&m->punch,
	            &(struct punch_state){ m->parts->accepted, paths_direct(paths), paths->doubt.on,
	                                   paths_rtt(paths)->smoothed },
	            now);
	if (punch_offer(&m->punch, &body)) { /* without room for it the next round will tell */
		if (bytes[1] < LIMIT_CANDIDATES && search_write_nat(&m->parts->search, &body))
			bytes[1]++;
		(void)say(m, CONTROL_CANDIDATES, written(&body));
	}
	while (punch_fire(&m->punch, &route)) {
		paths_candidate(paths, &route, punch_same_network(&m->punch, &route.remote), now);
		search_after_probes(&m->parts->search, now);
	}
}

static void time_search(struct messages *m, uint64_t now)
{
	UNSET uint8_t bytes[SEARCH_BODY_MAX];
	struct writer body = writer_of(bytes, sizeof bytes);

	search_timer(&m->parts->search, paths_direct(&m->parts->paths), now);
	if (search_say(&m->parts->search, &body))
		(void)say(m, CONTROL_SEARCH, written(&body));
}

/* The peer begins a round when it has no direct path: is ours one still? It is, if the message has
 * just come by it. Each doubt costs packets, to our servers too, so that it cannot raise as many as
 * it likes. */
static void input_candidates(struct messages *m, struct span body, uint64_t now)
{
	struct paths *paths = &m->parts->paths;

	punch_input(&m->punch, body, now);
	search_peer(&m->parts->search, body);
	if (paths_direct(paths) && paths->asker != paths->data &&
	    now >= paths->doubt.at + DOUBT_EVERY_US)
		paths_doubt(paths, now);
}

/* ---- all ---- */

void messages_timer(struct messages *m, uint64_t now)
{
	time_punch(m, now);
	time_search(m, now);
	if (now >= rekey_deadline(&m->rekey, &m->parts->keyring, may_rekey(m)))
		step_rekey(m, NULL, now);
}

void messages_input(struct messages *m, uint64_t now)
{
	struct stream_receive *in = &m->parts->streams.at[STREAM_CONTROL].receive;
	enum err err = OK;
	uint8_t type;
	struct span body;

	while (!m->parts->closing.begun &&
	       (err = control_take(&m->control, in, &type, &body)) == OK) {
		switch (type) {
		case CONTROL_CANDIDATES: input_candidates(m, body, now); break;
		case CONTROL_SEARCH: search_input(&m->parts->search, body, now); break;
		case CONTROL_REKEY: step_rekey(m, &body, now); break;
		case CONTROL_COMMIT:
		case CONTROL_NONCE:
		case CONTROL_REVEAL: input_compare(m, (enum control_type)type, body); break;
		default: break; /* of a later version: skipped */
		}
	}
	if (err == ERR_FORMAT)
		make_no_sense(m, "control message too long");
}

uint64_t messages_deadline(const struct messages *m)
{
	return min_of(punch_deadline(&m->punch, m->parts->accepted),
	              rekey_deadline(&m->rekey, &m->parts->keyring, may_rekey(m)));
}

void messages_candidates(struct messages *m, const struct candidates *ours)
{
	uint16_t old = m->punch.ours.udp_link[0], new = ours->udp_link[0];

	if (old != 0 && new != old)
		paths_turn(&m->parts->paths, old, new);
	punch_candidates(&m->punch, ours);
	search_candidates(&m->parts->search, ours);
	keepalive_measured(&m->parts->paths.keepalive, ours->nat.quiet_us);
}
