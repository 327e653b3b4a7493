/// Tokens that their issuers made recognisable: a public prefix and a body of known alphabet and length.
///
/// Prefixes and lengths as the issuers publish them (GitHub, GitLab, Slack, Stripe, AWS, Google, Atlassian, HashiCorp and others document
/// theirs for secret scanning); lengths are lower bounds where an issuer has changed them.
struct KnownTokens: Sendable {
    let prefix: [UInt8]
    let kind: String
    /// Bytes of body at least and at most; 0 means no upper bound.
    let least: Int
    let most: Int
    let isBody: @Sendable (UInt8) -> Bool

    private init(_ prefix: String, _ kind: String, _ least: Int, most: Int = 0, _ isBody: @escaping @Sendable (UInt8) -> Bool = SecretScanner.isWord) {
        self.prefix = Array(prefix.utf8)
        self.kind = kind
        self.least = least
        self.most = most
        self.isBody = isBody
    }

    static func startingWith(_ byte: UInt8) -> [KnownTokens] { byFirstByte[Int(byte)] }

    private static let byFirstByte: [[KnownTokens]] = {
        var table = [[KnownTokens]](repeating: [], count: 256)
        // the longest prefix first: sk-ant- before sk-
        for token in all.sorted(by: { $0.prefix.count > $1.prefix.count }) { table[Int(token.prefix[0])].append(token) }
        return table
    }()

    private static let isUpper: @Sendable (UInt8) -> Bool = { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) }
    private static let isDash: @Sendable (UInt8) -> Bool = SecretScanner.isBase64URL
    private static let isHex: @Sendable (UInt8) -> Bool = SecretScanner.isHex
    private static let isAlphanumeric: @Sendable (UInt8) -> Bool = SecretScanner.isAlphanumeric
    private static let isPath: @Sendable (UInt8) -> Bool = SecretScanner.isToken

    private static func each(_ prefixes: [String], _ kind: String, _ least: Int, most: Int = 0, _ isBody: @escaping @Sendable (UInt8) -> Bool = SecretScanner.isWord) -> [KnownTokens] {
        prefixes.map { KnownTokens($0, kind, least, most: most, isBody) }
    }

    static let all: [KnownTokens] =
        each(["AKIA", "ASIA", "ABIA", "ACCA"], "aws-key", 16, most: 16, isUpper)
        + each(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], "github-token", 30) + each(["github_pat_"], "github-token", 40)
        + each(["glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glsoat-", "glagent-", "glft-", "glimt-"], "gitlab-token", 20, isDash)
        + each(["xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xapp-", "xwfp-"], "slack-token", 10, isDash)
        + each(["hooks.slack.com/services/"], "slack-webhook", 20, isPath)
        + each(["AIza"], "google-key", 35, isDash) + each(["ya29."], "google-token", 20, isDash) + each(["GOCSPX-"], "google-token", 20, isDash)
        + each(["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"], "stripe-key", 16)
        + each(["npm_"], "npm-token", 30) + each(["pypi-"], "pypi-token", 40, isDash) + each(["rubygems_"], "rubygems-token", 40, isHex)
        + each(["dop_v1_", "doo_v1_", "dor_v1_"], "digitalocean-token", 40) + each(["dckr_pat_", "dckr_oat_"], "docker-token", 20, isDash)
        + each(["hvs.", "hvb.", "hvr."], "vault-token", 20, isDash) + each(["SG."], "sendgrid-key", 40, isPath)
        + each(["sk-ant-", "sk-proj-", "sk-svcacct-"], "api-key", 20, isDash) + each(["sk-"], "api-key", 40, isAlphanumeric) + each(["hf_"], "api-key", 30)
        + each(["shpat_", "shpss_", "shpca_", "shppa_"], "shopify-token", 32, isHex) + each(["sq0atp-", "sq0csp-"], "square-token", 20, isDash)
        + each(["ATATT3", "ATCTT3"], "atlassian-token", 50, isDash) + each(["dapi"], "databricks-token", 32, most: 34, isHex)
        + each(["glsa_", "glc_"], "grafana-token", 30, isDash) + each(["NRAK-"], "newrelic-key", 27, isUpper)
        + each(["lin_api_"], "api-key", 30) + each(["pul-"], "pulumi-token", 40, isHex) + each(["dp.pt.", "dp.st."], "doppler-token", 40, isPath)
        + each(["sntrys_", "sntryu_"], "sentry-token", 40, isDash) + each(["pscale_tkn_", "pscale_pw_"], "planetscale-token", 30, isDash)
        + each(["AGE-SECRET-KEY-1"], "private-key", 50, isUpper) + each(["EAACEdEose0cBA"], "facebook-token", 10)
}
