import Foundations
import Redaction
import Testing

/// Secrets by kind and by where they stand. `S3cr3t` in all its forms must be gone, everything else must be there.
@Suite struct SecretTests {
    private let redactor = Redactor()

    private static let lines: [(String, String)] = [
        // command lines
        ("mysql --user=app --password=S3cr3t-Pa55 shop", "mysql --user=app --password=[REDACTED:password] shop"),
        ("mysqldump -u root -pS3cr3t --all-databases", "mysqldump -u root -p[REDACTED:password] --all-databases"),
        ("/usr/bin/mysql -h db -P 3306 -pS3cr3t", "/usr/bin/mysql -h db -P 3306 -p[REDACTED:password]"),
        ("sshpass -p S3cr3t ssh deploy@10.0.0.7", "sshpass -p [REDACTED:password] ssh deploy@10.0.0.7"),
        ("redis-cli -h cache -a S3cr3t ping", "redis-cli -h cache -a [REDACTED:password] ping"),
        ("docker login -u bot -p S3cr3t registry.example", "docker login -u bot -p [REDACTED:password] registry.example"),
        ("ldapsearch -D cn=admin -w S3cr3t -b dc=shop", "ldapsearch -D cn=admin -w [REDACTED:password] -b dc=shop"),
        ("openssl rsa -in key.pem -passin pass:S3cr3t", "openssl rsa -in key.pem -passin pass:[REDACTED:password]"),
        ("curl -u admin:S3cr3t https://shop.example/", "curl -u admin:[REDACTED:password] https://shop.example/"),
        ("curl --user 'admin:S3cr3t' https://shop.example/", "curl --user 'admin:[REDACTED:password]' https://shop.example/"),
        ("smbclient -U admin%S3cr3t //host/share", "smbclient -U admin%[REDACTED:password] //host/share"),
        ("wget --http-password=S3cr3t http://x.example", "wget --http-password=[REDACTED:password] http://x.example"),
        ("vault login --token S3cr3tS3cr3t", "vault login --token [REDACTED:token]"),
        ("psql \"host=db user=app password=S3cr3t\"", "psql \"host=db user=app password=[REDACTED:password]\""),
        ("java -Djavax.net.ssl.keyStorePassword=S3cr3t -jar a.jar", "java -Djavax.net.ssl.keyStorePassword=[REDACTED:password] -jar a.jar"),
        ("kubectl create secret generic db --from-literal=password=S3cr3t", "kubectl create secret generic db --from-literal=password=[REDACTED:password]"),
        // environment fragments
        ("DB_PASSWORD=S3cr3t PATH=/usr/bin", "DB_PASSWORD=[REDACTED:password] PATH=/usr/bin"),
        ("export API_KEY='S3cr3t value'; ./run", "export API_KEY='[REDACTED:api-key]'; ./run"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SECRET_ACCESS_KEY=[REDACTED:secret]"),
        ("PGPASSWORD=S3cr3t", "PGPASSWORD=[REDACTED:password]"),
        ("MYSQL_PWD=S3cr3t", "MYSQL_PWD=[REDACTED:password]"),
        ("clientSecret: S3cr3t", "clientSecret: [REDACTED:secret]"),
        ("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=S3cr3tS3cr3t==;EndpointSuffix=x", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=[REDACTED:api-key];EndpointSuffix=x"),
        // JSON, also inside JSON
        (#"{"user":"app","password":"S3cr3t \" x","n":1}"#, #"{"user":"app","password":"[REDACTED:password]","n":1}"#),
        (#"{"body":"{\"api_key\":\"S3cr3t\",\"n\":1}"}"#, #"{"body":"{\"api_key\":\"[REDACTED:api-key]\",\"n\":1}"}"#),
        // headers
        ("curl -H 'Authorization: Bearer S3cr3tS3cr3tS3cr3t' https://x.example", "curl -H 'Authorization: Bearer [REDACTED:token]' https://x.example"),
        ("Authorization: Basic YWRtaW46UzNjcjN0", "Authorization: Basic [REDACTED:token]"),
        ("-H 'X-Api-Key: S3cr3t'", "-H 'X-Api-Key: [REDACTED:api-key]'"),
        ("-H 'Cookie: session=S3cr3t; csrf=S3cr3t2'", "-H 'Cookie: [REDACTED:cookie]'"),
        ("Authorization: Digest username=\"a\", response=\"S3cr3t\"", "Authorization: [REDACTED:token]"),
        // addresses
        ("psql postgres://app:S3cr3t@db.shop.example/orders", "psql postgres://[REDACTED:url-credentials]@db.shop.example/orders"),
        ("amqp://app:S3/cr3t@mq.example:5672/v", "amqp://[REDACTED:url-credentials]@mq.example:5672/v"),
        ("redis://:S3cr3t@cache:6379", "redis://[REDACTED:url-credentials]@cache:6379"),
        ("git clone https://S3cr3tS3cr3tS3cr3tS3cr3t@git.example/r.git", "git clone https://[REDACTED:url-credentials]@git.example/r.git"),
        ("https://x.example/cb?token=S3cr3t&next=1", "https://x.example/cb?token=[REDACTED:token]&next=1"),
        ("sendmail alice.s3@corp.example.", "sendmail [REDACTED:email]."),
        ("https://x.example/u/alice%40corp.example/inbox", "https://x.example/u/[REDACTED:email]/inbox"),
        // paths and DNS names
        ("/home/alice@corp.example/notes", "/home/[REDACTED:email]/notes"),
        ("/tmp/token=S3cr3t/x", "/tmp/token=[REDACTED:token]"),
        ("ghp_S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3t.evil.example", "[REDACTED:github-token].evil.example"),
    ]

    @Test(arguments: lines)
    func aSecretIsReplacedAndTheRestStays(_ text: String, _ expected: String) {
        #expect(redactor.redact(text) == expected)
        #expect(!redactor.redact(text).lowercased().contains("s3cr3t"))
    }

    // Put together here, so that no scanner of repositories takes the test for a leak: prefix, piece, how often, kind.
    private static let tokens: [(String, String, Int, String)] = [
        ("AKIA", "IOSFODNN7EXAMPLE", 1, "aws-key"),
        ("ghp_", "a1B", 12, "github-token"),
        ("github_pat_", "a1B_", 15, "github-token"),
        ("glpat-", "abcdefghij-0123456789", 1, "gitlab-token"),
        ("xoxb-", "1234567890-abcdefghij", 1, "slack-token"),
        ("AIza", "Sy", 18, "google-key"),
        ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc", 1, "stripe-key"),
        ("npm_", "a1B", 12, "npm-token"),
        ("hvs.", "CAESI", 6, "vault-token"),
        ("SG.", "ab.CD", 12, "sendgrid-key"),
        ("sk-ant-api03-", "xY1", 12, "api-key"),
        ("sk-", "aB1", 16, "api-key"),
        ("dckr_pat_", "aB1-", 8, "docker-token"),
        ("shpat_", "0f", 16, "shopify-token"),
        ("hf_", "aB1", 12, "api-key"),
        ("glsa_", "aB1", 12, "grafana-token"),
        ("GOCSPX-", "aB1-", 7, "google-token"),
        ("whsec_", "aB1", 8, "stripe-key"),
        ("hooks.slack.com/services/", "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", 1, "slack-webhook"),
        ("dapi", "0f", 16, "databricks-token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdW", "IiOiJhbGljZSJ9.c2lnbmF0dXJl", 1, "jwt"),
        ("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiJhbGljZSJ9", 1, "jwt"),
        ("LS0tLS1CRUdJTi", "BSU0E", 10, "key-material"),
        ("MII", "EvQIBADAN+/", 20, "key-material"),
        ("AGE-SECRET-KEY-1", "QZ9", 18, "private-key"),
    ]

    @Test(arguments: tokens)
    func aTokenIsKnownByItsOwnForm(_ prefix: String, _ piece: String, _ times: Int, _ kind: String) {
        let token = prefix + String(repeating: piece, count: times)
        for text in [token, "run \(token) now", "/srv/\(token)", "X=\(token)", "\"\(token)\"", "--flag=\(token)", "(\(token))"] {
            #expect(redactor.redact(text).contains("[REDACTED:\(kind)]"), "\(text)")
            #expect(!redactor.redact(text).contains(token), "\(text)")
        }
    }

    @Test(arguments: ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
    func privateKeysGoWhole(_ label: String) {
        let key = "-----BEGIN \(label)-----\nMIIEpAIBAAKCAQEA\nS3cr3t/+=\n-----END \(label)-----"
        #expect(redactor.redact("echo '\(key)' > k") == "echo '[REDACTED:private-key]' > k")
        #expect(redactor.redact(key.replacing("\n", with: "\\n")) == "[REDACTED:private-key]")
        // cut off by the bound of a command line
        #expect(redactor.redact("echo " + key.prefix(60)) == "echo [REDACTED:private-key]")
    }

    @Test func certificatesGoWhole() {
        #expect(redactor.redact("a -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE----- b") == "a [REDACTED:certificate] b")
    }

    @Test func severalSecretsInOneLineAreEachReplaced() {
        let text = "env A_TOKEN=x1y2z3 curl -u bob:pw1 https://u:p@h.example/?api_key=k1 bob@mail.example"
        #expect(redactor.spans(in: text).map(\.kind) == ["token", "password", "url-credentials", "api-key", "email"])
    }

    @Test func spansAreOffsetsOfBytes() {
        let text = "größe password=pä55wört ende"
        let span = redactor.spans(in: text)[0]
        #expect(String(decoding: Array(text.utf8)[span.start..<span.end], as: UTF8.self) == "pä55wört")
    }
}
