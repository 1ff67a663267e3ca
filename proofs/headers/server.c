/* server: FORWARD packets at a server, rendezvous/rendezvous; of up to so many bytes. */
#include "proofs/states/any.h"
#include "rendezvous/rendezvous.c"

/* As in rooms.c: it reads the header, and says where to send what it lets pass. */
enum rooms_passage rooms_forward(struct rooms *r, const struct route *from, struct span forward,
                                 struct route *to, uint64_t now)
{
	(void)r, (void)from, (void)now;
	if (forward.len < FORWARD_HEADER)
		base_panic("rooms_forward", 0);
	(void)load_be64(forward.at + 1);
	bool passes = forward.len > FORWARD_HEADER && any_bool();
	if (passes)
		*to = (struct route){ .kind = any_bool() ? ROUTE_TCP : ROUTE_UDP,
			              .link = (uint16_t)Frama_C_interval(0, UINT16_MAX),
			              .local = any_addr(),
			              .remote = any_addr() };
	return passes ? ROOMS_PASSES
	              : (enum rooms_passage)Frama_C_interval(ROOMS_EMPTY, ROOMS_NOT_OURS);
}

bool rates_no_pair(struct rates *r, const struct addr *from, uint64_t now)
{
	(void)r, (void)from, (void)now;
	return any_bool();
}

bool rates_stranger(struct rates *r, uint64_t now)
{
	(void)r, (void)now;
	return any_bool();
}

void signaling_write_error(struct writer *w, const struct error *m)
{
	if (writer_room(w) < ERROR_LEN)
		base_panic("signaling_write_error", 0);
	Frama_C_make_unknown((char *)w->at + w->len, ERROR_LEN);
	m->about[0], m->about[sizeof m->about - 1];
	w->len += ERROR_LEN;
}

static struct rendezvous s;
static struct access access;

static void read_all(size_t len)
{
	struct route from = { .kind = any_bool() ? ROUTE_TCP : ROUTE_UDP, .remote = any_addr() };
	s.rooms.access = any_bool() ? &access : NULL;
	s.answer = writer_of(s.answer_bytes, sizeof s.answer_bytes);
	s.packet.len = 0;
	(void)take_forward(&s, &from, any_bytes(len), any_number(NEVER / 2));
	if (s.packet.len > 0)
		s.packet.at[0], s.packet.at[s.packet.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
