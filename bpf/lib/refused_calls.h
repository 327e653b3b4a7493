/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The system calls that open, when they have failed: where each has what it asked for. */
#pragma once

#include "lib/refused.h"

static __noinline int refused_openat(long result)
{
	struct call call;
	read_call(&call);
	struct asked_open asked = { .directory = call.argument[0], .name = (void *)call.argument[1], .flags = call.argument[2], .mode = call.argument[3] };
	return report_refused_open(result, &asked);
}

static __noinline int refused_openat2(long result)
{
	struct call call;
	read_call(&call);
	struct open_how how = {};
	bpf_probe_read_user(&how, sizeof(how), (void *)call.argument[2]);
	struct asked_open asked = { .directory = call.argument[0], .name = (void *)call.argument[1], .flags = how.flags, .mode = how.mode, .resolve = how.resolve };
	return report_refused_open(result, &asked);
}

static __noinline int refused_open(long result)
{
	struct call call;
	read_call(&call);
	struct asked_open asked = { .directory = AT_FDCWD, .name = (void *)call.argument[0], .flags = call.argument[1], .mode = call.argument[2] };
	return report_refused_open(result, &asked);
}

static __noinline int refused_creat(long result)
{
	struct call call;
	read_call(&call);
	struct asked_open asked = { .directory = AT_FDCWD, .name = (void *)call.argument[0], .flags = O_WRONLY | O_CREAT | O_TRUNC, .mode = call.argument[1] };
	return report_refused_open(result, &asked);
}

/* A file by its handle has no name: the directory whose file system was looked in is all there is to say. Rare, and always told. */
static __noinline int refused_handle(long result)
{
	struct report report;
	if (!begin_report(&report, PROBE_OPEN_FAILED, sizeof(struct probe_file)))
		return 0;
	struct probe_file *body = BODY(report.scratch, probe_file);
	body->result = result;
	body->flags = report.call.argument[2];
	body->type = S_IFREG;
	append_base(report.scratch, report.task, (int)report.call.argument[0], PROBE_TAG_PATH);
	return submit_report(&report, RANK_BULK);
}
