/* cookies: a cookie that a client sends back, wire/cookies. */
#include "wire/cookies.h"
#include "proofs/states/any.h"

int main(void)
{
	struct cookies c;
	struct addr from = any_addr();
	cookies_init(&c, &any_random);
	cookies_good(&c, &from, any_number(UINT64_MAX), any_bytes(COOKIE_BYTES).at);
}
