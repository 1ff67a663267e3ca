/* frame: all frames of a packet that was opened, however long it is, session/frame. */
#include "proofs/wire/given.h"

#include "base/addr.h"
#include "base/limits.h"
#include "session/frame.h"

/*@ predicate apart{L}(struct reader *r, struct frame *f) =
      is_reader(r) && \valid(f) && \base_addr(r) != \base_addr(f) &&
      \base_addr(r) != \base_addr(r->at) && \base_addr(f) != \base_addr(r->at);
    // r stands where it stood, or further on in the same packet
    predicate on{Before, After}(struct reader *r) =
      0 <= \at(r->left, After) <= \at(r->left, Before) &&
      \at(\base_addr(r->at), After) == \at(\base_addr(r->at), Before);
    predicate fine_ack{L}(struct frame *f) = 1 <= f->as.ack.count <= ACK_RANGES_MAX;
*/

/*@ requires is_reader(r);
    assigns *r;
    ensures is_reader(r) && on{Pre, Post}(r); */
struct addr addr_read(struct reader *r);

/*@ requires is_reader(r) && smallest < 0x4000000000000000;
    assigns *r;
    ensures is_reader(r) && on{Pre, Post}(r);
    ensures \result.to > 0 ==> !r->bad;
    ensures \result.from < 0x4000000000000000; */
static struct range read_range(struct reader *r, uint64_t smallest);

/*@ requires apart(r, f) && !r->bad;
    assigns *r, f->as.ack;
    ensures is_reader(r) && on{Pre, Post}(r);
    ensures apart(r, f);
    ensures \result ==> !r->bad && fine_ack(f); */
static bool read_ack(struct reader *r, struct frame *f);

/*@ requires apart(r, f) && !r->bad;
    assigns *r, f->stream, f->as.reset, f->as.limit, f->as.stream;
    ensures apart(r, f) && on{Pre, Post}(r);
    ensures \result ==> f->stream < LIMIT_STREAM_IDS;
    ensures \result ==> (f->type == FRAME_STREAM || f->type == FRAME_STREAM_END) ==>
      bytes(f->as.stream.bytes.at, f->as.stream.bytes.len) &&
      (r->bad || f->as.stream.offset + f->as.stream.bytes.len < 0x4000000000000000); */
static bool read_stream(struct reader *r, struct frame *f);

/*@ requires apart(r, f) && !r->bad;
    assigns *r, f->as.path;
    ensures apart(r, f) && on{Pre, Post}(r); */
static bool read_path(struct reader *r, struct frame *f);

/*@ requires apart(r, f) && !r->bad;
    assigns *r, f->as.close;
    ensures apart(r, f) && on{Pre, Post}(r);
    ensures \result ==> bytes(f->as.close.text.at, f->as.close.text.len) &&
      f->as.close.text.len <= CLOSE_TEXT_MAX; */
static bool read_close(struct reader *r, struct frame *f);

/*@ requires apart(r, f) && !r->bad;
    assigns *r, f->stream, f->as;
    ensures apart(r, f) && on{Pre, Post}(r); */
static bool read_body(struct reader *r, struct frame *f);

/*@ requires apart(r, f);
    assigns *r, *f;
    ensures apart(r, f) && on{Pre, Post}(r);
    ensures \result ==> !r->bad && r->left < \old(r->left); */
bool frame_read(struct reader *r, struct frame *f);

/* Formatted text. */
void add_format(struct text *t);
#define text_add_format(t, ...) add_format(t)
#include "base/addr.c"
#undef text_add_format

#include "session/frame.c"

/* As session/frames reads a packet. */
/*@ requires bytes(packet.at, packet.len);
    assigns \nothing; */
void read_packet(struct span packet)
{
	struct reader r = reader_of(packet);
	struct frame f;

	/*@ loop invariant apart(&r, &f);
	    loop assigns r, f;
	    loop variant r.left; */
	while (frame_read(&r, &f))
		continue;
}
