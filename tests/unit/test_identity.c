/* identity: key pairs made, written and read; files of openssl; files that are wrong in every
 * place. */
#include "base/base64.h"
#include "tests/unit/support.h"

#include <stdlib.h>

#include "crypto/der.h"
#include "crypto/identity.h"
#include "tests/vectors/key_files.h"

enum {
	GOOD = sizeof good_key_files / sizeof good_key_files[0],
	FOREIGN = sizeof foreign_key_files / sizeof foreign_key_files[0],
	DER_ROOM = 2560
};

static bool is_slow(void)
{
	const char *slow = getenv("SCHAT_SLOW");
	return slow && *slow == '1';
}

static enum err read_text(const char *pem, struct identity *out)
{
	return identity_read(span_text(pem), out);
}

/* A refused file leaves out untouched. */
static void assert_refused(struct span pem)
{
	struct identity out, before;
	memset(&out, 0x5a, sizeof out);
	before = out;
	assert_int_equal(identity_read(pem, &out), ERR_FORMAT);
	assert_memory_equal(&out, &before, sizeof out);
}

static struct span body_of(const char *pem)
{
	const char *begin = strchr(pem, '\n') + 1;
	return span_of(begin, (size_t)(strstr(pem, "-----END") - begin));
}

static struct span der_of(const char *pem, uint8_t *der)
{
	struct writer w = writer_of(der, DER_ROOM);
	assert_true(base64_decode(body_of(pem), &w));
	return written(&w);
}

static struct span pem_of(struct span der, uint8_t *pem)
{
	struct writer w = writer_of(pem, LIMIT_KEY_PEM);
	write_span(&w, span_text("-----BEGIN PRIVATE KEY-----\n"));
	base64_encode(der, &w);
	write_span(&w, span_text("\n-----END PRIVATE KEY-----\n"));
	assert_false(w.full);
	return written(&w);
}

/* openssl's files are read, give the public key openssl prints, and come back from our own writing.
 */
static void test_identity_reads_openssl(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < GOOD; i++) {
		struct identity id, again;
		uint8_t pem[LIMIT_KEY_PEM];
		struct writer w = writer_of(pem, sizeof pem);
		assert_int_equal(read_text(good_key_files[i].pem, &id), OK);
		assert_int_equal(id.public.type, good_key_files[i].type);
		assert_span_hex(span_of(id.public.bytes, id.public.len), good_key_files[i].public);
		assert_int_equal(public_key_check(&id.public), OK);

		assert_int_equal(identity_write(&id, &w), OK);
		assert_int_equal(identity_read(written(&w), &again), OK);
		assert_memory_equal(&id, &again, sizeof id);
		if (id.public.type == KEY_X25519)
			assert_span_text(written(&w), good_key_files[i].pem);

		for (size_t cap = 0; cap < w.len; cap += 7) {
			struct writer small = writer_of(pem, cap);
			assert_int_equal(identity_write(&id, &small), ERR_FULL);
			assert_int_equal(small.len, 0);
			assert_true(bytes_zero(pem, cap)); /* nor half a secret behind the end */
		}
		bytes_wipe(&id, sizeof id);
		assert_true(bytes_zero(&id, sizeof id));
	}
}

/* Sound files of other algorithms, sizes, exponents and containers are refused (S17, S21). */
static void test_identity_refuses_foreign(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < FOREIGN; i++)
		assert_refused(span_text(foreign_key_files[i].pem));
}

/* Text around the key is skipped, as openssl does; not what stands inside, nor a second key. */
static void test_identity_pem_frame(void **unused)
{
	(void)unused;
#define BEGIN "-----BEGIN PRIVATE KEY-----"
#define BODY  "MC4CAQAwBQYDK2VuBCIEIIAixEEqxcB0FXkL5ECvmBbssZjnSc1h16Q9suGURvhE"
#define END   "-----END PRIVATE KEY-----"
	static const struct {
		const char *pem;
		enum err want;
	} cases[] = {
		{ BEGIN "\n" BODY "\n" END "\n", OK },
		{ BEGIN "\n" BODY "\n" END, OK },
		{ BEGIN "\r\n" BODY "\r\n" END "\r\n", OK },
		{ "\n\n " BEGIN "\n" BODY "\n" END "\n\n\t", OK },
		{ BEGIN "\nMC4CAQAwBQYDK2VuBCIEIIAi\nxEEqxcB0FXkL5ECvmBbssZjnSc1h16Q9suGURvhE\n" END
		        "\n",
		  OK },
		{ "", ERR_FORMAT },
		{ BEGIN, ERR_FORMAT },
		{ END, ERR_FORMAT },
		{ BEGIN END, ERR_FORMAT },
		{ BEGIN "\n" END "\n", ERR_FORMAT },
		{ BODY "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "\n", ERR_FORMAT },
		{ BODY "\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "\n" END "\nx", OK },
		{ "x\n" BEGIN "\n" BODY "\n" END "\n", OK },
		{ "\xef\xbb\xbf" BEGIN "\r\n" BODY "\r\n" END "\r\n", OK },
		{ BEGIN "\n" BODY "\n" BODY "\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "\n" END "\n" BEGIN "\n" BODY "\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "=\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "A\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n#comment\n" BODY "\n" END "\n", ERR_FORMAT },
		{ "-----BEGIN PRIVATE KEY----\n" BODY "\n" END "\n", ERR_FORMAT },
		{ "-----begin private key-----\n" BODY "\n" END "\n", ERR_FORMAT },
		{ BEGIN "\n" BODY "\n-----END PUBLIC KEY-----\n", ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct identity id;
		assert_int_equal(read_text(cases[i].pem, &id), cases[i].want);
		if (cases[i].want == OK)
			assert_span_hex(span_of(id.public.bytes, id.public.len),
			                good_key_files[0].public);
		else
			assert_refused(span_text(cases[i].pem));
	}

	static char longest[LIMIT_KEY_PEM + 1];
	memset(longest, '\n', sizeof longest);
	memcpy(longest, good_key_files[0].pem, strlen(good_key_files[0].pem));
	struct identity id;
	assert_int_equal(identity_read(span_of(longest, LIMIT_KEY_PEM), &id), OK);
	assert_refused(span_of(longest, LIMIT_KEY_PEM + 1));
}

/* No beginning of a file is a file. */
static void test_identity_truncated(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(good_key_files[i].pem);
		for (size_t cut = 0; cut < len - 1; cut++)
			assert_refused(span_of(good_key_files[i].pem, cut));
		uint8_t der[DER_ROOM], pem[LIMIT_KEY_PEM];
		struct span whole = der_of(good_key_files[i].pem, der);
		for (size_t cut = 0; cut < whole.len; cut++)
			assert_refused(pem_of(span_of(der, cut), pem));
		der[whole.len] = 0;
		assert_refused(pem_of(span_of(der, whole.len + 1), pem));
	}
}

/* A changed byte of the text never makes another file of the same RSA key, and never anything that
 * does not come back from being written. */
static void test_identity_mutated_text(void **unused)
{
	(void)unused;
	struct test_random r = test_random(1);
	for (size_t i = 0; i < 2; i++) {
		char pem[LIMIT_KEY_PEM];
		size_t len = strlen(good_key_files[i].pem);
		for (size_t at = 0; at < len; at += i == 0 ? 1 : 5) {
			struct identity id, again;
			memcpy(pem, good_key_files[i].pem, len);
			pem[at] = (char)random_below(&r.random, 256);
			if (identity_read(span_of(pem, len), &id) != OK)
				continue;
			uint8_t out[LIMIT_KEY_PEM];
			struct writer w = writer_of(out, sizeof out);
			assert_int_equal(identity_write(&id, &w), OK);
			assert_int_equal(identity_read(written(&w), &again), OK);
			assert_memory_equal(&id, &again, sizeof id);
			if (i == 1)
				assert_span_hex(span_of(id.public.bytes, id.public.len),
				                good_key_files[1].public);
		}
	}
}

/* ---- RSA files taken apart and put together ---- */

enum part { VERSION, N, E, D, P, Q, DP, DQ, IQ, PARTS_COUNT };

struct parts_of_file {
	uint8_t der[DER_ROOM];
	struct span part[PARTS_COUNT];
};

static void take_apart(const char *pem, struct parts_of_file *out)
{
	struct reader all = reader_of(der_of(pem, out->der));
	struct reader r = reader_of(der_read(&all, DER_SEQUENCE));
	(void)der_read_unsigned(&r);
	(void)der_read(&r, DER_SEQUENCE);
	struct reader key = reader_of(der_read(&r, DER_OCTETS));
	struct reader numbers = reader_of(der_read(&key, DER_SEQUENCE));
	for (enum part p = VERSION; p < PARTS_COUNT; p++)
		out->part[p] = der_read_unsigned(&numbers);
	assert_true(read_end(&numbers));
}

/* Every byte of the DER counts: a changed one is refused, except inside the secret of x25519, where
 * all secrets are keys. */
static void test_identity_mutated_der(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		uint8_t der[DER_ROOM], pem[LIMIT_KEY_PEM];
		struct span whole = der_of(good_key_files[i].pem, der);
		size_t end = i == 0 ? whole.len - X25519_LEN : whole.len, d = 0;
		struct parts_of_file file;
		if (i > 0) {
			take_apart(good_key_files[i].pem, &file);
			d = (size_t)(file.part[D].at - file.der);
		}
		for (size_t at = 0; at < end; at += i == 0 || at < 40 || is_slow() ? 1 : 11)
			for (unsigned bit = i == 0 ? 0 : (unsigned)at % 8; bit < 8;
			     bit += i == 0 ? 1 : 8) {
				if (i > 0 && at >= d && at < d + file.part[D].len)
					continue; /* d is not used */
				der[at] ^= (uint8_t)(1 << bit);
				assert_refused(pem_of(whole, pem));
				der[at] ^= (uint8_t)(1 << bit);
			}
	}
}

static struct span put_together(const struct span part[PARTS_COUNT], uint8_t *pem)
{
	static const uint8_t rsa[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		                       0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	static uint8_t bytes[4][DER_ROOM];
	struct writer w[4];
	for (size_t i = 0; i < 4; i++)
		w[i] = writer_of(bytes[i], DER_ROOM);
	for (enum part p = VERSION; p < PARTS_COUNT; p++)
		der_write_unsigned(&w[0], part[p]);
	der_write(&w[1], DER_SEQUENCE, written(&w[0]));
	der_write_unsigned(&w[2], span_of(NULL, 0));
	der_write(&w[2], DER_SEQUENCE, span_of(rsa, sizeof rsa));
	der_write(&w[2], DER_OCTETS, written(&w[1]));
	der_write(&w[3], DER_SEQUENCE, written(&w[2]));
	return pem_of(written(&w[3]), pem);
}

/* A changed, missing, doubled or exchanged number is refused: what the others sign does not verify.
 * d is not one of them: it follows from the factors and is not used. */
static void test_identity_rsa_parts_must_fit(void **unused)
{
	(void)unused;
	struct parts_of_file file, other;
	uint8_t pem[LIMIT_KEY_PEM], bytes[RSA_BITS_MAX / 8 + 1];
	struct identity id;
	take_apart(good_key_files[1].pem, &file);
	take_apart(good_key_files[2].pem, &other);
	assert_int_equal(identity_read(put_together(file.part, pem), &id), OK);

	for (enum part p = VERSION; p < PARTS_COUNT; p++) {
		if (p == D)
			continue;
		struct span part[PARTS_COUNT];
		memcpy(part, file.part, sizeof part);
		size_t len = file.part[p].len;

		/* plus 2, minus 2 (still odd), in the middle, longer, one, none; and that of
		 * another key */
		const struct {
			size_t at;
			uint8_t flip;
		} changes[] = { { len - 1, 2 }, { len / 2, 1 }, { 0, 1 } };
		for (size_t i = 0; len > 0 && i < 3; i++) {
			memcpy(bytes, file.part[p].at, len);
			bytes[changes[i].at] ^= changes[i].flip;
			part[p] = span_of(bytes, len);
			assert_refused(put_together(part, pem));
		}
		bytes[0] = 1;
		if (len > 0)
			memcpy(bytes + 1, file.part[p].at, len);
		part[p] = span_of(bytes, len + 1);
		assert_refused(put_together(part, pem));
		part[p] = span_of(bytes, 1);
		assert_refused(put_together(part, pem));
		part[p] = span_of(NULL, 0);
		if (p != VERSION)
			assert_refused(put_together(part, pem));
		part[p] = other.part[p];
		if (p != VERSION && p != E)
			assert_refused(put_together(part, pem));
	}

	/* p and q exchanged: with dp and dq exchanged too, iq is still that of the other order. */
	struct span part[PARTS_COUNT];
	memcpy(part, file.part, sizeof part);
	part[P] = file.part[Q];
	part[Q] = file.part[P];
	assert_refused(put_together(part, pem));
	part[DP] = file.part[DQ];
	part[DQ] = file.part[DP];
	assert_refused(put_together(part, pem));

	/* Another's d: the pair is what the rest says, and so is the d that is written. */
	struct identity again;
	uint8_t wrong[LIMIT_KEY_PEM], right[LIMIT_KEY_PEM];
	struct writer w = writer_of(wrong, sizeof wrong), v = writer_of(right, sizeof right);
	memcpy(part, file.part, sizeof part);
	part[D] = other.part[D];
	assert_int_equal(identity_read(put_together(part, pem), &again), OK);
	assert_memory_equal(&again, &id, sizeof id);
	assert_int_equal(identity_write(&again, &w), OK);
	assert_int_equal(identity_write(&id, &v), OK);
	assert_true(span_equal(written(&w), written(&v)));

	/* n = n * 1: a product, but not of two halves. */
	static const uint8_t one = 1;
	memcpy(part, file.part, sizeof part);
	part[P] = file.part[N];
	part[Q] = span_of(&one, 1);
	assert_refused(put_together(part, pem));
}

/* ---- making ---- */

/* A made pair is sound, comes back from its file, and is another one for other randomness. */
static void test_identity_generate(void **unused)
{
	(void)unused;
	static const unsigned bits[] = { 0, 2048, 2056, 3072, 4096 };
	size_t count = is_slow() ? 5 : 2;
	for (size_t i = 0; i < count; i++) {
		enum key_type type = bits[i] ? KEY_RSA : KEY_X25519;
		struct test_random r = test_random(8), other = test_random(9);
		struct identity id, again;
		uint8_t pem[LIMIT_KEY_PEM];
		struct writer w = writer_of(pem, sizeof pem);
		assert_int_equal(identity_generate(type, bits[i], &r.random, &id), OK);
		assert_int_equal(id.public.type, type);
		assert_int_equal(id.public.len, bits[i] ? bits[i] / 8 : X25519_LEN);
		assert_int_equal(public_key_check(&id.public), OK);
		if (type == KEY_RSA)
			assert_true(id.public.bytes[0] & 0x80); /* all of its bits */
		assert_int_equal(identity_write(&id, &w), OK);
		assert_int_equal(identity_read(written(&w), &again), OK);
		assert_memory_equal(&id, &again, sizeof id);
		if (type == KEY_X25519) {
			assert_int_equal(identity_generate(type, 0, &other.random, &again), OK);
			assert_false(public_key_equal(&id.public, &again.public));
		}
	}
	struct test_random r = test_random(10);
	struct identity id;
	assert_panics(identity_generate(KEY_NONE, 0, &r.random, &id));
	assert_panics(identity_generate(KEY_RSA, 1024, &r.random, &id));
	assert_panics(identity_generate(KEY_RSA, 4104, &r.random, &id));
	assert_panics(identity_generate(KEY_RSA, 2050, &r.random, &id));
}

/* What is refused is named. */
static void test_identity_says_what_a_file_is(void **unused)
{
	(void)unused;
	static const struct {
		const char *file, *says;
	} cases[] = {
		{ " \n", "is empty. To make a key in another file: schat keygen -f FILE" },
		{ "dear diary\n", "has no private key in PEM. To make a key in another file: " },
		{ "\x30\x2e\x02", "is in DER" },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "is encrypted with a passphrase" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
		  "is encrypted with a passphrase" },
		{ "-----BEGIN RSA PRIVATE KEY-----\n", "is in PKCS#1" },
		{ "-----BEGIN EC PRIVATE KEY-----\n", "is an EC key" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\n", "is a key of OpenSSH" },
		{ "-----BEGIN PUBLIC KEY-----\n", "is a public key" },
		{ "-----BEGIN CERTIFICATE-----\n", "is a certificate" },
		{ "schat-x25519 AAAA\n", "is a public key" },
		{ "ssh-ed25519 AAAA\n", "is a public key of OpenSSH" },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n", "has a key that is damaged" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *says = identity_refusal(span_text(cases[i].file));
		assert_memory_equal(says, cases[i].says, strlen(cases[i].says));
	}
	for (size_t i = 0; i < FOREIGN; i++)
		assert_string_not_equal(identity_refusal(span_text(foreign_key_files[i].pem)),
		                        identity_refusal(span_text("dear diary\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity_reads_openssl),
		cmocka_unit_test(test_identity_refuses_foreign),
		cmocka_unit_test(test_identity_pem_frame),
		cmocka_unit_test(test_identity_truncated),
		cmocka_unit_test(test_identity_mutated_text),
		cmocka_unit_test(test_identity_mutated_der),
		cmocka_unit_test(test_identity_rsa_parts_must_fit),
		cmocka_unit_test(test_identity_generate),
		cmocka_unit_test(test_identity_says_what_a_file_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
