// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Changes of the file system that are no writing open: names, modes, owners, mounts. Only those that succeeded. */
#include "lib/change.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { CURRENT_DIRECTORY = -1, NONE = 6 };

ON_EXIT(rename) { return report_second_name(PROBE_RENAME, context->ret, CURRENT_DIRECTORY, 0, CURRENT_DIRECTORY, 1); }
ON_EXIT(renameat) { return report_second_name(PROBE_RENAME, context->ret, 0, 1, 2, 3); }
ON_EXIT(renameat2) { return report_second_name(PROBE_RENAME, context->ret, 0, 1, 2, 3); }
ON_EXIT(link) { return report_second_name(PROBE_LINK, context->ret, CURRENT_DIRECTORY, 0, CURRENT_DIRECTORY, 1); }
ON_EXIT(linkat) { return report_second_name(PROBE_LINK, context->ret, 0, 1, 2, 3); }
ON_EXIT(symlink) { return report_name_and_text(PROBE_SYMLINK, context->ret, PROBE_TAG_TEXT, 0, CURRENT_DIRECTORY, 1); }
ON_EXIT(symlinkat) { return report_name_and_text(PROBE_SYMLINK, context->ret, PROBE_TAG_TEXT, 0, 1, 2); }
ON_EXIT(mount) { return report_name_and_text(PROBE_MOUNT, context->ret, PROBE_TAG_SECOND_TEXT, 0, CURRENT_DIRECTORY, 1); }
ON_EXIT(move_mount) { return report_second_name(PROBE_MOUNT, context->ret, 2, 3, 0, 1); }
ON_EXIT(setxattr) { return report_attribute(context->ret, 1, CURRENT_DIRECTORY, 0); }
ON_EXIT(lsetxattr) { return report_attribute(context->ret, 1, CURRENT_DIRECTORY, 0); }
ON_EXIT(setxattrat) { return report_attribute(context->ret, 3, 0, 1); }
ON_EXIT(fsetxattr) { return report_descriptor(PROBE_SETXATTR, context->ret, NONE, 1); }

ON_EXIT(unlink) { return report_change(PROBE_UNLINK, context->ret, CURRENT_DIRECTORY, 0, NONE, NONE); }
ON_EXIT(unlinkat) { return report_change(PROBE_UNLINK, context->ret, 0, 1, 2, NONE); }
ON_EXIT(rmdir) { return report_change(PROBE_RMDIR, context->ret, CURRENT_DIRECTORY, 0, NONE, NONE); }
ON_EXIT(mkdir) { return report_change(PROBE_MKDIR, context->ret, CURRENT_DIRECTORY, 0, NONE, 1); }
ON_EXIT(mkdirat) { return report_change(PROBE_MKDIR, context->ret, 0, 1, NONE, 2); }
ON_EXIT(chmod) { return report_change(PROBE_CHMOD, context->ret, CURRENT_DIRECTORY, 0, NONE, 1); }
ON_EXIT(fchmodat) { return report_change(PROBE_CHMOD, context->ret, 0, 1, NONE, 2); }
ON_EXIT(fchmodat2) { return report_change(PROBE_CHMOD, context->ret, 0, 1, 3, 2); }
ON_EXIT(fchmod) { return report_descriptor(PROBE_CHMOD, context->ret, 1, NONE); }
ON_EXIT(chown) { return report_owner(context->ret, CURRENT_DIRECTORY, 0, 1, NONE); }
ON_EXIT(lchown) { return report_owner(context->ret, CURRENT_DIRECTORY, 0, 1, NONE); }
ON_EXIT(fchownat) { return report_owner(context->ret, 0, 1, 2, 4); }
ON_EXIT(fchown) { return report_descriptor(PROBE_CHOWN, context->ret, NONE, NONE); }
ON_EXIT(truncate) { return report_change(PROBE_TRUNCATE, context->ret, CURRENT_DIRECTORY, 0, NONE, NONE); }
ON_EXIT(ftruncate) { return report_descriptor(PROBE_TRUNCATE, context->ret, NONE, NONE); }
// by descriptor when there is no name: what touch(1) does
ON_EXIT(utimensat) { return report_change(PROBE_UTIMES, context->ret, 0, 1, 3, NONE); }
ON_EXIT(futimesat) { return report_change(PROBE_UTIMES, context->ret, 0, 1, NONE, NONE); }
ON_EXIT(utimes) { return report_change(PROBE_UTIMES, context->ret, CURRENT_DIRECTORY, 0, NONE, NONE); }
ON_EXIT(utime) { return report_change(PROBE_UTIMES, context->ret, CURRENT_DIRECTORY, 0, NONE, NONE); }
ON_EXIT(chdir) { return report_directory(context->ret); }
ON_EXIT(fchdir) { return report_directory(context->ret); }
ON_EXIT(umount) { return report_change(PROBE_UMOUNT, context->ret, CURRENT_DIRECTORY, 0, 1, NONE); }
