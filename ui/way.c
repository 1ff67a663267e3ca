#include "ui/way.h"

#include <string.h>

#include "base/text.h"

void way_write_rtt(struct writer *out, uint64_t rtt_us)
{
	if (rtt_us >= 1000)
		text_write(out, ", %ju ms", (uintmax_t)((rtt_us + 500) / 1000));
	else if (rtt_us > 0)
		write_text(out, ", under 1 ms");
}

void way_write(struct writer *out, const char *path)
{
	static const struct {
		const char *path, *words;
	} ways[] = {
		{ "direct udp", "directly" },
		{ "same network, direct udp", "directly, in the same network" },
		{ "relay udp", "through the server" },
		{ "relay tcp", "through the server over TCP" },
		{ "tcp", "over TCP" },
	};
	if (path == NULL)
		return;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (strcmp(path, ways[i].path) == 0) {
			text_write(out, " %s", ways[i].words);
			return;
		}
	text_write(out, *path != 0 ? " by %s" : "%s", path);
}
