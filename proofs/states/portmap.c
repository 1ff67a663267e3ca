/* portmap: answers of a router, transport/portmap, of up to so many bytes: one at a time, in any
 * state that it can be in, and what is asked next. */
#include "transport/portmap.h"
#include "proofs/states/any.h"

static struct portmap p;

/* Any state; the number of tries, which is counted in it, stays what it may be. */
static void begin(void)
{
	portmap_init(&p, &any_random);
	p.router = any_addr(), p.own = any_addr();
	p.address = any_addr(), p.mapped = any_addr(), p.reported = any_addr();
	Frama_C_make_unknown((char *)p.nonce, sizeof p.nonce);
	p.spoke_old = any_bool(), p.old = any_bool(), p.ends = any_bool();
	p.say_new = any_bool(), p.say_old = any_bool(), p.say_address = any_bool();
	p.tries = (unsigned)Frama_C_interval(0, 5);
	p.ask_at = any_number(UINT64_MAX), p.expires_at = any_number(UINT64_MAX);
}

static void read_all(size_t len)
{
	struct addr to, from = any_addr();
	struct communicator_event event;
	uint8_t question[PORTMAP_MESSAGE];
	struct writer w = writer_of(question, sizeof question);
	uint64_t now = any_number(UINT64_MAX);

	begin();
	portmap_input(&p, &from, any_bytes(len), now);
	portmap_timer(&p, now);
	portmap_output(&p, &w, &to);
	portmap_report(&p, &event);
	if (p.tries > 5 || w.full)
		base_panic("portmap", 0);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
