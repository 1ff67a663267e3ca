#include "ui/facing.h"

bool facing_note(struct facing *f, const struct present *p, const struct event *event)
{
	const struct present_peer *next = present_after(p, event->conv);
	bool came = event->kind == EVENT_CONNECTED;
	bool back = came && event->again != 0 && event->again == f->lost;
	bool gone = event->kind == EVENT_OVER && event->conv == f->conv;
	if (back)
		f->conv = event->conv;
	else if (came && p->count <= 1)
		f->conv = present_after(p, CONV_NOBODY)->conv;
	if (gone && next != NULL)
		f->conv = next->conv;
	if (gone || back)
		f->lost = gone ? event->conv : 0;
	if (gone || came)
		f->chosen = false;
	return (back && p->count > 1) || (gone && next != NULL);
}

bool facing_choose(struct facing *f, const struct present *p, struct span name)
{
	const struct present_peer *peer =
	    name.len > 0 ? present_named(p, name) : present_after(p, f->conv);
	if (peer == NULL)
		return false;
	f->conv = peer->conv;
	f->lost = 0;
	f->chosen = true;
	return true;
}
