#include "cmd/roll_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "cmd/report.h"
#include "os/clock.h"
#include "os/process.h"

enum {
	PLACES_MIN = 1024, /* 48 KB */
	PLACES_SPARE = 256 /* usually more than come in one turn; the others at their next JOIN */
};

/* systemd names one directory or several, separated by colons. */
struct span roll_file_folder(void)
{
	const char *value = process_environment("RUNTIME_DIRECTORY");
	if (value == NULL)
		value = process_environment("XDG_RUNTIME_DIR");
	if (value == NULL || value[0] != '/')
		return span_text("");
	return span_of(value, strcspn(value, ":"));
}

/* If all this is the same, links have the same numbers. */
static uint64_t links_of(const struct ports *ports)
{
	static const uint8_t no_key[SIPHASH_KEY];
	char text[PORTS_MAX * ADDR_TEXT + 32];
	struct text t = text_of(text, sizeof text);
	ports_text(ports, &t);
	text_add_format(&t, " %u %u 1", ports->links, ports->other);
	return siphash(no_key, span_of(text, t.len));
}

static bool enlarge(struct roll_file *f, uint32_t places)
{
	if (places > f->max)
		places = f->max;
	bool grown = mapped_grow(&f->file, ROLL_HEADER + (size_t)ROLL_ENTRY * places);
	if (grown)
		roll_enlarge(&f->roll, places);
	return grown;
}

void roll_file_open(struct roll_file *f, const struct ports *ports, uint32_t members_max)
{
	char path[FILE_PATH];
	size_t len;
	struct span folder = roll_file_folder();
	struct text t = text_of(path, sizeof path);
	*f = (struct roll_file){ .max = members_max, .full = true };
	text_add_span(&t, folder);
	text_add_format(&t, "/schat-signal-%u", ports->at[0].port);
	if (folder.len == 0 || t.cut ||
	    !mapped_open(&f->file, path, ROLL_HEADER + (size_t)ROLL_ENTRY * members_max, &f->old,
	                 &len))
		return;
	uint64_t links = links_of(ports), wall_s = clock_unix_s();
	f->calling = f->old && roll_call_begin(&f->call, span_of(f->old, len), links, wall_s);
	if (mapped_grow(&f->file, ROLL_HEADER)) {
		roll_begin(&f->roll, f->file.at, links, wall_s);
		f->full = !enlarge(f, PLACES_MIN);
	}
}

void roll_file_turn(struct roll_file *f)
{
	const struct roll *roll = &f->roll;
	roll_alive(&f->roll, clock_unix_s());
	if (!f->full && roll->places < f->max && roll->wanted + PLACES_SPARE > roll->places)
		f->full = !enlarge(f, roll->places > f->max / 2 ? f->max : 2 * roll->places);
}

size_t roll_file_output(struct roll_file *f, const struct ports *ports, struct route *to,
                        uint8_t wire[static ERROR_LEN], uint64_t now)
{
	size_t len = 0;
	if (!f->calling)
		return 0;
	do
		len = roll_call_output(&f->call, to, wire, now);
	while (len > 0 && !ports_datagrams(ports, to->link));
	if (roll_file_deadline(f) == NEVER) {
		report_log("told %u waiting peers of the last server to come back",
		           roll_call_count(&f->call));
		f->calling = false;
		free(f->old);
		f->old = NULL;
	}
	return len;
}

uint64_t roll_file_deadline(const struct roll_file *f)
{
	return f->calling ? roll_call_deadline(&f->call) : NEVER;
}

void roll_file_end(struct roll_file *f)
{
	free(f->old);
	mapped_end(&f->file);
}
