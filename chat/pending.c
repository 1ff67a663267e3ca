#include "chat/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

void pending_init(struct pending *p)
{
	*p = (struct pending){ .end = &p->first, .room = PENDING_ROOM };
}

/* The line that *at points to. */
static void drop(struct pending *p, struct pending_line **at)
{
	struct pending_line *l = *at;
	*at = l->next;
	if (*at == NULL)
		p->end = at;
	p->waiting -= l->waits && !l->file;
	p->files -= l->file;
	p->room += l->len + PENDING_LINE;
	bytes_wipe(l, sizeof *l + l->len);
	free(l);
}

void pending_wipe(struct pending *p)
{
	while (p->first != NULL)
		drop(p, &p->first);
}

struct pending_line *pending_add(struct pending *p, const struct pending_line *line,
                                 struct span text)
{
	if (text.len + PENDING_LINE > p->room)
		return NULL;
	struct pending_line *l = calloc(1, sizeof *l + text.len);
	if (l == NULL)
		return NULL;
	*l = *line;
	l->next = NULL;
	l->len = text.len;
	if (text.len > 0)
		memcpy(l->text, text.at, text.len);
	*p->end = l;
	p->end = &l->next;
	p->room -= text.len + PENDING_LINE;
	p->waiting += l->waits && !l->file;
	p->files += l->file;
	return l;
}

struct span pending_text(const struct pending_line *l)
{
	return span_of(l->text, l->len);
}

void pending_end_text(struct pending *p)
{
	struct pending_line *last = NULL; /* that is said */
	for (struct pending_line *l = p->first; l != NULL; l = l->next)
		last = l->file ? last : l;
	if (last != NULL)
		last->more = false;
}

struct pending_line *pending_next(const struct pending *p, bool files)
{
	struct pending_line *l = p->first;
	while (l != NULL && (l->as != 0 || (l->file && !files)))
		l = l->next;
	return l;
}

/* Lines are done in the order in which they stand, whatever files are among them. */
static uint64_t drop_lines(struct pending *p, uint64_t number, uint64_t as)
{
	uint64_t last = 0;
	for (struct pending_line **at = &p->first; *at != NULL;) {
		if ((*at)->file) {
			at = &(*at)->next;
		} else if ((*at)->number <= number || ((*at)->as != 0 && (*at)->as <= as)) {
			last = (*at)->number;
			drop(p, at);
		} else {
			break;
		}
	}
	return last;
}

uint64_t pending_confirmed(struct pending *p, uint64_t as)
{
	return drop_lines(p, 0, as);
}

void pending_done(struct pending *p, uint64_t number)
{
	(void)drop_lines(p, number, 0);
}

void pending_said(struct pending_line *l, uint64_t as)
{
	assert(as > 0);
	l->as = as;
}

void pending_set_apart(struct pending_line *l)
{
	l->apart = true;
}

void pending_again(struct pending *p)
{
	for (struct pending_line *l = p->first; l != NULL; l = l->next) {
		p->waiting += !l->waits;
		l->waits = true;
		l->fresh = false;
		l->as = 0;
	}
	pending_end_text(p);
}

struct pending_line *pending_file(const struct pending *p, uint64_t number)
{
	struct pending_line *l = p->first;
	while (l != NULL && (!l->file || l->number < number))
		l = l->next;
	return l;
}

void pending_tag(struct pending_line *l, unsigned tag)
{
	l->tag = tag;
}

bool pending_drop_file(struct pending *p, uint64_t number)
{
	for (struct pending_line **at = &p->first; *at != NULL; at = &(*at)->next) {
		if ((*at)->file && (*at)->number == number) {
			drop(p, at);
			return true;
		}
	}
	return false;
}
