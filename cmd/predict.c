#include "cmd/predict.h"

enum {
	MOST = 2047,    /* of a logit: 8.0 is 2048 */
	WEIGHT = 20000, /* 65536 is 1.0 */
	RATE = 8,
	ASKED_MAX = 15
};

/* The probability of a logit: 4096 / (1 + exp(-logit / 256)), between points of a table. */
static int squash(int logit)
{
	static const uint16_t points[] = { 1,    2,    3,    6,    10,   16,   27,   45,   73,
		                           120,  194,  310,  488,  747,  1101, 1546, 2047, 2549,
		                           2994, 3348, 3607, 3785, 3901, 3975, 4022, 4050, 4068,
		                           4079, 4085, 4089, 4092, 4093, 4094 };
	logit = logit > MOST ? MOST : logit < -MOST ? -MOST : logit;
	int at = (logit + MOST + 1) / 128, behind = (logit + MOST + 1) % 128;
	return (points[at] * (128 - behind) + points[at + 1] * behind) / 128;
}

/* The contexts of the byte that comes now. */
static void look_back(struct predict *p)
{
	for (unsigned i = 1; i < 5; i++)
		p->contexts[i] = p->last & (0xffffffffu >> (32 - 8 * i));
	p->contexts[5] = p->last * 0x2f0b4c47u + (p->before & 0xffff) * 0x9e3779b1u;
	p->contexts[6] = p->word + (p->last & 255) * 0x2f0b4c47u;
}

void predict_start(struct predict *p)
{
	*p = (struct predict){ .bits = 1 };
	for (unsigned i = 0; i < PREDICT_SLOTS; i++)
		p->slots[i] = PREDICT_ONE / 2 << 4;
	for (int logit = -MOST, next = 0; next < PREDICT_ONE; logit++)
		for (int upto = logit < MOST ? squash(logit) : PREDICT_ONE - 1; next <= upto;
		     next++)
			p->logits[next] = (int16_t)logit;
	for (unsigned i = 0; i < PREDICT_CONTEXTS * PREDICT_CONTEXTS; i++)
		p->weights[i / PREDICT_CONTEXTS][i % PREDICT_CONTEXTS] = WEIGHT;
	look_back(p);
}

unsigned predict_next(struct predict *p)
{
	int64_t sum = 0;
	p->known = 0;
	for (unsigned i = 0; i < PREDICT_CONTEXTS; i++) {
		uint32_t hash = (p->contexts[i] + i * 0x632be5abu) * 0x9e3779b1u;
		hash = ((hash ^ hash >> 15) + p->bits * 0x85ebca6bu) * 0xc2b2ae35u;
		p->asked[i] = &p->slots[hash / (UINT32_MAX / PREDICT_SLOTS + 1)];
		p->said[i] = *p->asked[i] % 16 ? p->logits[*p->asked[i] / 16] : 0;
		if (i < PREDICT_CONTEXTS - 1 && *p->asked[i] % 16)
			p->known = (int)i;
	}
	for (unsigned i = 0; i < PREDICT_CONTEXTS; i++)
		sum += (int64_t)p->said[i] * p->weights[p->known][i];
	sum /= 65536;
	p->answer = squash(sum > MOST ? MOST : sum < -MOST ? -MOST : (int)sum);
	return (unsigned)p->answer;
}

void predict_learn(struct predict *p, unsigned bit)
{
	int error = ((int)bit * PREDICT_ONE - p->answer) * RATE;
	for (unsigned i = 0; i < PREDICT_CONTEXTS; i++) {
		int was = *p->asked[i] / 16, times = *p->asked[i] % 16;
		int now = was + ((bit ? PREDICT_ONE - 1 : 0) - was) * 8 / (9 + 5 * times);
		p->weights[p->known][i] += p->said[i] * error / 65536;
		*p->asked[i] = (uint16_t)(now * 16 + (times < ASKED_MAX ? times + 1 : times));
	}
	p->bits = p->bits * 2 + bit;
	if (p->bits < 256)
		return;
	uint8_t byte = (uint8_t)p->bits, letter = byte | 32;
	p->bits = 1;
	p->before = p->before << 8 | p->last >> 24;
	p->last = p->last << 8 | byte;
	p->word = letter >= 'a' && letter <= 'z' ? (p->word + letter) * 0x3d4d51cbu : 0;
	look_back(p);
}
