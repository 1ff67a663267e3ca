/* sealed_file: a small file under a passphrase, in the age format (c2sp.org/age, version 1, one
 * scrypt recipient, one chunk), so that age -d opens it as well. */
#pragma once

#include "base/err.h"
#include "base/random.h"
#include "crypto/scrypt.h"

enum {
	SEALED_FILE_TEXT = 65536, /* bytes of a text, at most */
	SEALED_FILE_MORE = 256,   /* what a file has besides, at most */
	SEALED_FILE_LOG = 16      /* of ours: 64 MB, a quarter of a second */
};

/* scratch: scrypt_scratch(SEALED_FILE_LOG) bytes. False: the text is too long, or out too small. */
bool sealed_file_write(struct span text, struct span passphrase, struct random *random,
                       uint32_t *scratch, struct writer *out);

/* log_n: for scratch. False: it is no such file, or wants more than SCRYPT_LOG_MAX. */
bool sealed_file_work(struct span file, unsigned *log_n);
/* file is changed; *text is in it. ERR_AUTH: another passphrase. ERR_FORMAT: it is damaged. */
enum err sealed_file_read(uint8_t *file, size_t len, struct span passphrase, uint32_t *scratch,
                          struct span *text);
