/* QR codes: module by module those of another implementation (python-qrcode 7.4, with the masks
 * that are chosen here). */
#include "cmd/qr.h"

#include <string.h>

#include "crypto/sha256.h"
#include "tests/unit/support.h"

static struct qr code;

/* Its rows as text: 1 is dark. */
static void rows_of(const struct qr *q, struct text *t)
{
	for (unsigned row = 0; row < q->side; row++) {
		for (unsigned column = 0; column < q->side; column++)
			text_add(t, q->dark[row][column] ? "1" : "0");
		text_add(t, "\n");
	}
}

static void test_qr_is_what_others_make(void **state)
{
	(void)state;
	char rows[QR_SIDE * (QR_SIDE + 1) + 1];
	struct text t = text_of(rows, sizeof rows);
	assert_true(qr_make(&code, span_text("schat")));
	rows_of(&code, &t);
	assert_string_equal(rows, "111111100101101111111\n"
	                          "100000100111001000001\n"
	                          "101110101101101011101\n"
	                          "101110100101001011101\n"
	                          "101110100010101011101\n"
	                          "100000100000101000001\n"
	                          "111111101010101111111\n"
	                          "000000001101100000000\n"
	                          "111011111111011000100\n"
	                          "110111010000001001011\n"
	                          "100001101110100011011\n"
	                          "001110000000001000001\n"
	                          "110011101110101010001\n"
	                          "000000001111010101101\n"
	                          "111111101101011100111\n"
	                          "100000101001110110000\n"
	                          "101110101111011100011\n"
	                          "101110100000001101010\n"
	                          "101110101110100011101\n"
	                          "100000101000001100010\n"
	                          "111111101000101111011\n");
}

/* "s", "sc", ... up to 134 bytes: every version, one and two blocks. */
static void test_qr_of_every_length(void **state)
{
	(void)state;
	static char all[QR_MOST * QR_SIDE * (QR_SIDE + 1) + 1];
	char text[QR_MOST + 1];
	uint8_t hash[HASH_LEN];
	struct text t = text_of(all, sizeof all);
	for (size_t len = 0; len <= QR_MOST; len++) {
		if (len > 0) {
			assert_true(qr_make(&code, span_of(text, len)));
			rows_of(&code, &t);
		}
		text[len] = "schat-"[len % 6];
	}
	struct span part = text_span(&t);
	sha256((struct parts){ &part, 1 }, hash);
	assert_span_hex(span_of(hash, sizeof hash),
	                "a436970ad857c9003502800e087fb3f49d0cbb474e6bb86835ceb8523c18e5a5");
	assert_false(qr_make(&code, span_of(text, QR_MOST + 1)));
}

/* Two rows a line, with a light margin. */
static void test_qr_draws_half_blocks(void **state)
{
	(void)state;
	char lines[QR_LINES];
	struct text t = text_of(lines, sizeof lines);
	assert_true(qr_make(&code, span_text("schat")));
	qr_draw(&code, false, &t);
	assert_false(t.cut);
	size_t count = 0;
	for (char *c = lines; (c = strchr(c, '\n')) != NULL; c++)
		count++;
	assert_int_equal(count, (21 + 2 * QR_MARGIN + 1) / 2);
	assert_non_null(
	    strstr(lines, "\n\u2588\u2588\u2588\u2588 \u2584\u2584\u2584\u2584\u2584 "));
	t = text_of(lines, sizeof lines);
	memset(lines, 'x', QR_MOST);
	assert_true(qr_make(&code, span_of(lines, QR_MOST)));
	qr_draw(&code, true, &t);
	assert_false(t.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qr_is_what_others_make),
		cmocka_unit_test(test_qr_of_every_length),
		cmocka_unit_test(test_qr_draws_half_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
