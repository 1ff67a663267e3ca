/* identity: key pairs and their files. See identity.h.
 *
 * PKCS#8 (RFC 5958):      SEQUENCE { 0, SEQUENCE { OID, parameters }, OCTET STRING { key } }
 * X25519 (RFC 8410):      key = OCTET STRING of 32 bytes, no parameters
 * RSA (RFC 8017 A.1.2):   key = SEQUENCE { 0, n, e, d, p, q, dp, dq, iq }, parameters = NULL
 */
#include "crypto/identity.h"

#include <string.h>

#include "base/assert.h"
#include "base/base64.h"
#include "base/split.h"
#include "crypto/der.h"
#include "crypto/rsa_ops.h"
#include "crypto/x25519.h"

enum {
	LIMIT_KEY_DER = 2560, /* bytes: RSA-4096 has about 2375 */
	PEM_LINE = 64         /* characters */
};

static const char pem_begin[] = "-----BEGIN PRIVATE KEY-----";
static const char pem_end[] = "-----END PRIVATE KEY-----";

/* 1.3.101.110 and 1.2.840.113549.1.1.1 */
static const uint8_t oid_x25519[] = { 0x2b, 0x65, 0x6e };
static const uint8_t oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };

/* ---- making ---- */

/* The public half follows. */
static void set_x25519(struct identity *id)
{
	id->public.type = KEY_X25519;
	id->public.len = X25519_LEN;
	x25519_public(id->secret.x25519, id->public.bytes);
}

enum err identity_generate(enum key_type type, unsigned rsa_bits, struct random *random,
                           struct identity *out)
{
	assert(type != KEY_NONE);
	struct identity id;
	memset(&id, 0, sizeof id);
	bool made = true;
	if (type == KEY_X25519) {
		random_fill(random, id.secret.x25519, X25519_LEN);
		set_x25519(&id);
	} else {
		assert(rsa_bits >= RSA_BITS_MIN);
		assert(rsa_bits <= RSA_BITS_MAX);
		assert(rsa_bits % 8 == 0);
		made = rsa_ops_generate(rsa_bits, random, &id);
	}
	if (made)
		*out = id;
	bytes_wipe(&id, sizeof id);
	return made ? OK : ERR_LOCAL;
}

/* ---- reading ---- */

/* An OCTET STRING in the OCTET STRING, as RFC 8410 section 7 has it. */
static enum err read_x25519(struct span key, struct identity *out)
{
	struct reader r = reader_of(key);
	struct span secret = der_read(&r, DER_OCTETS);
	if (!read_end(&r) || secret.len != X25519_LEN)
		return ERR_FORMAT;
	memcpy(out->secret.x25519, secret.at, X25519_LEN);
	set_x25519(out);
	return OK;
}

static void copy_padded(uint8_t *to, size_t len, struct span from)
{
	memset(to, 0, len - from.len);
	memcpy(to + len - from.len, from.at, from.len);
}

/* Odd and not small: what BearSSL may be asked to compute with. */
static bool is_factor(struct span v, size_t len)
{
	return v.len <= len && v.len >= len / 2 && (v.at[v.len - 1] & 1) == 1;
}

/* d is not looked at: it follows from the factors, and nothing here computes with it. */
static enum err read_rsa(struct span key, struct identity *out)
{
	struct reader outer = reader_of(key);
	struct reader r = reader_of(der_read(&outer, DER_SEQUENCE));
	struct span version = der_read_unsigned(&r);
	struct span n = der_read_unsigned(&r), e = der_read_unsigned(&r);
	(void)der_read_unsigned(&r);
	struct span parts[RSA_PARTS];
	for (size_t i = 0; i < RSA_PARTS; i++)
		parts[i] = der_read_unsigned(&r);
	if (!read_end(&r) || !read_end(&outer) || version.len != 0 ||
	    !span_equal(e, span_of(rsa_ops_exponent, sizeof rsa_ops_exponent)) ||
	    n.len > sizeof out->public.bytes)
		return ERR_FORMAT;

	out->public.type = KEY_RSA;
	out->public.len = n.len;
	memcpy(out->public.bytes, n.at, n.len);
	if (public_key_check(&out->public))
		return ERR_FORMAT;

	/* Factors of half the modulus' length: nobody makes others, and the parts have their places
	 * for that length. */
	size_t len = (n.len + 1) / 2;
	if (!is_factor(parts[RSA_P], len) || !is_factor(parts[RSA_Q], len))
		return ERR_FORMAT;
	out->secret.rsa.factor_len = len;
	for (size_t i = 0; i < RSA_PARTS; i++) {
		if (parts[i].len > len)
			return ERR_FORMAT;
		copy_padded(out->secret.rsa.parts[i], len, parts[i]);
	}
	return rsa_ops_fits(out) ? OK : ERR_FORMAT;
}

static enum err read_pkcs8(struct span der, struct identity *out)
{
	struct reader outer = reader_of(der);
	struct reader r = reader_of(der_read(&outer, DER_SEQUENCE));
	struct span version = der_read_unsigned(&r);
	struct reader algorithm = reader_of(der_read(&r, DER_SEQUENCE));
	struct span oid = der_read(&algorithm, DER_OID);
	struct span key = der_read(&r, DER_OCTETS);
	if (!read_end(&r) || !read_end(&outer) || version.len != 0)
		return ERR_FORMAT; /* version 1 has more after the key; nobody writes it */

	if (span_equal(oid, span_of(oid_x25519, sizeof oid_x25519)))
		return read_end(&algorithm) ? read_x25519(key, out) : ERR_FORMAT;
	if (span_equal(oid, span_of(oid_rsa, sizeof oid_rsa)) &&
	    der_read(&algorithm, DER_NULL).len == 0)
		return read_end(&algorithm) ? read_rsa(key, out) : ERR_FORMAT;
	return ERR_FORMAT;
}

/* What stands in s before and behind the first mark. */
static bool find(struct span s, const char *mark, struct span *before, struct span *behind)
{
	for (size_t at = 0; at < s.len; at++) {
		*before = span_of(s.at, at);
		*behind = span_after(s, at);
		if (split_prefix(behind, mark))
			return true;
	}
	return false;
}

static bool has(struct span s, const char *mark)
{
	struct span before, behind;
	return find(s, mark, &before, &behind);
}

/* What stands between the marks of the one key in it. */
static bool pem_body(struct span pem, struct span *body)
{
	struct span text, rest;
	return find(pem, pem_begin, &text, &rest) && find(rest, pem_end, body, &rest) &&
	       !has(rest, pem_begin);
}

enum err identity_read(struct span pem, struct identity *out)
{
	struct span body;
	if (pem.len > LIMIT_KEY_PEM || !pem_body(pem, &body))
		return ERR_FORMAT;

	struct {
		uint8_t der[LIMIT_KEY_DER];
		struct identity id;
	} secret;
	memset(&secret, 0, sizeof secret);
	struct writer der = writer_of(secret.der, sizeof secret.der);
	enum err err =
	    base64_decode(body, &der) ? read_pkcs8(written(&der), &secret.id) : ERR_FORMAT;
	if (!err)
		*out = secret.id;
	bytes_wipe(&secret, sizeof secret);
	return err;
}

#define ANOTHER ". To make a key in another file: schat keygen -f FILE"
#define CONVERT ". To convert it: openssl pkey -in OLD -out NEW"

const char *identity_refusal(struct span file)
{
	static const struct {
		const char *mark, *what;
	} kinds[] = {
		{ "ENCRYPTED", "is encrypted with a passphrase" CONVERT },
		{ "BEGIN OPENSSH ", "is a key of OpenSSH. To make one for schat: schat keygen" },
		{ "BEGIN RSA PRIVATE ", "is in PKCS#1, not PKCS#8" CONVERT },
		{ "BEGIN EC PRIVATE ", "is an EC key. schat takes X25519 and RSA keys" },
		{ "BEGIN PUBLIC ", "is a public key. The private one is needed here" },
		{ "BEGIN CERTIFICATE", "is a certificate. Its private key is needed here" },
		{ pem_begin, "has a key that is damaged, or neither X25519 nor RSA with 2048 to "
		             "4096 bits" ANOTHER },
		{ "schat-", "is a public key. The private one is in the file without .pub" },
		{ "ssh-", "is a public key of OpenSSH. To make one for schat: schat keygen" },
	};
	if (split_trim(file).len == 0)
		return "is empty" ANOTHER;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (has(file, kinds[i].mark))
			return kinds[i].what;
	return file.at[0] == 0x30 ? "is in DER, not PEM. To convert it: openssl pkey -inform DER "
	                            "-in OLD -out NEW"
	                          : "has no private key in PEM" ANOTHER;
}

/* ---- writing ---- */

static void write_rsa(const struct identity *id, struct writer *key)
{
	struct {
		uint8_t d[LIMIT_PUBLIC_KEY], body[LIMIT_KEY_DER];
	} secret;
	bool made = rsa_ops_compute_d(id, secret.d);
	assert(made); /* it was generated or read by us */

	struct writer w = writer_of(secret.body, sizeof secret.body);
	size_t len = id->secret.rsa.factor_len;
	der_write_unsigned(&w, span_of(NULL, 0)); /* version: two primes */
	der_write_unsigned(&w, span_of(id->public.bytes, id->public.len));
	der_write_unsigned(&w, span_of(rsa_ops_exponent, sizeof rsa_ops_exponent));
	der_write_unsigned(&w, span_of(secret.d, id->public.len));
	for (size_t i = 0; i < RSA_PARTS; i++)
		der_write_unsigned(&w, span_of(id->secret.rsa.parts[i], len));
	der_write(key, DER_SEQUENCE, written(&w));
	bytes_wipe(&secret, sizeof secret);
}

static void write_pkcs8(const struct identity *id, struct writer *der)
{
	struct {
		uint8_t key[LIMIT_KEY_DER], body[LIMIT_KEY_DER];
	} secret;
	struct writer key = writer_of(secret.key, sizeof secret.key),
		      body = writer_of(secret.body, sizeof secret.body);
	uint8_t bytes[16];
	struct writer algorithm = writer_of(bytes, sizeof bytes);
	if (id->public.type == KEY_X25519) {
		der_write(&key, DER_OCTETS, span_of(id->secret.x25519, X25519_LEN));
		der_write(&algorithm, DER_OID, span_of(oid_x25519, sizeof oid_x25519));
	} else {
		write_rsa(id, &key);
		der_write(&algorithm, DER_OID, span_of(oid_rsa, sizeof oid_rsa));
		der_write(&algorithm, DER_NULL, span_of(NULL, 0));
	}
	der_write_unsigned(&body, span_of(NULL, 0)); /* version */
	der_write(&body, DER_SEQUENCE, written(&algorithm));
	der_write(&body, DER_OCTETS, written(&key));
	der_write(der, DER_SEQUENCE, written(&body));
	assert(!key.full && !body.full);
	bytes_wipe(&secret, sizeof secret);
}

static void write_line(struct writer *w, struct span text)
{
	write_span(w, text);
	write_u8(w, '\n');
}

static void write_pem(struct span der, struct writer *pem)
{
	struct reader r = reader_of(der);
	write_line(pem, span_text(pem_begin));
	while (r.left > 0) {
		size_t part = r.left < PEM_LINE / 4 * 3 ? r.left : PEM_LINE / 4 * 3;
		base64_encode(read_span(&r, part), pem);
		write_u8(pem, '\n');
	}
	write_line(pem, span_text(pem_end));
}

enum err identity_write(const struct identity *id, struct writer *pem)
{
	assert(id->public.type != KEY_NONE);
	uint8_t bytes[LIMIT_KEY_DER];
	struct writer der = writer_of(bytes, sizeof bytes);
	write_pkcs8(id, &der);
	assert(!der.full);

	struct writer out = *pem; /* a copy: nothing is shown of what does not fit */
	write_pem(written(&der), &out);
	bytes_wipe(bytes, sizeof bytes);
	if (out.full) {
		bytes_wipe(pem->at + pem->len, pem->cap - pem->len);
		return ERR_FULL;
	}
	*pem = out;
	return OK;
}
