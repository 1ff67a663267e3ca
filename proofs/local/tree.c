/* tree: names in folders that are sent, os/tree, as the system lists them, at any depth; and the
 * last names of what the user sends; of up to so many bytes. In run, names and paths are short. */
#include "proofs/local/system.h"

#include "os/beneath.c"
#include "os/tree.c"

static char first[LEN + 1], second[LEN + 1];
static char *const roots[] = { first, second };
static struct tree t;

static void look_at(const struct tree_entry *e)
{
	if (e->path.len > 0)
		e->path.at[0], e->path.at[e->path.len - 1];
}

/* With a number of folders open, and the innermost one's path of that length. */
static void begin(unsigned depth, size_t path_len)
{
	t = (struct tree){ .roots = roots, .count = 2, .next = 1, .depth = depth, .file = -1 };
	for (unsigned i = 0; i < depth; i++)
		t.levels[i] = (struct level){ &some_folder, path_len };
	Frama_C_make_unknown(t.path, sizeof t.path);
}

static void read_roots(void)
{
	struct tree_entry entry;
	begin(0, 0);
	(void)check_root(&t, 1);
	if (next_root(&t, &entry))
		look_at(&entry);
	else if (t.depth != 1 || t.levels[0].path_len >= BENEATH_NAME)
		base_panic("next_root", 0);
}

static void read_names(unsigned depth, size_t path_len, const char *name)
{
	struct tree_entry entry;
	begin(depth, path_len);
	if (next_in(&t, &t.levels[depth - 1], name, &entry))
		look_at(&entry);
	if (t.depth >= BENEATH_DEPTH || t.levels[t.depth - 1].path_len > TREE_PATH)
		base_panic("next_in", 0);
	begin(depth, path_len);
	leave(&t, &entry);
	look_at(&entry);
}

int main(void)
{
	uint8_t facts[TREE_FACTS];
	char name[LEN + 1];
	for (size_t len = 0; len <= LEN; len++) {
		(void)text_of_length(first, len);
		(void)text_of_length(second, LEN - len);
		read_roots();
	}
	for (size_t len = 0; len <= LEN; len++) {
		(void)text_of_length(second, len);
		read_roots();
		for (unsigned depth = 1; depth < BENEATH_DEPTH; depth++)
			for (size_t path_len = 0; path_len <= TREE_PATH; path_len++)
				read_names(depth, path_len, text_of_length(name + LEN - len, len));
		(void)tree_open(&t, (unsigned)Frama_C_interval(0, 1), any_bytes(len), facts);
	}
}
