/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Opens that failed. There is no file to look at: what the caller asked for is read from its memory when the call returns, and filtered by the names
 * that somebody asked for, as far as words can tell. Where the name starts (directory, root) is walked from the kernel's own objects.
 */
#pragma once

#include "lib/open.h"

/* What the caller asked for; `directory` is where a relative name starts. */
struct asked_open {
	const void *name;
	bool is_kernels;	/* the name is in the kernel's memory, not in the caller's */
	int directory;
	__u32 flags;
	__u32 mode;
	__u64 resolve;	/* RESOLVE_* of openat2 */
};

/* UAPI: what openat2 takes. */
struct open_how {
	__u64 flags, mode, resolve;
};
enum { RESOLVE_IN_ROOT = 0x10 };

enum { O_ACCMODE = 3, O_WRONLY = 1 };
/* What the kernel begins again once a signal has been seen to: no answer yet. include/linux/errno.h */
enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };
/* How far from the end of a name its last parts are looked for, and how many of them: a file and two directories, as with files that are there. */
enum { LOOK_BACK_MAX = 256, LOOK_AT_PARTS = 3 };
enum { TEXT_AT = sizeof(struct probe_header) + sizeof(struct probe_file) + sizeof(struct probe_string) };

/* The part of the name from `start` to `stop` is passed: a file's or a directory's name, or a step up that takes the part before it away. */
static __always_inline void pass_part(struct scratch *scratch, __u32 start, __u32 stop)
{
	__u32 length = stop - start;
	asm volatile("" : "+r"(start));
	start &= OFFSET_MASK;
	const char *part = scratch->data + start;
	if (length == 0 || (length == 1 && part[0] == '.'))
		return;
	if (length == 2 && part[0] == '.' && part[1] == '.') {
		scratch->back.ups++;
		return;
	}
	if (scratch->back.ups) {
		scratch->back.ups--;
		return;
	}
	struct probe_name name = {};
	if (length > PROBE_NAME_MAX - 1)
		length = PROBE_NAME_MAX - 1;
	asm volatile("" : "+r"(length));
	bpf_probe_read_kernel(name.text, length & (PROBE_NAME_MAX - 1), part);
	__u32 *use = bpf_map_lookup_elem(&sensitive_names, &name);
	if (use && *use & (scratch->back.parts ? PROBE_NAME_DIRECTORY : PROBE_NAME_FILE))
		scratch->back.found = 1;
	scratch->back.parts++;
}

/* One character, from the last to the first. Gives 1 at the end. */
static long look_back(__u32 index, struct scratch **where)
{
	struct scratch *scratch = *where;
	__u32 at = scratch->back.at;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	bool is_first = at < TEXT_AT;
	if (!is_first && scratch->data[at] != '/') {
		scratch->back.at = at - 1;
		return 0;
	}
	pass_part(scratch, at + 1, scratch->back.stop);
	scratch->back.stop = at;
	scratch->back.at = at - 1;
	return is_first || scratch->back.found || scratch->back.parts >= LOOK_AT_PARTS;
}

/* The same about the directory that a relative name starts from. */
static __always_inline bool base_is_sensitive(struct scratch *scratch, struct task_struct *task, int directory)
{
	struct dentry *dentry;
	if (directory == AT_FDCWD) {
		struct fs_struct *fs = LOAD(task, fs);
		if (!fs)
			return false;
		dentry = LOAD(fs, pwd.dentry);
	} else {
		struct file *file = file_of_descriptor(task, directory);
		if (!file)
			return false;
		dentry = LOAD(file, f_path.dentry);
	}
	for (int i = 0; i < 6; i++) {
		if (scratch->back.ups)
			scratch->back.ups--;
		else if (scratch->back.parts >= LOOK_AT_PARTS)
			return false;
		else if (scratch->back.parts++ && name_use(dentry) & PROBE_NAME_DIRECTORY)
			return true;
		dentry = LOAD(dentry, d_parent);
	}
	return false;
}

/* The name, just appended, is one that somebody asked for: by itself or by one of two directories above it. Textual: links in it are not followed. */
static __always_inline bool typed_name_is_sensitive(struct scratch *scratch, struct task_struct *task, int directory)
{
	scratch->back.stop = scratch->used - 1;
	scratch->back.at = scratch->used - 2;
	scratch->back.parts = scratch->back.ups = scratch->back.found = 0;
#ifdef PROBE_COMPAT
	for (int i = 0; i < LOOK_BACK_MAX; i++) {
		if (look_back(i, &scratch))
			break;
	}
#else
	bpf_loop(LOOK_BACK_MAX, look_back, &scratch, 0);
#endif
	if (scratch->back.found)
		return true;
	return scratch->data[TEXT_AT] != '/' && base_is_sensitive(scratch, task, directory);
}

/*
 * A message about an open that failed with `result`, or may yet; NULL when nobody asked for it. Ends in `submit` or `abandon`.
 */
static __always_inline struct scratch *begin_refused(struct probe_config *settings, struct task_struct *task, long result, struct asked_open *asked)
{
	if (!reported(settings, task))
		return NULL;
	struct scratch *scratch = take_scratch(SCRATCH_TASK, PROBE_OPEN_FAILED);
	if (!scratch)
		return NULL;
	// the name first, in its place: most are not asked for, and cost no more than reading them
	HEADER(scratch)->flags = 0;
	scratch->used = sizeof(struct probe_header) + sizeof(struct probe_file);
	if (asked->is_kernels)
		append_kernel_text(scratch, PROBE_TAG_TEXT, asked->name);
	else
		append_user_text(scratch, PROBE_TAG_TEXT, asked->name);
	bool is_for_writing = (asked->flags & (O_ACCMODE | O_CREAT | O_TRUNC)) && !settings->only_sensitive;
	bool has_name = scratch->used > TEXT_AT + 1;
	if (!has_name || (!is_for_writing && !typed_name_is_sensitive(scratch, task, asked->directory))) {
		abandon(scratch);
		return NULL;
	}
	// what was found cut was the name
	__u32 flags = HEADER(scratch)->flags;
	fill_header(HEADER(scratch), task, PROBE_OPEN_FAILED);
	HEADER(scratch)->flags = flags;
	struct probe_file *body = BODY(scratch, probe_file);
	__builtin_memset(body, 0, sizeof(*body));
	body->result = result;
	body->flags = asked->flags;
	body->mode = asked->mode & 07777;
	// nobody knows what it would have been
	body->type = S_IFREG;
	if (scratch->data[TEXT_AT] == '/' && !(asked->resolve & RESOLVE_IN_ROOT))
		append_root(scratch, task, PROBE_TAG_PATH);
	else
		append_base(scratch, task, asked->directory, PROBE_TAG_PATH);
	return scratch;
}

static __always_inline int report_refused_open(long result, struct asked_open *asked)
{
	if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
		return 0;
	struct probe_config *settings = wanted(PROBE_OPEN_FAILED);
	struct scratch *scratch = settings ? begin_refused(settings, CURRENT(), result, asked) : NULL;
	if (scratch)
		submit(scratch, settings, RANK_BULK);
	return 0;
}
