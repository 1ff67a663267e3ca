/* tries: see tries.h. */
#include "endpoint/tries.h"

#include "base/assert.h"

bool tries_begin(struct tries *t)
{
	if (t->open + t->failed >= LIMIT_CODE_GUESSES)
		return false;
	t->open++;
	return true;
}

void tries_good(struct tries *t)
{
	assert(t->open > 0);
	t->open--;
}

void tries_failed(struct tries *t, const struct source *source)
{
	assert(t->open > 0 && t->failed < LIMIT_CODE_GUESSES);
	t->open--;
	t->of[t->failed++] = *source;
}

bool tries_over(const struct tries *t)
{
	return t->failed >= LIMIT_CODE_GUESSES;
}

unsigned tries_of(const struct tries *t, const struct source *source)
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->failed; i++)
		count += source_same(&t->of[i], source);
	return count;
}
