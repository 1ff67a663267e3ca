#include "files/reply.h"

static bool has_number(uint8_t type)
{
	return type == PARCEL_START || type == PARCEL_STOP;
}

void reply_write(struct writer *w, const struct reply *reply)
{
	uint8_t bytes[8 + PARCEL_GUARD];
	struct writer body = writer_of(bytes, sizeof bytes);
	if (has_number(reply->type))
		write_varint(&body, reply->number);
	if (reply->type != PARCEL_START)
		write_u8(&body, reply->status);
	else if (reply->number > 0)
		write_span(&body, span_of(reply->guard, sizeof reply->guard));
	parcel_write(w, (enum parcel_type)reply->type, written(&body));
}

bool reply_read(const struct parcel *p, struct reply *reply)
{
	struct reader r = reader_of(p->body);
	*reply = (struct reply){ .type = p->type };
	if (has_number(p->type))
		reply->number = read_varint(&r);
	if (p->type != PARCEL_START)
		reply->status = read_u8(&r);
	else if (reply->number > 0)
		read_bytes(&r, reply->guard, sizeof reply->guard);
	bool whole = reply->status == STATUS_WHOLE && p->type != PARCEL_STOP;
	return read_end(&r) && (whole || p->type == PARCEL_DONE || reply->status > STATUS_STOPPED);
}
