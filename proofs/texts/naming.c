/* naming: the names of files that a peer or a browser sends, files/naming. */
#include "proofs/texts/given.h"

#include "crypto/sha256.h"
#undef PARTS
#define PARTS(...) ((struct parts){ 0 })

#include "files/naming.h"

/*@ predicate apart{L}(struct span s, struct writer *out) =
      bytes(s.at, s.len) && is_writer(out) &&
      \base_addr(s.at) != \base_addr(out) && \base_addr(s.at) != \base_addr(out->at); */

/*@ assigns \nothing; */
static bool is_bad(uint32_t rune);

/*@ requires apart(name, out);
    assigns out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_writer(out) && out->at == \old(out->at) && out->cap == \old(out->cap);
    ensures \result ==> 1 <= name.len <= PARCEL_NAME; */
bool naming_clean(struct span name, bool of_item, struct writer *out);

/*@ requires bytes(path.at, path.len);
    assigns \nothing;
    ensures bytes(\result.at, \result.len);
    ensures \result.at == path.at && \result.len <= path.len; */
struct span naming_first(struct span path);

/*@ requires apart(path, out);
    assigns out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_writer(out); */
bool naming_path(struct span path, struct writer *out);

#include "files/naming.c"
