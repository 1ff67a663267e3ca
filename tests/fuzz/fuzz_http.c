/* fuzz: requests of --ui web, in pieces of any size. Nobody gets more than the page who has not
 * sent the token, and it makes no difference how the bytes came. */
#include <stdlib.h>

#include "ui/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static const struct http_place place = { 4711, "0123456789abcdef0123456789abcdef" };

static bool contains(const uint8_t *at, size_t len, const char *what)
{
	return len > 0 && memmem(at, len, what, strlen(what)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct http whole, parts;
	uint8_t out[HTTP_ANSWER];
	struct writer w = writer_of(out, sizeof out);
	memset(&whole, 0, sizeof whole);
	memset(&parts, 0, sizeof parts);
	size_t used = http_input(&whole, &place, span_of(at, len)), size = len % 7 + 1, sum = 0;
	for (size_t piece; sum < used; sum += piece) {
		piece = used - sum < size ? used - sum : size;
		must(http_input(&parts, &place, span_of(at + sum, piece)) == piece);
	}
	must(parts.status == whole.status && parts.wants == whole.wants);
	if (whole.status == 0)
		return 0;
	must(whole.status != 200 || whole.wants == HTTP_PAGE || contains(at, used, place.token));
	must(whole.status != 200 || contains(at, used, "127.0.0.1:4711") ||
	     contains(at, used, "[::1]:4711") || contains(at, used, "localhost:4711"));
	must(whole.body <= HTTP_BODY || whole.wants == HTTP_UPLOAD);
	http_answer(&whole, len, "sha256-", "sha256-", &w);
	must(!w.full);
	return 0;
}
