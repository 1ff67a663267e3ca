/* fuzz: the reader of JSON commands. What it takes is written and read again: the same. */
#include <stdlib.h>

#include "base/utf8.h"
#include "ui/json_events.h"
#include "ui/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t scratch[4096], again[8 * 4096],
	    line[JSON_EVENTS_ROOM + JSON_TEXT_ROOM(4096 + JSON_EVENTS_HINT)];
	struct json_field a[] = { { .name = "cmd" }, { .name = "text" }, { .name = "id" } };
	if (len > sizeof scratch)
		return 0;
	struct writer s = writer_of(scratch, len);
	if (json_read(span_of(at, len), a, 3, &s))
		return 0;
	must(!s.full);

	for (size_t i = 0; i < 3; i++) {
		struct event e = { .kind = EVENT_TEXT, .text = a[i].text };
		struct json_events events = { .conv = 0 };
		struct json_field b = { .name = "text" };
		struct writer w = writer_of(line, json_events_room(&events, &e)),
			      t = writer_of(again, sizeof again);
		if (!a[i].given)
			continue;
		json_events_write(&events, &e, &w);
		must(!w.full && utf8_valid(written(&w)));
		must(json_read(span_of(line, w.len - 1), &b, 1, &t) == NULL);
		must(b.given && span_equal(a[i].text, b.text));
	}
	return 0;
}
