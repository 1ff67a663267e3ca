/* What crypto/ names of it, for Frama-C: stubs do its work. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef int br_poly1305_run, br_aes_gen_ctr_keys, br_gcm_context, br_sha256_context;

enum { BR_EC_secp256r1 = 23 };

typedef struct {
	uint32_t (*mul)(unsigned char *g, size_t g_len, const unsigned char *x, size_t x_len,
	                int curve);
	uint32_t (*muladd)(unsigned char *a, const unsigned char *b, size_t len,
	                   const unsigned char *x, size_t x_len, const unsigned char *y,
	                   size_t y_len, int curve);
} br_ec_impl;

extern const br_ec_impl br_ec_p256_m31;

void br_sha256_init(br_sha256_context *c);
void br_sha256_update(br_sha256_context *c, const void *data, size_t len);
uint64_t br_sha256_out(const br_sha256_context *c, void *out);
