/* qr: QR codes (ISO/IEC 18004) for a terminal: byte mode, error correction L, versions 1 to 6.
 * Pure. */
#pragma once

#include "base/text.h"

enum {
	QR_MOST = 134,   /* bytes of a text */
	QR_SIDE = 41,    /* modules, of version 6 */
	QR_MARGIN = 4,   /* light ones around it */
	QR_LINES = 13312 /* bytes that qr_draw writes, at most */
};

struct qr {
	unsigned side;
	uint8_t dark[QR_SIDE][QR_SIDE];  /* [row][column] */
	uint8_t fixed[QR_SIDE][QR_SIDE]; /* not for data: patterns, format */
};

/* False: the text is too long. */
bool qr_make(struct qr *q, struct span text);

/* As lines of half blocks, two rows of modules each, light modules drawn; colours: white on black
 * whatever the terminal has, else its own, which must be light on dark. Cut where t is full. */
void qr_draw(const struct qr *q, bool colours, struct text *t);
