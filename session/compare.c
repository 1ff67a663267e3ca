#include "session/compare.h"

#include <string.h>

#include "base/assert.h"

void compare_start(struct compare *c, const struct compare_config *config)
{
	*c = (struct compare){ .state = COMPARE_WAITS,
		               .initiator = config->initiator,
		               .own = config->own,
		               .peer = config->peer };
	memcpy(c->session_id, config->session_id, sizeof c->session_id);
	random_fill(config->random, c->mine, sizeof c->mine);
	if (!c->initiator)
		c->due = CONTROL_COMMIT;
}

static void finish(struct compare *c)
{
	const uint8_t *i = c->initiator ? c->mine : c->theirs,
		      *r = c->initiator ? c->theirs : c->mine;
	struct writer w = writer_of(c->words, sizeof c->words - 1);

	mutual_words(c->own, c->peer, c->session_id, i, r, &w);
	assert(!w.full);
	c->state = COMPARE_DONE;
}

static enum err take(struct compare *c, enum control_type type,
                     const uint8_t body[static COMPARE_BODY])
{
	uint8_t commit[COMPARE_BODY];

	if (type == CONTROL_COMMIT && c->initiator && c->state == COMPARE_WAITS) {
		memcpy(c->commit, body, sizeof c->commit);
		c->state = COMPARE_ASKS;
		return OK;
	}
	if (type == CONTROL_NONCE && !c->initiator && c->state == COMPARE_WAITS && c->due == 0) {
		memcpy(c->theirs, body, sizeof c->theirs);
		c->due = CONTROL_REVEAL;
		finish(c);
		return OK;
	}
	if (type == CONTROL_REVEAL && c->initiator && c->state == COMPARE_TRIES && c->due == 0) {
		mutual_commit(body, commit);
		if (!bytes_equal(commit, c->commit, sizeof commit))
			return ERR_AUTH;
		memcpy(c->theirs, body, sizeof c->theirs);
		finish(c);
		return OK;
	}
	return ERR_STATE;
}

enum err compare_input(struct compare *c, enum control_type type, struct span body)
{
	enum err err = body.len == COMPARE_BODY ? take(c, type, body.at) : ERR_FORMAT;

	if (err != OK) {
		bytes_wipe(c, sizeof *c);
		c->state = COMPARE_FAILED;
	}
	return err;
}

void compare_go(struct compare *c)
{
	assert(c->state == COMPARE_ASKS);
	c->state = COMPARE_TRIES;
	c->due = CONTROL_NONCE;
}

bool compare_output(struct compare *c, enum control_type *type, uint8_t body[static COMPARE_BODY])
{
	if (c->due == 0)
		return false;
	*type = c->due;
	c->due = (enum control_type)0;
	if (*type == CONTROL_COMMIT)
		mutual_commit(c->mine, body);
	else
		memcpy(body, c->mine, COMPARE_BODY);
	return true;
}
