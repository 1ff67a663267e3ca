/* compare: COMMIT, NONCE and REVEAL, session/compare: five messages of any type, of some lengths,
 * to either side. Which words come of it is left open. */
#include "session/compare.h"
#include "proofs/states/any.h"

static struct public_key keys[2];
static uint8_t session_id[SESSION_ID_LEN];

void mutual_commit(const uint8_t r[static COMPARE_RANDOM], uint8_t commit[static 32])
{
	(void)r;
	Frama_C_make_unknown((char *)commit, 32);
}

void mutual_words(const struct public_key *a, const struct public_key *b,
                  const uint8_t session[static 32], const uint8_t i[static COMPARE_RANDOM],
                  const uint8_t r[static COMPARE_RANDOM], struct writer *out)
{
	(void)a, (void)b, (void)session, (void)i, (void)r;
	write_zeroes(out, (size_t)Frama_C_interval(0, COMPARE_TEXT - 1));
}

static void read_one(struct compare *c, size_t len)
{
	enum control_type type;
	uint8_t out[COMPARE_BODY];
	if (c->state == COMPARE_ASKS && any_bool())
		compare_go(c);
	if (any_bool())
		(void)compare_output(c, &type, out);
	//@ split len;
	compare_input(c, (enum control_type)Frama_C_interval(0, 255), any_bytes(len));
}

int main(void)
{
	static const uint8_t lens[] = { 0, COMPARE_BODY - 1, COMPARE_BODY, COMPARE_BODY + 1 };
	for (int initiator = 0; initiator < 2; initiator++) {
		struct compare c;
		compare_start(&c, &(struct compare_config){ .initiator = initiator,
		                                            .own = &keys[0],
		                                            .peer = &keys[1],
		                                            .session_id = session_id,
		                                            .random = &any_random });
		for (int message = 0; message < 5; message++)
			read_one(&c, lens[Frama_C_interval(0, sizeof lens - 1)]);
	}
}
