/* min_max: the smaller and the larger of two numbers: a uint64_t if one of them is one, otherwise a
 * size_t (two types where pointers have 32 bits). Of two deadlines the smaller one comes first, and
 * NEVER is the largest. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define min_of(a, b)                                                                               \
	_Generic((a) + (b), uint64_t : min_of_numbers, default : min_of_sizes)((a), (b))
#define max_of(a, b)                                                                               \
	_Generic((a) + (b), uint64_t : max_of_numbers, default : max_of_sizes)((a), (b))

static inline uint64_t min_of_numbers(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_of_numbers(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline size_t min_of_sizes(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_of_sizes(size_t a, size_t b)
{
	return a > b ? a : b;
}
