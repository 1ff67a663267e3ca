#include "os/clock.h"

#include <time.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"

uint64_t clock_us(void)
{
	static clockid_t which = CLOCK_BOOTTIME;
	struct timespec t;
	if (clock_gettime(which, &t) != 0) { /* kernels before 2.6.39, and some emulators */
		which = CLOCK_MONOTONIC;
		int failed = clock_gettime(which, &t);
		assert(!failed);
	}
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec / 1000 + 1;
}

uint64_t clock_slept_us(void)
{
	struct timespec all, awake;
	/* in this order: whoever is stopped in between sees too little, not too much */
	if (clock_gettime(CLOCK_BOOTTIME, &all) != 0 || clock_gettime(CLOCK_MONOTONIC, &awake) != 0)
		return 0;
	int64_t us = ((int64_t)all.tv_sec - awake.tv_sec) * (int64_t)SECOND +
	             (all.tv_nsec - awake.tv_nsec) / 1000;
	return us > 0 ? (uint64_t)us : 0;
}

uint64_t clock_unix_ms(void)
{
	struct timespec t;
	if (clock_gettime(CLOCK_REALTIME, &t) != 0 || t.tv_sec <= 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t clock_unix_s(void)
{
	return clock_unix_ms() / 1000;
}

uint32_t clock_local(uint64_t unix_ms, uint32_t *date)
{
	static time_t last;
	static uint32_t local, day;
	time_t now = (time_t)(unix_ms / 1000);
	struct tm tm;
	/* the time zone is asked for once a second, not for each line */
	if (now != last && localtime_r(&now, &tm)) {
		local = (uint32_t)(tm.tm_hour * 3600 + tm.tm_min * 60 +
		                   (tm.tm_sec < 60 ? tm.tm_sec : 59));
		day = (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
		last = now;
	}
	*date = day;
	return local;
}

void clock_day(uint64_t unix_s, char out[static 11])
{
	time_t now = (time_t)unix_s;
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };
	gmtime_r(&now, &tm);
	struct text t = text_of(out, 11);
	text_add_format(&t, "%04u-%02u-%02u", (unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1,
	                (unsigned)tm.tm_mday);
}

void clock_today(char out[static 11])
{
	clock_day(clock_unix_s(), out);
}
