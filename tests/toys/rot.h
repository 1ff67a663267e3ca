/* rot: a toy suite. Each side says hello in the clear; packets are turned by the length of both
 * hellos and end in a checksum. Nobody should use it. */
#pragma once

#include <string.h>

#include "crypto/encryptor.h"

enum { SUITE_ROT = 200 };

struct rot {
	struct encryptor base;
	uint8_t turn;
};

static void rot_hello(struct encryptor *e, struct writer *out)
{
	((struct rot *)e)->turn += (uint8_t)e->config.payload.len;
	write_span(out, e->config.payload);
}

static enum err rot_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	if (in.len > LIMIT_HELLO_PAYLOAD)
		return ERR_FORMAT;
	if (e->next == 0)
		rot_hello(e, out);
	if (in.len > 0)
		memcpy(e->peer_payload, in.at, in.len);
	e->peer_payload_len = in.len;
	((struct rot *)e)->turn += (uint8_t)in.len;
	memset(e->session_id, ((struct rot *)e)->turn, sizeof e->session_id);
	memset(e->exporter, ((struct rot *)e)->turn, sizeof e->exporter);
	return OK;
}

static uint8_t rot_sum(struct span header, const uint8_t *text, size_t len)
{
	unsigned sum = 1;
	for (size_t i = 0; i < header.len; i++)
		sum = sum * 31 + header.at[i];
	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + text[i];
	return (uint8_t)sum;
}

static void rot_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                     size_t len)
{
	(void)counter;
	memset(data + len, rot_sum(header, data, len), TAG_LEN);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(data[i] + ((struct rot *)e)->turn);
}

static bool rot_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                     size_t len)
{
	(void)counter;
	for (size_t i = 0; i < len - TAG_LEN; i++)
		data[i] = (uint8_t)(data[i] - ((struct rot *)e)->turn);
	return data[len - 1] == rot_sum(header, data, len - TAG_LEN);
}

static const struct encryptor_class rot_class = {
	.name = "rot",
	.suite = (enum suite)SUITE_ROT,
	.key_type = KEY_NONE,
	.insecure = true,
	.messages = 2,
	.size = sizeof(struct rot),
	.handshake = rot_handshake,
	.seal = rot_seal,
	.open = rot_open,
};
