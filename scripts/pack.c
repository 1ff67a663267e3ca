/* pack NAME <TEXT >TABLE: a text as the C table NAME_table, packed with what cmd/predict.c expects
 * of it and an arithmetic coder of 32 bits (no carries), which cmd/unpack.c reads; NAME_bytes says
 * how long the text is. The Makefile runs it on the host that builds. */
#include <stdio.h>

#include "cmd/predict.h"

static struct predict predict;
static uint32_t low, high = 0xffffffff;
static unsigned column;

static void put(unsigned byte)
{
	printf("%u,%s", byte, ++column % 24 ? "" : "\n");
}

static void code(unsigned bit)
{
	uint32_t middle = low + (high - low) / PREDICT_ONE * predict_next(&predict);
	*(bit ? &high : &low) = bit ? middle : middle + 1;
	for (; (low ^ high) >> 24 == 0; low <<= 8, high = high << 8 | 255)
		put(high >> 24);
	predict_learn(&predict, bit);
}

int main(int count, char **arguments)
{
	unsigned bytes = 0;
	const char *name = count > 1 ? arguments[1] : "";
	predict_start(&predict);
	printf("/* by scripts/pack.c */\nstatic const unsigned char %s_table[] = {\n", name);
	for (int byte; (byte = getchar()) != EOF; bytes++)
		for (unsigned i = 8; i-- > 0;)
			code((unsigned)byte >> i & 1);
	for (unsigned i = 0; i < 4; i++)
		put(high >> (24 - 8 * i) & 255);
	printf("};\nenum { %s_bytes = %u };\n", name, bytes);
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
