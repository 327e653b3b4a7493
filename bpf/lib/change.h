/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Changes of the file system, looked at when the call returns: what one of the hooks kept of its names (keep.h), or else the words of the caller.
 */
#pragma once

#include "lib/call.h"

static __always_inline bool append_names_of_call(struct scratch *scratch, __u32 kind)
{
	return append_kept_names(scratch, bpf_get_current_pid_tgid(), kind, sizeof(struct probe_file));
}

/* Only of those that succeeded. */
static __always_inline bool begin_change_report(struct report *report, __u32 kind, long result)
{
	if (result < 0 || !begin_report(report, kind, sizeof(struct probe_file)))
		return false;
	BODY(report->scratch, probe_file)->result = result;
	return true;
}

/* The name in one argument, below the directory in another; without such a one (-1) below the current directory. */
static __always_inline void append_named(struct report *report, int directory, int name, __u16 base_tag, __u16 text_tag)
{
	append_name(report->scratch, report->task, directory >= 0 ? (int)report->call.argument[directory] : AT_FDCWD, (void *)report->call.argument[name],
		base_tag, text_tag);
}

/* A change of the file system by one name. */
static __always_inline int report_change(__u32 kind, long result, int directory, int name, __u32 flags, __u32 mode)
{
	struct report report;
	if (!begin_change_report(&report, kind, result))
		return 0;
	struct probe_file *body = BODY(report.scratch, probe_file);
	body->flags = argument_of(&report, flags);
	body->mode = argument_of(&report, mode);
	if (!append_names_of_call(report.scratch, kind == PROBE_UNLINK && (body->flags & AT_REMOVEDIR) ? PROBE_RMDIR : kind))
		append_named(&report, directory, name, PROBE_TAG_PATH, PROBE_TAG_TEXT);
	return submit_report(&report, RANK_BULK);
}

/* A change of owner; the new one is in two arguments from `owner` on. */
static __always_inline int report_owner(long result, int directory, int name, int owner, __u32 flags)
{
	struct report report;
	if (!begin_change_report(&report, PROBE_CHOWN, result))
		return 0;
	struct probe_file *body = BODY(report.scratch, probe_file);
	body->flags = argument_of(&report, flags);
	body->owner_uid = argument_of(&report, owner);
	body->owner_gid = argument_of(&report, owner + 1);
	if (!append_names_of_call(report.scratch, PROBE_CHOWN))
		append_named(&report, directory, name, PROBE_TAG_PATH, PROBE_TAG_TEXT);
	return submit_report(&report, RANK_BULK);
}

/* A change by a name and a text that is no name of a file below a directory: what a symlink holds, an attribute, what is mounted. */
static __always_inline int report_name_and_text(__u32 kind, long result, __u16 text_tag, int text, int directory, int name)
{
	struct report report;
	if (!begin_change_report(&report, kind, result))
		return 0;
	bool is_first = text_tag == PROBE_TAG_TEXT;
	if (!append_names_of_call(report.scratch, kind)) {
		append_user_text(report.scratch, text_tag, (void *)report.call.argument[text]);
		append_named(&report, directory, name, is_first ? PROBE_TAG_SECOND_PATH : PROBE_TAG_PATH, is_first ? PROBE_TAG_SECOND_TEXT : PROBE_TAG_TEXT);
	}
	return submit_report(&report, RANK_BULK);
}

/* An attribute by the file's name. What was kept of a call that failed must not be taken for the next one's. */
static __always_inline int report_attribute(long result, int attribute, int directory, int name)
{
	report_name_and_text(PROBE_SETXATTR, result, PROBE_TAG_SECOND_TEXT, attribute, directory, name);
	__u64 thread = bpf_get_current_pid_tgid();
	if (bpf_map_delete_elem(&kept_mounts, &thread) == 0 && result < 0)
		bpf_map_delete_elem(&kept_names, &thread);
	return 0;
}

/* The call has returned: where the process stands now is where it went. */
static __always_inline int report_directory(long result)
{
	struct report report;
	if (!begin_change_report(&report, PROBE_CHDIR, result))
		return 0;
	append_base(report.scratch, report.task, AT_FDCWD, PROBE_TAG_PATH);
	return submit_report(&report, RANK_BULK);
}

/* A change that gives a file another name; directories < 0 mean the current one. */
static __always_inline int report_second_name(__u32 kind, long result, int directory, int name, int second_directory, int second_name)
{
	struct report report;
	if (!begin_change_report(&report, kind, result))
		return 0;
	if (!append_names_of_call(report.scratch, kind)) {
		append_named(&report, directory, name, PROBE_TAG_PATH, PROBE_TAG_TEXT);
		append_named(&report, second_directory, second_name, PROBE_TAG_SECOND_PATH, PROBE_TAG_SECOND_TEXT);
	}
	return submit_report(&report, RANK_BULK);
}

/* A change by descriptor; `mode` and `text` are indexes, or 6 for none. */
static __always_inline int report_descriptor(__u32 kind, long result, __u32 mode, __u32 text)
{
	struct report report;
	if (!begin_change_report(&report, kind, result))
		return 0;
	struct file *file = file_of_descriptor(report.task, (int)report.call.argument[0]);
	if (!file) {
		abandon(report.scratch);
		return 0;
	}
	struct probe_file *body = BODY(report.scratch, probe_file);
	body->inode = LOAD(file, f_inode, i_ino);
	body->device = LOAD(file, f_inode, i_sb, s_dev);
	body->mode = argument_of(&report, mode);
	// after a change of owner, the new one
	body->type = LOAD(file, f_inode, i_mode) & S_IFMT;
	body->owner_uid = LOAD(file, f_inode, i_uid.val);
	body->owner_gid = LOAD(file, f_inode, i_gid.val);
	append_file(report.scratch, PROBE_TAG_PATH, file);
	if (text < 6)
		append_user_text(report.scratch, PROBE_TAG_SECOND_TEXT, (void *)report.call.argument[text]);
	return submit_report(&report, RANK_BULK);
}
