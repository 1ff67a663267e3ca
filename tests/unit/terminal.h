/* terminal: a model of one, as far as ui/display.c goes: rows that wrap and scroll, a cursor with a
 * pending wrap, CR, LF, cursor moves, erasing, colours without effect, and rows that are wrapped
 * anew when the width changes, as tmux does. Anything else fails the test. Widths are
 * the C library's, not ours. */
#pragma once

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/utf8.h"
#include "tests/unit/support.h"

enum { TERMINAL_ROWS = 1024, TERMINAL_COLUMNS = 200, TERMINAL_CELL = 48 };

struct terminal_cell {
	char text[TERMINAL_CELL]; /* empty: blank, or the second half of a wide one */
	bool half;
};

struct terminal {
	unsigned columns, height;
	unsigned row, column;       /* row counts from the first ever printed */
	unsigned last;              /* the lowest row in use */
	bool wrap_pending, pasting; /* pasting: bracketed paste is on */
	bool wrapped[TERMINAL_ROWS];
	struct terminal_cell cells[TERMINAL_ROWS][TERMINAL_COLUMNS];
	uint8_t part[64];
	size_t part_len;
};

static inline void terminal_begin(struct terminal *t, unsigned columns)
{
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	memset(t, 0, sizeof *t);
	t->columns = columns;
	t->height = 24;
}

static inline void terminal_down(struct terminal *t)
{
	t->row++;
	assert_true(t->row < TERMINAL_ROWS);
	if (t->row > t->last)
		t->last = t->row;
}

static inline void terminal_wrap(struct terminal *t)
{
	t->wrapped[t->row] = true;
	terminal_down(t);
	t->column = 0;
	t->wrap_pending = false;
}

static inline void terminal_rune(struct terminal *t, uint32_t rune, const uint8_t *utf8, size_t len)
{
	int width = wcwidth((wchar_t)rune);
	unsigned before = t->wrap_pending ? t->column : t->column - 1;
	struct terminal_cell *previous =
	    t->column > 0 || t->wrap_pending ? &t->cells[t->row][before] : NULL;
	if (previous && previous->half)
		previous--;
	if (width < 0) {
		fprintf(stderr, "U+%04X on the screen\n", (unsigned)rune);
		fail();
	}
	size_t had = previous ? strlen(previous->text) : 0;
	bool joins = had >= 3 && memcmp(previous->text + had - 3, "\u200d", 3) == 0;
	if (previous && (width == 0 || joins)) {
		assert_true(had + len < TERMINAL_CELL);
		memcpy(previous->text + had, utf8, len);
		return;
	}
	assert_true(width > 0);
	if (t->wrap_pending || t->column + (unsigned)width > t->columns)
		terminal_wrap(t);
	struct terminal_cell *cell = &t->cells[t->row][t->column];
	memset(cell, 0, (size_t)width * sizeof *cell);
	memcpy(cell->text, utf8, len);
	if (width == 2)
		cell[1].half = true;
	t->column += (unsigned)width;
	if (t->column == t->columns) {
		t->column--;
		t->wrap_pending = true;
	}
}

static inline void terminal_csi(struct terminal *t, const char *params, char final)
{
	unsigned n = (unsigned)atoi(params);
	unsigned count = n == 0 ? 1 : n, top = t->last >= t->height ? t->last - t->height + 1 : 0;
	if (final == 'm')
		return;
	if ((final == 'h' || final == 'l') && strcmp(params, "?2004") == 0) {
		t->pasting = final == 'h';
		return;
	}
	t->wrap_pending = false;
	switch (final) {
	case 'A': t->row = t->row < top + count ? top : t->row - count; return;
	case 'B': t->row = t->row + count < t->last ? t->row + count : t->last; return;
	case 'C':
		t->column = t->column + count < t->columns ? t->column + count : t->columns - 1;
		return;
	case 'H':
		t->row = top;
		t->column = 0;
		return;
	case 'K':
		assert_int_equal(n, 0);
		memset(&t->cells[t->row][t->column], 0,
		       (t->columns - t->column) * sizeof t->cells[0][0]);
		t->wrapped[t->row] = false;
		return;
	case 'J':
		if (n == 2)
			memset(t->cells[top], 0, (size_t)(t->last - top + 1) * sizeof t->cells[0]);
		else
			memset(&t->cells[t->row][t->column], 0,
			       (t->columns - t->column) * sizeof t->cells[0][0]);
		for (unsigned row = t->row + 1; row <= t->last; row++)
			memset(t->cells[row], 0, sizeof t->cells[row]);
		t->wrapped[t->row] = false;
		t->last = t->row;
		return;
	default: fail_msg("ESC [ %s %c", params, final);
	}
}

/* What is in part, if it is whole. */
static inline void terminal_part(struct terminal *t)
{
	uint32_t rune;
	int size = utf8_decode(span_of(t->part, t->part_len), &rune);
	if (size == -2)
		return;
	assert_true(size > 0);
	if (t->part[0] == 0x1b) {
		char final = (char)t->part[t->part_len - 1];
		if (t->part_len < 3 || final < 0x40)
			return;
		assert_int_equal(t->part[1], '[');
		t->part[t->part_len - 1] = 0;
		terminal_csi(t, (const char *)t->part + 2, final);
	} else if (rune == '\r') {
		t->column = 0;
		t->wrap_pending = false;
	} else if (rune == '\n') {
		terminal_down(t);
		t->wrap_pending = false;
	} else {
		assert_true(rune >= 0x20 && rune != 0x7f);
		terminal_rune(t, rune, t->part, (size_t)size);
	}
	t->part_len = 0;
}

static inline void terminal_write(struct terminal *t, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		assert_true(t->part_len + 1 < sizeof t->part);
		t->part[t->part_len++] = bytes.at[i];
		terminal_part(t);
	}
}

/* Rows that were one are wrapped to the new width; the cursor stays with its character. */
static inline void terminal_resize(struct terminal *t, unsigned columns)
{
	struct terminal *old = malloc(sizeof *old);
	assert_non_null(old);
	*old = *t;
	terminal_begin(t, columns);
	t->pasting = old->pasting;
	unsigned cursor_row = 0, cursor_column = 0;
	for (unsigned row = 0; row <= old->last; row++) {
		unsigned used = 0;
		for (unsigned i = 0; i < old->columns; i++)
			if (old->cells[row][i].text[0] || (row == old->row && i < old->column))
				used = i + 1;
		for (unsigned i = 0; i < used; i++) {
			struct terminal_cell *cell = &old->cells[row][i];
			bool wide = i + 1 < old->columns && cell[1].half;
			if (cell->half)
				continue;
			if (t->column + (wide ? 2 : 1) > columns)
				terminal_wrap(t);
			if (row == old->row && i == old->column) {
				cursor_row = t->row;
				cursor_column = t->column;
			}
			t->cells[t->row][t->column++] = *cell;
			if (wide)
				t->cells[t->row][t->column++].half = true;
		}
		if (row == old->row && old->column >= used) {
			cursor_row = t->row + t->column / columns;
			cursor_column = t->column % columns;
		}
		if (!old->wrapped[row] && row < old->last) {
			terminal_down(t);
			t->column = 0;
		}
	}
	t->row = cursor_row;
	t->column = cursor_column;
	if (t->row > t->last)
		t->last = t->row;
	free(old);
}

/* All rows from the first ever printed, without blanks at their ends, each with a newline. */
static inline const char *terminal_text(const struct terminal *t)
{
	static char text[1 << 18];
	size_t len = 0;
	for (unsigned row = 0; row <= t->last; row++) {
		unsigned used = 0;
		for (unsigned i = 0; i < t->columns; i++)
			if (t->cells[row][i].text[0] && strcmp(t->cells[row][i].text, " ") != 0)
				used = i + 1;
		for (unsigned i = 0; i < used; i++) {
			const struct terminal_cell *cell = &t->cells[row][i];
			if (!cell->half)
				len += (size_t)snprintf(text + len, sizeof text - len, "%s",
				                        cell->text[0] ? cell->text : " ");
		}
		len += (size_t)snprintf(text + len, sizeof text - len, "\n");
	}
	return text;
}
