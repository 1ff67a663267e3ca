/* rows: text that is safe already, measured and broken into rows for a terminal, ui/width, joining
 * and wrap. */
#include "proofs/texts/given.h"

#include "ui/joining.h"
#include "ui/width.h"
#include "ui/wrap.h"

/* ---- width ---- */

#include "ui/width_table.h"

/*@ assigns \nothing;
    ensures \result <= 2; */
unsigned width_rune(uint32_t rune);

/*@ assigns \nothing; */
bool width_is_picture(uint32_t rune);

/*@ requires bytes(s.at, s.len) && \valid(columns);
    assigns *columns;
    ensures \result <= s.len && (s.len > 0 ==> \result > 0); */
size_t width_cluster(struct span s, unsigned *columns);

/*@ requires bytes(s.at, s.len) && at <= s.len;
    assigns \nothing;
    ensures \result <= at && (at > 0 ==> \result < at); */
size_t width_left(struct span s, size_t at);

/*@ requires bytes(s.at, s.len) && at <= s.len;
    assigns \nothing;
    ensures at <= \result <= s.len; */
size_t width_settle(struct span s, size_t at);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
unsigned width_text(struct span s);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
unsigned width_most(struct span s);

/*@ requires bytes(s.at, s.len);
    assigns \nothing; */
bool width_is_sure(struct span s);

/*@ requires \valid_read(ranges + (0 .. count - 1));
    assigns \nothing; */
static bool in_ranges(const struct width_range *ranges, size_t count, uint32_t rune);

/*@ assigns \nothing; */
static bool is_region(uint32_t rune);

/*@ assigns \nothing; */
static bool is_skin(uint32_t rune);

/*@ requires \valid(columns);
    assigns *columns; */
static bool joins(uint32_t base, uint32_t last, uint32_t next, unsigned *columns);

/*@ requires bytes(s.at, s.len) && at <= s.len;
    assigns \nothing;
    ensures \result <= at && (at > 0 ==> \result < at); */
static size_t anchor(struct span s, size_t at);

#include "ui/width.c"

/* ---- joining ---- */

/*@ assigns \nothing; */
bool joining_follows(uint32_t last);
/*@ assigns \nothing; */
static bool is_cursive(uint32_t rune);
/*@ assigns \nothing; */
static bool is_indic(uint32_t rune);
/*@ assigns \nothing; */
bool joining_may(uint32_t joiner, uint32_t base);
/*@ assigns \nothing; */
bool joining_fits(uint32_t joiner, uint32_t base, uint32_t next);

#include "ui/joining.c"

/* ---- wrap ---- */

/*@ predicate apart{L}(struct span s, struct writer *out) =
      bytes(s.at, s.len) && is_writer(out) &&
      \base_addr(s.at) != \base_addr(out) && \base_addr(s.at) != \base_addr(out->at); */

/*@ predicate is_wrap{L}(struct wrap *w) =
      \valid(w) && is_writer(w->out) && w->columns > 0 && \base_addr(w) != \base_addr(w->out) &&
      \base_addr(w) != \base_addr(w->out->at);
    predicate can_stand{L}(struct span s, struct wrap *w) =
      apart(s, w->out) && \base_addr(s.at) != \base_addr(w);
    predicate is_black(uint8_t c) = c != ' ' && c != '\t' && c != '\n'; */
/* clang-format off */
#define WRAPPED                                                                                    \
	w->column, w->blanks, w->alone, w->out->len, w->out->full, w->out->at[0 .. WHATEVER]
/* clang-format on */

/*@ requires is_wrap(w);
    assigns WRAPPED;
    ensures is_wrap(w); */
static void begin_row(struct wrap *w);

/*@ requires is_wrap(w);
    assigns WRAPPED;
    ensures is_wrap(w); */
void wrap_fit(struct wrap *w, unsigned columns);

/*@ requires is_wrap(w) && can_stand(word, w);
    assigns WRAPPED;
    ensures is_wrap(w); */
static void put(struct wrap *w, struct span word, unsigned columns);

/*@ requires is_wrap(w) && can_stand(word, w);
    assigns WRAPPED;
    ensures is_wrap(w); */
static void add_word(struct wrap *w, struct span word, unsigned columns);

/*@ requires is_wrap(w);
    assigns w->blanks;
    ensures is_wrap(w); */
static void add_tab(struct wrap *w);

/*@ requires bytes(cluster.at, cluster.len);
    assigns \nothing; */
static bool is_wide_blank(struct span cluster);

/*@ requires bytes(s.at, s.len) && \valid(columns) && \base_addr(columns) != \base_addr(s.at);
    assigns *columns;
    ensures \result <= s.len && (s.len > 0 && is_black(s.at[0]) ==> \result > 0); */
static size_t word_len(struct span s, unsigned *columns);

/*@ requires is_wrap(w) && can_stand(safe, w);
    assigns WRAPPED, w->sure, w->most;
    ensures is_wrap(w); */
void wrap_text(struct wrap *w, struct span safe);

#include "ui/wrap.c"
