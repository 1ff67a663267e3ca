#include "cmd/unpack.h"

#include <stdlib.h>

#include "cmd/predict.h"

bool unpack(struct span packed, char *text, size_t len)
{
	uint32_t low = 0, high = UINT32_MAX, code = 0;
	size_t read = 0;
	struct predict *predict = calloc(1, sizeof *predict);
	if (predict == NULL)
		return false;
	predict_start(predict);
	for (; read < 4; read++)
		code = code << 8 | packed.at[read];
	for (size_t i = 0; i < 8 * len; i++) {
		uint32_t middle = low + (high - low) / PREDICT_ONE * predict_next(predict);
		unsigned bit = code <= middle;
		*(bit ? &high : &low) = bit ? middle : middle + 1;
		for (; (low ^ high) >> 24 == 0; low <<= 8, high = high << 8 | 255)
			code = code << 8 | (read < packed.len ? packed.at[read++] : 0);
		predict_learn(predict, bit);
		text[i / 8] = (char)(text[i / 8] << 1 | (char)bit);
	}
	free(predict);
	return true;
}
