/* receiving: what FROM, DATA and END say to who receives files, files/receiving: a record, in any
 * state, with up to two entries; any answer of the disk; and what comes then. Pieces have up to so
 * many bytes. files/parcel, which puts records together, is replaced. */
#include "files/receiving.c"
#include "proofs/states/any.h"

static struct receiving r;

static void look_at(struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
}

/* Records that are put together: whole numbers, and with a byte less or more. */
static const struct {
	uint8_t type, len;
} records[] = {
	{ PARCEL_FROM, 0 }, { PARCEL_FROM, 1 },   { PARCEL_FROM, 2 }, { PARCEL_FROM, 8 },
	{ PARCEL_END, 0 },  { PARCEL_END, 1 },    { PARCEL_END, 2 },  { PARCEL_ACCEPT, 0 },
	{ PARCEL_DONE, 0 }, { PARCEL_DATA, LEN },
};
enum { RECORDS = sizeof records / sizeof records[0] };

/* Every record takes a byte at least. */
enum err parcel_take(struct parcels *k, struct span *in, struct parcel *p)
{
	int which = Frama_C_interval(0, RECORDS + 1);
	(void)k;
	//@ split which;
	;
	if (which == RECORDS)
		return ERR_FORMAT;
	size_t taken =
	    which < RECORDS && records[which].type == PARCEL_DATA ? records[which].len : 1;
	if (which > RECORDS || taken > in->len) {
		*in = span_after(*in, in->len);
		return ERR_FULL;
	}
	p->type = records[which].type;
	p->body = p->type == PARCEL_DATA ? span_of(in->at, taken) : any_bytes(records[which].len);
	*in = span_after(*in, taken);
	return OK;
}

bool parcel_between(const struct parcels *k)
{
	(void)k;
	return any_bool();
}

void parcel_guard(struct span tail, uint8_t guard[static PARCEL_GUARD])
{
	look_at(tail);
	Frama_C_make_unknown((char *)guard, PARCEL_GUARD);
}

void parcel_write(struct writer *w, enum parcel_type type, struct span body)
{
	write_varint(w, 1 + body.len);
	write_u8(w, (uint8_t)type);
	write_span(w, body);
}

bool offer_lists(struct span items, const uint8_t version[static PARCEL_VERSION])
{
	look_at(items);
	version[0], version[PARCEL_VERSION - 1];
	return any_bool();
}

struct span naming_first(struct span path)
{
	look_at(path);
	return span_of(path.at, (size_t)Frama_C_interval(1, (int)path.len));
}

void naming_part(const uint8_t peer[static 32], struct span version, struct span path,
                 char out[static NAMING_PART])
{
	look_at(span_of(peer, 32));
	look_at(version);
	look_at(path);
	Frama_C_make_unknown(out, NAMING_PART);
}

/* As take_announcement, and what was answered. */
static void any_entry(size_t len, int state)
{
	struct entry *e = agenda_add(&r.agenda, any_bytes(len));
	e->state = (uint8_t)state;
	e->status = (uint8_t)Frama_C_interval(STATUS_WHOLE, STATUS_COUNT - 1);
	e->folder = state == ENTRY_WAITS && any_bool();
	e->executable = any_bool();
	e->size = any_number(UINT64_MAX >> 2);
	e->mtime_ms = any_number(UINT64_MAX >> 2);
	e->number = any_number(UINT64_MAX >> 2);
	e->offset = any_number(e->size);
	Frama_C_make_unknown((char *)e->version, sizeof e->version);
}

static void any_rest(void)
{
	outlet_init(&r.out, r.bytes, sizeof r.bytes);
	Frama_C_make_unknown((char *)r.bytes, sizeof r.bytes);
	Frama_C_make_unknown((char *)r.peer, sizeof r.peer);
	r.out.w.len = (size_t)Frama_C_interval(0, OUT);
	r.offered = r.accepted = true;
	r.item_status = (enum parcel_status)Frama_C_interval(STATUS_WHOLE, STATUS_COUNT - 1);
	r.at = any_number(UINT64_MAX >> 2);
	r.announced.item_len = (size_t)Frama_C_interval(0, PARCEL_PATH);
	r.announced.list_len = (size_t)Frama_C_interval(0, PARCEL_BODY);
}

/* A file that comes is the first entry, which was started. */
static void check(void)
{
	struct want want;
	const struct entry *e = agenda_first(&r.agenda);
	if (r.file != FILE_NONE && (e == NULL || e->folder || e->state != ENTRY_STARTED))
		base_panic("receiving", 0);
	if (receiving_wants(&r, &want)) {
		look_at(want.path);
		look_at(want.bytes);
	}
	look_at(receiving_output(&r));
}

static void read_all(size_t len)
{
	struct span bytes = any_bytes(len);
	size_t taken = receiving_input(&r, bytes);
	check();
	if (r.want.kind == WANT_NOTHING) {
		receiving_ended(&r);
	} else {
		enum want_kind kind = r.want.kind;
		receiving_answer(&r, (enum parcel_status)Frama_C_interval(0, STATUS_COUNT - 1));
		if (kind == WANT_WRITE)
			(void)receiving_input(&r, span_after(bytes, taken));
	}
	check();
}

int main(void)
{
	int len = Frama_C_interval(0, LEN), count = Frama_C_interval(0, AGENDA_ENTRIES),
	    state = Frama_C_interval(ENTRY_WAITS, ENTRY_SKIPPED),
	    second = Frama_C_interval(ENTRY_WAITS, ENTRY_SKIPPED),
	    file = Frama_C_interval(FILE_NONE, FILE_LOST);
	//@ split len;
	;
	//@ split count;
	;
	//@ split state;
	;
	//@ split second;
	;
	//@ split file;
	;
	if ((count < 2 && second > 0) || (count < 1 && state > 0) ||
	    (file != FILE_NONE && state != ENTRY_STARTED))
		return 0;
	//@ dynamic_split r.agenda.count;
	;
	//@ dynamic_split r.agenda.first;
	;
	//@ dynamic_split r.file;
	;
	//@ dynamic_split r.want.kind;
	;
	//@ dynamic_split r.wrote;
	;
	any_rest();
	r.agenda.first = AGENDA_ENTRIES - 1; /* so that the second is the first of the array */
	if (count > 0)
		any_entry(3, state);
	if (count > 1)
		any_entry(1, second);
	r.file = (enum file_state)file;
	read_all((size_t)len);
}
