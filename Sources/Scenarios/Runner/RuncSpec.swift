import Foundation
import ScenarioModel

/// The OCI runtime configuration of a container (opencontainers/runtime-spec, config.json).
struct RuncSpec {
    var container: ContainerSpec
    var rootFileSystem: String
    var cgroupPath: String

    /// What container engines grant by default; not more, so that what an attack needs beyond it is visible in its scenario.
    static let defaultCapabilities = [
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    ]

    var document: JSONValue {
        let capabilities = JSONValue.array((Self.defaultCapabilities + container.capabilities).map { .string("CAP_\($0)") })
        func mount(_ destination: String, _ type: String, _ options: [String]) -> JSONValue {
            ["destination": .string(destination), "type": .string(type), "source": .string(type), "options": .array(options.map { .string($0) })]
        }
        return [
            "ociVersion": "1.0.2",
            "process": [
                "terminal": false,
                "user": ["uid": 0, "gid": 0],
                "args": .array(container.command.map { .string($0) }),
                "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"],
                "cwd": "/",
                "capabilities": ["bounding": capabilities, "effective": capabilities, "permitted": capabilities],
                "noNewPrivileges": false,
            ],
            "root": ["path": .string(rootFileSystem), "readonly": false],
            "hostname": .string(container.pod),
            "mounts": [
                mount("/proc", "proc", ["nosuid", "noexec", "nodev"]),
                mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
                mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
                mount("/dev/shm", "tmpfs", ["nosuid", "nodev", "mode=1777", "size=65536k"]),
                mount("/sys", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
            ],
            "linux": [
                "cgroupsPath": .string(cgroupPath),
                "namespaces": [["type": "pid"], ["type": "network"], ["type": "ipc"], ["type": "uts"], ["type": "mount"]],
                "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
                "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
                "resources": ["devices": [["allow": false, "access": "rwm"]], "pids": ["limit": 512]],
            ],
        ]
    }
}
