/* greeting: what a peer says first, its mode and its nick, endpoint/credentials; of up to so many
 * bytes. */
#include "endpoint/credentials.h"
#include "proofs/states/any.h"

static void read_all(size_t len)
{
	struct greeting g = credentials_greeting_of(any_bytes(len));
	if (g.nick.len > LIMIT_NICK)
		base_panic("credentials_greeting_of", 0);
	if (g.nick.len > 0)
		g.nick.at[g.nick.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
