#include "cmd/talk/openings.h"

#include "base/limits.h"

/* Fruitless ones: 16, and then one each 2 s. */
enum { PRICE = 2, RATE = 1, BURST = 16 * PRICE };

unsigned openings_next(struct openings *o, struct session *s, uint64_t now)
{
	unsigned stream;
	o->waits = false;
	for (unsigned i = 0; i < OPENINGS; i++) {
		if (o->at[i] == 0 && session_opened(s, &stream))
			o->at[i] = stream;
		if (o->at[i] == 0)
			continue;
		stream = o->at[i];
		struct span first = session_read(s, stream);
		uint8_t code;
		bool gone = session_is_reset(s, stream, &code) || session_ended(s, stream);
		if (first.len == 0 && !gone)
			continue;
		bool files = !gone && first.at[0] == OPENED_FOR_FILES;
		if (files && !bucket_take(o->fruitless, PRICE, RATE, BURST, now)) {
			o->waits = true;
			continue;
		}
		o->at[i] = 0;
		if (files) {
			session_consume(s, stream, 1);
			return stream;
		}
		session_reset(s, stream, RESET_UNKNOWN);
	}
	return 0;
}

void openings_brought(struct openings *o)
{
	bucket_give_back(o->fruitless, PRICE);
}

uint64_t openings_deadline(const struct openings *o)
{
	return o->waits ? bucket_ready_at(o->fruitless, PRICE, RATE, BURST) : NEVER;
}
