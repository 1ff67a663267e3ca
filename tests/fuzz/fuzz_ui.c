/* fuzz: every interactor, by a script of steps: a byte says what happens, the next how much of what
 * follows it takes. Whatever a user types and a peer sends, nothing crashes, rooms are kept, and
 * what leaves for a terminal is UTF-8 without controls but our own. runs: 3000
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "tests/unit/fetch.h"
#include "ui/interactor.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool condition)
{
	if (!condition)
		abort();
}

struct world {
	struct interactor *ui;
	uint64_t now, said, heard, bytes, conv;
	uint8_t out[1 << 16];
	size_t out_len;
};

static void drain(struct world *w)
{
	int where = 0;
	size_t len;
	while ((len = fetch(w->ui, &where, w->out, sizeof w->out)) > 0) {
		must(where == UI_OUT || where == UI_ERR || where == UI_KEPT);
		if (w->ui->class->mode == MODE_PIPE && where == UI_OUT)
			continue;
		for (size_t i = 0; i < len; i++) {
			uint8_t c = w->out[i];
			must(c >= 0x20 || c == '\n' || c == '\t' || c == '\r' || c == 0x1b ||
			     (c == '\a' && w->ui->config.bell));
			must(c != 0x7f);
			must((w->ui->class->terminal && where != UI_KEPT) ||
			     (c != 0x1b && c != '\r'));
		}
	}
}

static void show(struct world *w, struct event e)
{
	for (int tries = 0; !interactor_show(w->ui, &e); tries++) {
		must(tries < 64);
		drain(w);
	}
}

/* The answer to what the user said: taken, later, or one of the refusals. */
static void take(struct world *w, enum answer answer)
{
	struct command c;
	while (interactor_take(w->ui, &c)) {
		if (c.kind != COMMAND_TEXT && c.kind != COMMAND_BYTES)
			continue;
		must(c.kind != COMMAND_BYTES || c.text.len > 0);
		must(c.kind == COMMAND_BYTES || (c.text.len <= LIMIT_TEXT && utf8_valid(c.text)));
		interactor_answer(w->ui, answer, c.text.len);
		if (answer == ANSWER_LATER)
			return;
		if (c.kind == COMMAND_TEXT && answer == ANSWER_TAKEN)
			show(w, (struct event){ .kind = EVENT_SENT, .number = ++w->said });
	}
}

static void type(struct world *w, struct span keys)
{
	size_t room = interactor_room(w->ui);
	interactor_input(w->ui, span_of(keys.at, keys.len < room ? keys.len : room), w->conv,
	                 w->now);
}

static void happen(struct world *w, uint8_t what, struct span bytes)
{
	struct event e = { .kind = (enum event_kind)(what % (EVENT_BYTES + 1)),
		           .number = ++w->heard,
		           .text = bytes,
		           .hint = bytes,
		           .err = (enum err)(what & 7),
		           .insecure = what & 64 };
	if (e.kind == EVENT_SENT || e.kind == EVENT_CLOSED)
		return;
	if (e.kind == EVENT_NAMES)
		e.id = span_of(bytes.at, bytes.len > 0 ? bytes.at[0] % bytes.len : 0);
	if (e.kind == EVENT_DELIVERED)
		e.number = w->said;
	if (e.kind == EVENT_BYTES)
		e.number = w->bytes;
	if (e.kind == EVENT_CONNECTED) {
		w->bytes = w->said = 0;
		e.conv = ++w->conv;
	}
	e.unix_ms = w->now / 1000;
	e.date = what < 32 ? 20261231 : 20270101;
	show(w, e);
	if (e.kind == EVENT_BYTES)
		w->bytes += bytes.len;
}

static void step(struct world *w, uint8_t what, struct span bytes)
{
	switch (what & 7) {
	case 0:
	case 1:
	case 2: type(w, bytes); break;
	case 3: happen(w, what >> 3, bytes); break;
	case 4: take(w, (enum answer)(what >> 3 & 3)); break;
	case 5:
		interactor_keep(w->ui, what & 8);
		drain(w);
		break;
	case 6: interactor_resize(w->ui, (unsigned)what << (what >> 6), what >> 3); break;
	case 7:
		w->now += (uint64_t)what * SECOND / 64;
		if (interactor_deadline(w->ui) <= w->now)
			interactor_timer(w->ui, w->now);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct world world;
	size_t count = 0;
	if (len < 2)
		return 0;
	while (interactor_classes[count])
		count++;
	struct interactor_config config = { .columns = at[1],
		                            .utf8 = at[0] & 64,
		                            .colour = at[0] & 32,
		                            .dumb = (at[0] & 24) == 24,
		                            .quiet = at[0] & 128,
		                            .bell = at[1] & 1 };
	world.now = 1;
	world.said = world.heard = world.bytes = world.conv = 0;
	world.ui = interactor_new(interactor_classes[at[0] % count], &config);
	must(world.ui != NULL);
	for (size_t i = 2; i + 1 < len;) {
		size_t some = at[i + 1] < len - i - 2 ? at[i + 1] : len - i - 2;
		step(&world, at[i], span_of(at + i + 2, some));
		i += 2 + some;
	}
	take(&world, ANSWER_TAKEN);
	drain(&world);
	interactor_input_end(world.ui);
	take(&world, ANSWER_TAKEN);
	interactor_end(world.ui);
	drain(&world);
	interactor_free(world.ui);
	return 0;
}
