/* fuzz: a hostile proxy. No more is read of what it says than there is room for, and no more said
 * to it; and it comes to an end. */
#include <string.h>

#include "base/assert.h"
#include "os/proxy_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct reader r = reader_of(span_of(data, len));
	uint8_t how = read_u8(&r), said[PROXY_SAYS];
	struct proxy proxy = { .socks = how & 1 };
	struct proxy_talk talk;
	struct writer out = writer_of(said, sizeof said);
	enum err err = ERR_FULL;

	memset(proxy.user, 'u', how & 2 ? sizeof proxy.user - 1 : 0);
	memset(proxy.password, 'p', how & 2 ? sizeof proxy.password - 1 : 0);
	struct span host = span_text(how & 4 ? "2001:db8::1" : how & 8 ? "192.0.2.1" : "a.example");
	proxy_talk_begin(&talk, &proxy, host, 7242, &out);
	while (err == ERR_FULL && r.left > 0) {
		size_t wants = proxy_talk_wants(&talk), some = how & 16 ? 1 : wants;

		assert(wants > 0 && wants <= PROXY_HEARS && !out.full && out.len < PROXY_SAYS);
		out = writer_of(said, sizeof said);
		err = proxy_talk_input(&talk, read_span(&r, some < r.left ? some : r.left), &out);
	}
	assert(err == OK || err == ERR_FULL || (err == ERR_UNREACHABLE && talk.why != NULL));
	return 0;
}
