/* invitation: see invitation.h. */
#include "cmd/talk/invitation.h"

#include "base/text.h"

struct invitation invitation_of(const struct code *code, uint64_t ends_at)
{
	struct invitation i = { .alive = code != NULL, .ends_at = ends_at };
	if (code)
		i.code = *code;
	return i;
}

void invitation_wipe(struct invitation *i)
{
	code_wipe(&i->code);
}

const struct code *invitation_code(const struct invitation *i)
{
	return i->alive ? &i->code : NULL;
}

bool invitation_alive(const struct invitation *i)
{
	return i->alive;
}

bool invitation_patient(const struct invitation *i)
{
	return i->code.words_count > CODE_WORDS;
}

void invitation_end(struct invitation *i)
{
	i->alive = false;
	i->ends_at = NEVER;
}

bool invitation_place(struct invitation *i, uint32_t number, bool *moved)
{
	*moved = i->shown && i->alive && i->code.nameplate != number;
	if (i->shown && !*moved)
		return false;
	i->code.has_nameplate = number > 0;
	i->code.nameplate = number;
	i->shown = true;
	return true;
}

void invitation_text(const struct invitation *i, char out[static CODE_TEXT])
{
	struct text t = text_of(out, CODE_TEXT);
	if (i->alive)
		code_format(&i->code, out);
	else if (i->code.nameplate > 0)
		text_add_u64(&t, i->code.nameplate);
}

bool invitation_expired(struct invitation *i, uint64_t now)
{
	bool expired = now >= i->ends_at && i->alive;
	if (now >= i->ends_at)
		i->ends_at = NEVER;
	return expired;
}

uint64_t invitation_deadline(const struct invitation *i)
{
	return i->ends_at;
}
