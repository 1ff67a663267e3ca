#include "ui/draft.h"

#include <string.h>

void draft_note(struct draft *d, bool begun, uint64_t conv, const char *peer)
{
	if (begun && !d->begun) {
		d->conv = conv;
		text_copy(d->peer, sizeof d->peer, peer);
	}
	d->begun = begun;
	if (!begun)
		d->asked = DRAFT_SEND;
	d->cut = d->cut && begun;
}

void draft_same_peer(struct draft *d, uint64_t from, uint64_t to)
{
	if (d->conv != CONV_NOBODY && d->conv == from)
		d->conv = to;
}

void draft_follow(struct draft *d, uint64_t conv, const char *whom)
{
	if (strcmp(d->peer, whom) == 0)
		d->conv = conv;
	else if (d->conv == conv)
		d->conv = CONV_NOBODY;
}

bool draft_cut(struct draft *d)
{
	bool first = !d->cut;
	d->cut = true;
	return first;
}

/* DRAFT_SEND if this Enter answers the question, else whether the question has to be asked. */
static enum draft_answer ask(struct draft *d, enum draft_answer what, uint64_t conv, uint64_t now)
{
	bool known = d->asked == what && d->asked_conv == conv;
	if (known && d->asked_at != NEVER && now - d->asked_at >= CONV_READ_US) {
		d->asked = DRAFT_SEND;
		return DRAFT_SEND;
	}
	if (!known)
		d->asked_at = NEVER;
	else if (d->asked_at != NEVER)
		d->asked_at = now;
	d->asked = what;
	d->asked_conv = conv;
	return known ? DRAFT_KEEP : what;
}

enum draft_answer draft_enter(struct draft *d, uint64_t conv, uint64_t now)
{
	enum draft_answer answer = DRAFT_SEND;
	if (conv == CONV_NOBODY)
		return DRAFT_ELSEWHERE;
	if (d->conv != conv)
		answer = ask(d, DRAFT_ELSEWHERE, conv, now);
	if (answer != DRAFT_SEND)
		return answer;
	d->conv = conv;
	if (d->cut)
		answer = ask(d, DRAFT_CUT, conv, now);
	d->cut = d->cut && answer != DRAFT_SEND;
	return answer;
}

void draft_shown(struct draft *d, uint64_t now)
{
	if (d->asked != DRAFT_SEND && d->asked_at == NEVER)
		d->asked_at = now;
}
