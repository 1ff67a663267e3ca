/* spake2: the peer's share and its confirmation, crypto/spake2; of up to so many bytes. Whether a
 * share is a point of the curve is left open. */
#include "crypto/spake2.h"
#include "proofs/states/ciphers.h"

static uint32_t multiply(unsigned char *g, size_t g_len, const unsigned char *x, size_t x_len,
                         int curve)
{
	(void)curve;
	look_at(x, x_len);
	make_any(g, g_len);
	return Frama_C_interval(0, 1);
}

static uint32_t multiply_add(unsigned char *a, const unsigned char *b, size_t len,
                             const unsigned char *x, size_t x_len, const unsigned char *y,
                             size_t y_len, int curve)
{
	(void)curve;
	if (b != NULL)
		look_at(b, len);
	look_at(x, x_len);
	look_at(y, y_len);
	make_any(a, len);
	return Frama_C_interval(0, 1);
}

const br_ec_impl br_ec_p256_m31 = { .mul = multiply, .muladd = multiply_add };

void code_words(const struct code *c, char out[static CODE_TEXT])
{
	(void)c;
	Frama_C_make_unknown(out, CODE_TEXT);
	out[CODE_TEXT - 1] = 0;
}

static void read_all(size_t len)
{
	static const struct code code = { .words_count = CODE_WORDS };
	struct spake2 s;
	uint8_t share[SPAKE2_SHARE];
	spake2_start(&s, any_bool(), &code, &any_random, share);
	spake2_share(&s, any_bytes(len), span_of(share, 12));
	/* that confirmations are none but zeroes is not for here */
	s.own_confirm[0] = s.peer_confirm[0] = 1;
	spake2_verify(&s, any_bytes(len));
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
