/* upload: the list of files that a browser hands in, cmd/upload. */
#include "proofs/texts/given.h"

#include "files/naming.h"

/* Frama-C's stdlib.h speaks of char. */
#define __FC_STDLIB
void *calloc(size_t count, size_t size);
void free(void *at);

/*@ predicate apart{L}(struct span s, struct writer *out) =
      bytes(s.at, s.len) && is_writer(out) &&
      \base_addr(s.at) != \base_addr(out) && \base_addr(s.at) != \base_addr(out->at); */

/*@ requires apart(name, out);
    assigns out->len, out->full, out->at[0 .. WHATEVER];
    ensures is_writer(out) && out->at == \old(out->at) && out->cap == \old(out->cap);
    ensures \result ==> 1 <= name.len <= PARCEL_NAME; */
bool naming_clean(struct span name, bool of_item, struct writer *out);

/* A macro, for the struct is not known yet where the loop is. WP does not know how long a struct is
 * that ends with an array of no length, so its members are named. */
/* clang-format off */
#define has_files(u, n)                                                                            \
	(\valid(&u->count) && \valid(&u->bytes) && \valid_read(&u->files) &&                       \
	 u->count <= n && \valid(u->files + (0 .. n - 1)) &&                                       \
	 \base_addr(u) != \base_addr(u->files) &&                                                  \
	 (\forall integer i; 0 <= i < u->count ==>                                                 \
	   bytes(u->files[i].name.at, u->files[i].name.len)))
/* clang-format on */

#include "cmd/upload.c"

/*@ requires bytes(text.at, text.len) && \valid(f) && \base_addr(f) != \base_addr(text.at);
    assigns *f;
    ensures \result ==> f->size <= BYTES_MAX && bytes(f->name.at, f->name.len); */
static bool read_file(struct span text, struct file *f);

/*@ requires bytes(list.at, list.len) && has_files(u, count) && count <= UINT32_MAX;
    requires u->count == 0 && u->bytes == 0;
    requires \base_addr(list.at) != \base_addr(u) && \base_addr(list.at) != \base_addr(u->files);
    assigns u->count, u->bytes, u->files[0 .. count - 1];
    ensures has_files(u, count) && u->bytes <= BYTES_MAX; */
static enum err read_list(struct upload *u, struct span list, size_t count);
