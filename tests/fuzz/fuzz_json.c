/* fuzz: the reader of JSON commands. What it takes is written and read again: the same. */
#include <stdlib.h>

#include "base/utf8.h"
#include "ui/json_read.h"
#include "ui/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t scratch[4096], again[8 * 4096], line[6 * 4096 + 256];
	struct json_field a[] = { { .name = "cmd" }, { .name = "text" }, { .name = "id" } };
	struct json_field b[] = { { .name = "cmd" }, { .name = "text" }, { .name = "id" } };
	if (len > sizeof scratch)
		return 0;
	struct writer s = writer_of(scratch, len);
	if (json_read(span_of(at, len), a, 3, &s))
		return 0;
	must(!s.full);

	struct writer w = writer_of(line, sizeof line);
	json_write_begin(&w, "x");
	for (size_t i = 0; i < 3; i++) {
		if (a[i].given)
			json_write_text(&w, a[i].name, a[i].text);
	}
	json_write_end(&w);
	must(!w.full);
	must(utf8_valid(written(&w)));
	struct writer t = writer_of(again, sizeof again);
	must(json_read(span_of(line, w.len - 1), b, 3, &t) == NULL);
	for (size_t i = 0; i < 3; i++) {
		must(a[i].given == b[i].given);
		must(!a[i].given || span_equal(a[i].text, b[i].text));
	}
	return 0;
}
