/* token: what people paste, base/token. */
#include "proofs/texts/ended.h"

#include "base/token.h"

/* What s has still to give has room behind what w has, in the same text: s ends where w does, but
 * for the final 0. */
/*@ predicate fits{L}(struct writer *w, struct span *s) =
      is_writer(w) && is_span(s) && w->cap > 0 && w->len + s->len < w->cap &&
      s->at == w->at + (w->cap - 1 - s->len) && \separated(s, w, w->at + (0 .. w->cap - 1));
*/

/*@ requires fits(w, s) && s->len > 0;
    assigns *s, w->len, w->full, w->at[0 .. w->cap - 2];
    ensures fits(w, s) && s->len < \old(s->len);
    ensures w->at == \old(w->at) && w->cap == \old(w->cap); */
static void take_rune(struct span *s, struct writer *w);

/*@ assigns \nothing; */
static bool is_edge(uint8_t c);

/*@ requires is_text(text) && text_len(text) < SIZE_MAX;
    requires \valid(text + (0 .. text_len(text)));
    assigns text[0 .. text_len(text) - 1];
    ensures text[\old(text_len(text))] == 0; */
void token_tidy(char *text);

#include "base/token.c"
