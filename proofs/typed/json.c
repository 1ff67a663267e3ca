/* json: a command in JSON, ui/json: a line of any length, whose fields are any that ui/json_read
 * gives; and what it is answered. */
#include "proofs/typed/input.h"

#include "ui/json_events.h"
#include "ui/json_read.h"

static inline void give_any(struct text *t)
{
	make_text(t->at, t->cap);
	t->len = (size_t)Frama_C_interval(0, (int)(t->cap - 1));
	t->cut = any_bool();
}

static inline void add_span(struct text *t, struct span s)
{
	look_at(s);
	give_any(t);
}

#define text_add_u64(t, v) give_any(t)
#define text_add_span      add_span

/* What is a word, and where blanks end, is any. */
static bool is_text(struct span s, const char *text)
{
	look_at(s);
	strlen(text);
	return any_bool();
}

static struct span trim(struct span s)
{
	look_at(s);
	return any_bool() ? s : span_of(s.at, 0);
}
#define span_is    is_text
#define split_trim trim

#include "ui/json.c"

static struct json j;
static uint8_t line_bytes[LINE], room[OUT_SIZE];

static struct span any_line(void)
{
	size_t len = (size_t)Frama_C_interval(0, LINE);
	Frama_C_make_unknown((char *)line_bytes, sizeof line_bytes);
	return span_of(line_bytes, len);
}

uint64_t queue_whom(const struct queue *q, size_t *len)
{
	(void)q;
	*len = (size_t)Frama_C_interval(0, LINE);
	return any_number(UINT64_MAX);
}

void queue_use(struct queue *q, size_t len)
{
	(void)q, (void)len;
}

struct writer queue_begin(struct queue *q)
{
	(void)q;
	return writer_of(room, sizeof room);
}

void queue_done(struct queue *q, uint64_t whom, const struct writer *w)
{
	(void)q, (void)whom, (void)w->len;
}

/* Texts are in scratch, and an id or a text as long as it may be, or longer by one. */
const char *json_read(struct span line, struct json_field *fields, size_t count,
                      struct writer *scratch)
{
	static const size_t lengths[] = { 0, JSON_EVENTS_ID, JSON_EVENTS_ID + 1, LIMIT_TEXT,
		                          LIMIT_TEXT + 1 };
	look_at(line);
	if (scratch->cap < line.len)
		base_panic("json_read", 0);
	Frama_C_make_unknown((char *)scratch->at, scratch->cap);
	for (size_t i = 0; i < count; i++) {
		strlen(fields[i].name);
		fields[i].given = any_bool();
		fields[i].value = any_number(UINT64_C(9007199254740991));
		if (!fields[i].number)
			fields[i].text = span_of(scratch->at, lengths[Frama_C_interval(0, 4)]);
	}
	return any_bool() ? NULL : "why";
}

/* What is said of an error is one of several constants, whose lengths Eva does not keep apart. */
void json_events_write(struct json_events *e, const struct event *event, struct writer *w)
{
	(void)e;
	if (event->kind == EVENT_SAID)
		look_at(event->text);
	look_at(event->id);
	if (event->peer)
		strlen(event->peer);
	w->len = (size_t)Frama_C_interval(0, OUT_SIZE);
}

void json_events_taken(struct json_events *e, struct span id, uint64_t conv)
{
	(void)e, (void)conv;
	look_at(id);
	if (id.len > JSON_EVENTS_ID)
		base_panic("json_events_taken", 0);
}

int main(void)
{
	struct command command = { .kind = COMMAND_TEXT };
	j.ui.config.keep = any_bool();
	j.ui.config.numbered = any_bool();
	j.ui.config.whom = any_bool() ? "bob" : NULL;
	j.ui.ended = any_bool();
	j.ui.sentences.present.count = (unsigned)Frama_C_interval(0, LIMIT_PEERS);
	j.skipping = any_bool();
	j.quit = any_bool();
	if (!run(&j, any_line(), &command))
		return 0;
	look_at(command.text);
	look_at(command.id);
	look_at(command.peer);
	j.message = command;
	json_answer(&j.ui, (enum answer)Frama_C_interval(ANSWER_TAKEN, ANSWER_CROWDED), 0);
	return 0;
}
