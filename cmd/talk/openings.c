#include "cmd/talk/openings.h"

#include "base/limits.h"
#include "base/min_max.h"

/* Fruitless ones: one in PRICE seconds, after the first 16. */
enum { PRICE = 2, BURST = 16 * PRICE };

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
		if (files && !rates_take(&o->fruitless, PRICE, 1, BURST, now)) {
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
	o->fruitless.debt -= min_of(o->fruitless.debt, PRICE * SECOND);
}

uint64_t openings_deadline(const struct openings *o)
{
	return o->waits ? o->fruitless.at + o->fruitless.debt - (BURST - PRICE) * SECOND : NEVER;
}
