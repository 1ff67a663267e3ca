/* heap: the allocator of the program where it is linked with musl, in the place of musl's.
 * Everything large is allocated once, at start, so nothing is gained by keeping freed memory: each
 * allocation is a mapping of its own, zero at first and gone when it is freed; the kernel ends
 * whoever uses it afterwards. It saves 7 KB. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Before each allocation, and as large as the strictest alignment. */
struct header {
	_Alignas(max_align_t) size_t len; /* of the mapping, this included */
};

void *calloc(size_t count, size_t size)
{
	size_t len;
	if (__builtin_mul_overflow(count, size, &len) ||
	    __builtin_add_overflow(len, sizeof(struct header), &len)) {
		errno = ENOMEM;
		return NULL;
	}
	struct header *h =
	    mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (h == MAP_FAILED)
		return NULL;
	h->len = len;
	return h + 1;
}

void *malloc(size_t size)
{
	return calloc(1, size);
}

/* What musl's time zones ask. */
void *__libc_malloc(size_t size);
void *__libc_malloc(size_t size)
{
	return malloc(size);
}

void free(void *at)
{
	if (at == NULL)
		return;
	int before = errno;
	struct header *h = (struct header *)at - 1;
	munmap(h, h->len);
	errno = before;
}

void *realloc(void *at, size_t size)
{
	void *to = calloc(1, size);
	if (to == NULL || at == NULL)
		return to;
	size_t len = ((struct header *)at - 1)->len - sizeof(struct header);
	memcpy(to, at, len < size ? len : size);
	free(at);
	return to;
}
