import Foundations
import Redaction
import Testing

/// What people join by, and ordinary text that only looks like a secret, stays byte for byte.
@Suite struct SurvivorTests {
    private static let texts: [String] = [
        // digests, ids, names
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "d41d8cd98f00b204e9800998ecf8427e",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "123e4567-e89b-12d3-a456-426614174000", "pod8f14e45f_ceea_467f_9575_6d3f2b0f0c9e",
        "containerd://4f1d2a9c0b7e6d5c4b3a29181706f5e4d3c2b1a09f8e7d6c5b4a392817061524", "cri-containerd-4f1d2a9c0b7e6d5c4b3a29181706f5e4d3c2b1a09f8e7d6c5b4a392817061524.scope",
        "web-7d4b9c6f5-x2kqp", "kube-proxy-zx81q", "vault-token-injector-5c4d9b7f86-abcde", "secret-store-csi-driver-2p8xk", "namespace/secret-manager",
        // images
        "nginx:1.25.3", "registry.example:5000/team/app:v1.2.3", "registry.example/team/vault-token:1.2.3", "vault-token:1.16.1", "secret-operator:v0.9.0", "my-secret:latest",
        "docker.io/library/redis@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "gcr.io/x/token-service:2024.01.02",
        // command lines
        "docker run -u 1000:1000 nginx", "docker run -u root:root nginx", "docker login --password-stdin registry.example", "psql --no-password shop",
        "kubectl get secret db-credentials -n prod", "cat /var/run/secrets/kubernetes.io/serviceaccount/token", "vault token lookup", "passwd -l root",
        "mkdir -p /srv/app/data", "ps -p 4711", "rsync -aP src dst", "mysql -P 3306 -h db.shop.example", "tar -C / -xpf a.tar", "ssh -p 2222 host",
        "mysql -h db shop; mkdir -p /srv/data", "mysqldump shop | gzip -pfoo",
        "useradd -m -s /bin/bash alice", "python3 -m pytest --max-tokens=4096", "llama --n-tokens 512 --max_tokens=2048", "sshd: root@pts/0",
        "PASSWORD_FILE=/run/secrets/db", "--token-path /var/run/token", "TOKEN_TTL=3600", "SECRET_NAME=db-credentials", "AWS_ACCESS_KEY_ID_FILE=/x", "--password-policy=strict", "passwordAuthentication=no",
        "TOKEN=$VAULT_TOKEN ./run", "--password=${DB_PASSWORD}", "--secret-id-file=/x", "PASSWORD=", "--cookie-jar-file /tmp/jar", "usePassword=false", "skip_token=true",
        "bypass=1 compass=2 passenger=3", "monkey=1 turnkey=2", "keyboard=us keymap=de", "authors=alice",
        // addresses
        "https://shop.example:8443/path?x=1#y", "ssh://git@git.example/r.git", "git@github.com:org/repo.git", "http://[::1]:8080/", "https://host:8080/img@2x.png", "getty@tty1.service", "user@1000.service",
        "@types/node@18.0.0", "npm i left-pad@1.3.0", "10.0.0.7:443", "fe80::1%eth0", "a@b", "x @ y.example",
        // paths and DNS names
        "/usr/lib/x86_64-linux-gnu/libsecret-1.so.0", "/etc/shadow", "/etc/passwd", "/root/.ssh/authorized_keys", "/proc/self/exe", "/usr/bin/passwd", "memfd:x (deleted)",
        "kubernetes.default.svc.cluster.local", "token.actions.githubusercontent.com", "secretsmanager.eu-west-1.amazonaws.com", "password.example", "_ldap._tcp.corp.example",
        // text
        "Basic setup of a token ring", "The secret of the passage", "Bearer of news", "pass the salt", "MII", "eyJ", "AKIA", "ghp_short", "sk-learn", "-----BEGIN", "::::", "@", "%40",
    ]

    @Test(arguments: texts)
    func joinKeysAndOrdinaryTextStay(_ text: String) {
        #expect(Redactor().redact(text) == text)
        let framed = "exe=\(text) "
        #expect(Redactor().redact(framed) == framed)
    }

    @Test func randomDigestsAndIdsSurvive() {
        var random = SeededGenerator(seed: 42)
        func hex(_ count: Int) -> String { String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" }) }
        func letters(_ count: Int) -> String { String((0..<count).map { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement(using: &random) ?? "b" }) }
        for _ in 0..<2000 {
            let uuid = "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))"
            for text in [hex(32), hex(40), hex(64), "sha256:" + hex(64), uuid, "app-\(letters(10))-\(letters(5))", "r.example/app@sha256:" + hex(64), "/kubepods/burstable/pod\(uuid)/\(hex(64))"] {
                #expect(Redactor().redact(text) == text)
            }
        }
    }
}
