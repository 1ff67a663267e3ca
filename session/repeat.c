#include "session/repeat.h"

#include "base/min_max.h"
#include "session/codes.h"

/* Where the round trip is shorter, a probe timeout is soon enough; and a loss tells of others for
 * so long. */
#define ROUND_TRIP_MIN_US (20 * MS)
#define LOSS_TELLS_US     (30 * SECOND)

bool repeat_is_line(struct repeat *r, const struct sent_frame *frames, size_t count)
{
	uint64_t said = r->said;

	for (size_t i = 0; i < count; i++)
		if (frames[i].kind == SENT_STREAM && frames[i].stream == STREAM_CHAT)
			r->said = max_of(r->said, frames[i].offset + frames[i].len);
	return r->said > said;
}

bool repeat_sent(struct repeat *r, unsigned path, const struct rtt *rtt, uint64_t now)
{
	uint64_t lost_at = r->paths[path].lost_at;
	bool loses = lost_at != 0 && now - lost_at < LOSS_TELLS_US;

	if (rtt->smoothed < ROUND_TRIP_MIN_US || (!loses && !rtt_queue(rtt)))
		return false;
	r->paths[path].at = min_of(repeat_deadline(r, path), now + rtt->smoothed / 2);
	return true;
}

uint64_t repeat_deadline(const struct repeat *r, unsigned path)
{
	return r->paths[path].at == 0 ? NEVER : r->paths[path].at;
}

void repeat_timer(struct repeat *r, struct sent *sent, unsigned path, const struct rtt *rtt,
                  uint64_t now)
{
	uint64_t half = min_of(rtt->smoothed / 2, now);
	uint64_t next = sent_repeat(sent, path, now - half);

	r->paths[path].at = next == NEVER ? 0 : next + half;
}

void repeat_lost(struct repeat *r, unsigned path, uint64_t now)
{
	r->paths[path].lost_at = now;
}

void repeat_late(struct repeat *r, unsigned path)
{
	r->paths[path].lost_at = 0;
}

void repeat_stop(struct repeat *r, unsigned path)
{
	r->paths[path].lost_at = r->paths[path].at = 0;
}
