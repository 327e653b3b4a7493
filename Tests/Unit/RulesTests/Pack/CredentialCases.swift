import Events

extension PackCase {
    private static let token = "/run/secrets/kubernetes.io/serviceaccount/..2026_11_24/token"

    static let credentials: [PackCase] = [
        PackCase("Password file overwritten") {
            [
                EventKit.inside("/bin/busybox").write("/etc/passwd"), EventKit("/usr/bin/mv").change(.rename, "/tmp/p", to: "/etc/shadow"), EventKit("/tmp/useradd").write("/etc/passwd"),
                EventKit("/bin/sh").open("/etc/group", flags: 0o2001),
            ]
        } twins: {
            [
                EventKit("/usr/sbin/useradd").write("/etc/passwd"), EventKit("/usr/sbin/useradd").change(.rename, "/etc/passwd+", to: "/etc/passwd"),
                EventKit("/usr/bin/sed", "/var/lib/dpkg/info/x.postinst", "/usr/bin/dpkg").write("/etc/passwd"), EventKit("/bin/busybox").read("/etc/passwd"),
                EventKit("/bin/busybox").write("/tmp/rootfs/etc/passwd"),
            ]
        },
        PackCase("Sensitive file read") {
            [EventKit.inside("/usr/bin/cat").read("/etc/shadow"), EventKit("/tmp/sshd").read("/etc/shadow"), EventKit("/usr/bin/cp").read("/etc/gshadow-")]
        } twins: {
            [EventKit("/usr/sbin/unix_chkpwd").read("/etc/shadow"), EventKit("/usr/sbin/sshd").read("/etc/shadow"), EventKit("/usr/bin/sudo").read("/etc/shadow"), EventKit("/usr/bin/cat").read("/etc/passwd")]
        },
        PackCase("SSH keys changed") {
            [EventKit("/bin/sh").open("/root/.ssh/authorized_keys", flags: 0o2001), EventKit("/usr/bin/mv").change(.rename, "/tmp/k", to: "/home/me/.ssh/authorized_keys")]
        } twins: {
            [EventKit("/usr/bin/google_guest_agent").write("/home/me/.ssh/authorized_keys"), EventKit("/usr/bin/python3", "/usr/bin/cloud-init").write("/root/.ssh/authorized_keys"), EventKit("/usr/bin/ssh").write("/home/me/.ssh/known_hosts"), EventKit("/usr/bin/builder").write("/var/lib/builds/7/rootfs/root/.ssh/authorized_keys"), EventKit("/usr/sbin/sshd").read("/root/.ssh/authorized_keys")]
        },
        PackCase("Sudo rights changed") {
            [EventKit("/bin/sh").write("/etc/sudoers.d/x"), EventKit("/usr/bin/cp").write("/etc/sudoers")]
        } twins: {
            [EventKit("/usr/sbin/visudo").change(.rename, "/etc/sudoers.tmp", to: "/etc/sudoers"), EventKit("/usr/bin/python3", "/usr/bin/cloud-init").write("/etc/sudoers.d/90-cloud-init-users"), EventKit("/usr/bin/dpkg").change(.rename, "/etc/sudoers.d/x.dpkg-new", to: "/etc/sudoers.d/x"), EventKit("/usr/bin/sudo").read("/etc/sudoers")]
        },
        PackCase("Authentication modules changed") {
            [EventKit("/usr/bin/sed").change(.rename, "/etc/pam.d/sedX", to: "/etc/pam.d/sshd"), EventKit("/bin/sh").write("/lib/x86_64-linux-gnu/security/pam_unix.so")]
        } twins: {
            [EventKit("/usr/sbin/pam-auth-update").write("/etc/pam.d/common-auth"), EventKit("/usr/bin/dpkg").write("/lib/x86_64-linux-gnu/security/pam_unix.so"), EventKit("/usr/sbin/sshd").read("/etc/pam.d/sshd"), EventKit("/usr/bin/builder").write("/tmp/rootfs/lib/x86_64-linux-gnu/security/pam_unix.so")]
        },
        PackCase("Service account token read by a tool") {
            [EventKit.inside("/usr/bin/cat").read(token), EventKit.inside("/bin/sh").read(token)]
        } twins: {
            [EventKit.inside("/app/server").read(token), EventKit.inside("/usr/bin/cat").read("/run/secrets/kubernetes.io/serviceaccount/..2026/namespace")]
        },
        PackCase("Search for credentials") {
            [EventKit.run("/bin/grep", "grep", "-r", "BEGIN RSA PRIVATE KEY", "/", inside: true), EventKit.run("/usr/bin/find", "find", "/", "-name", "id_rsa", inside: true), EventKit.run("/bin/grep", "grep", "-ri", "AWS_SECRET_ACCESS_KEY", "/app", inside: true)]
        } twins: {
            [EventKit.run("/bin/grep", "grep", "-r", "error", "/var/log", inside: true), EventKit.run("/usr/bin/find", "find", "/tmp", "-mtime", "+1", inside: true), EventKit.run("/bin/grep", "grep", "-r", "BEGIN RSA PRIVATE KEY", "src")]
        },
        PackCase("Credentials read by a tool in a container") {
            [EventKit.inside("/usr/bin/cat").read("/root/.aws/credentials"), EventKit.inside("/usr/bin/tar").read("/home/me/.ssh/id_ed25519")]
        } twins: {
            [EventKit.inside("/usr/bin/aws").read("/root/.aws/credentials"), EventKit.inside("/usr/bin/ssh").read("/root/.ssh/id_rsa"), EventKit.inside("/usr/bin/cat").read("/root/.ssh/id_rsa.pub"), EventKit("/usr/bin/cat").read("/root/.kube/config")]
        },
        PackCase("Environment of another process read") {
            [EventKit.inside("/usr/bin/cat").read("/proc/1/environ"), EventKit("/usr/bin/strings").read("/proc/4711/environ")]
        } twins: {
            [EventKit("/usr/bin/ps").read("/proc/4711/environ"), EventKit("/usr/bin/node_exporter").read("/proc/4711/environ"), EventKit("/usr/bin/cat").read("/home/me/environ")]
        },
        PackCase("Cloud metadata service contacted") {
            [EventKit.inside("/usr/bin/curl").connect("169.254.169.254", 80), EventKit.inside("/usr/bin/python3").connect("169.254.170.2", 80)]
        } twins: {
            [EventKit.inside("/usr/bin/aws-vpc-cni").connect("169.254.169.254", 80), EventKit("/usr/bin/curl").connect("169.254.169.254", 80), EventKit.inside("/usr/bin/curl").connect("10.0.0.1", 80)]
        },
        PackCase("Kubernetes API called by a tool") {
            [EventKit.run("/usr/bin/curl", "curl", "-k", "https://kubernetes.default.svc/api", inside: true), EventKit.run("/usr/bin/kubectl", "kubectl", "get", "secrets", inside: true)]
        } twins: {
            [EventKit.run("/usr/bin/curl", "curl", "https://example.com/health", inside: true), EventKit.run("/usr/bin/kubectl", "kubectl", "get", "pods")]
        },
    ]
}
