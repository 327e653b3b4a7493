"""pack.py ROOT OUT [--capabilities PATH=NAME,NAME]...: ROOT as a tar archive that is the same for the same input.

Everything belongs to root and is dated 1970, entries are sorted. File capabilities are written as the extended attribute
security.capability (struct vfs_cap_data, revision 2, effective), so that neither root nor a file system with attributes is needed.
"""

import argparse
import os
import struct
import sys
import tarfile

# include/uapi/linux/capability.h
NUMBERS = {
    "CHOWN": 0, "DAC_OVERRIDE": 1, "DAC_READ_SEARCH": 2, "FOWNER": 3, "KILL": 5, "SETPCAP": 8, "NET_ADMIN": 12, "NET_RAW": 13, "IPC_LOCK": 14, "SYS_RAWIO": 17,
    "SYS_CHROOT": 18, "SYS_PTRACE": 19, "SYS_ADMIN": 21, "SYS_RESOURCE": 24, "LEASE": 28, "SYSLOG": 34, "PERFMON": 38, "BPF": 39,
}
REVISION_2 = 0x02000000
EFFECTIVE = 0x00000001


def attribute(names):
    mask = 0
    for name in names:
        if name not in NUMBERS:
            sys.exit(f"pack: unknown capability {name}")
        mask |= 1 << NUMBERS[name]
    return struct.pack("<IIIII", REVISION_2 | EFFECTIVE, mask & 0xFFFFFFFF, 0, mask >> 32, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("out")
    parser.add_argument("--capabilities", action="append", default=[], metavar="PATH=NAME,NAME")
    arguments = parser.parse_args()
    capabilities = {}
    for entry in arguments.capabilities:
        path, _, names = entry.partition("=")
        capabilities[path.strip("/")] = attribute(names.split(","))

    paths = []
    for folder, folders, files in os.walk(arguments.root):
        folders.sort()
        paths += [os.path.relpath(os.path.join(folder, name), arguments.root) for name in folders + files]
    unknown = set(capabilities) - set(paths)
    if unknown:
        sys.exit(f"pack: not in {arguments.root}: {', '.join(sorted(unknown))}")
    with tarfile.open(arguments.out, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(paths):
            entry = archive.gettarinfo(os.path.join(arguments.root, path), path)
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            if path in capabilities:
                # the value is binary; tarfile marks the header so
                entry.pax_headers = {"SCHILY.xattr.security.capability": capabilities[path].decode("utf-8", "surrogateescape")}
            if entry.isreg():
                with open(os.path.join(arguments.root, path), "rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)


main()
