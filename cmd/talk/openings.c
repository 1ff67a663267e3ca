#include "cmd/talk/openings.h"

unsigned openings_next(struct openings *o, struct session *s)
{
	unsigned stream;
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
		o->at[i] = 0;
		if (!gone && first.at[0] == OPENED_FOR_FILES) {
			session_consume(s, stream, 1);
			return stream;
		}
		session_reset(s, stream, RESET_UNKNOWN);
	}
	return 0;
}
