/// What a pod and its containers may do to their node.
enum SecurityValidation {
    private static func checkID(_ value: JSON?, _ field: String, _ validation: inout Validation) {
        if let id = value?.integer, !(0...Int64(Int32.max)).contains(id) { validation.add(.invalid(field, .integer(id), "must be between 0 and 2147483647, inclusive")) }
    }

    /// A confinement profile: seccomp or AppArmor.
    private static func checkProfile(_ profile: JSON?, _ name: String, _ field: String, _ validation: inout Validation) {
        guard let profile, profile != .null else { return }
        let isSeccomp = name == "seccomp"
        let own = profile["localhostProfile"]
        switch profile.word("type") {
        case "": validation.add(.required("\(field).type", "type is required when \(isSeccomp ? "seccompProfile" : "appArmorProfile") is set"))
        case "Localhost":
            if let text = own?.string, isSeccomp || !text.isEmpty {
                if isSeccomp { validation.localPath(text, "\(field).localhostProfile") } else if text != text.trimmingSpace {
                    validation.add(.invalid("\(field).localhostProfile", .string(text), "must not be padded with whitespace"))
                }
            } else {
                validation.add(.required("\(field).localhostProfile", "must be set when \(isSeccomp ? "seccomp" : "AppArmor") type is Localhost"))
            }
            return
        case "RuntimeDefault", "Unconfined": break
        default: validation.add(.notSupported("\(field).type", profile["type"] ?? "", ["Localhost", "RuntimeDefault", "Unconfined"]))
        }
        if let own, own != .null {
            let shown: JSON = isSeccomp ? ["Type": profile["type"] ?? "", "LocalhostProfile": own] : own
            validation.add(.invalid("\(field).localhostProfile", shown, "can only be set when \(isSeccomp ? "seccomp" : "AppArmor") type is Localhost"))
        }
    }

    static func checkPod(_ spec: JSON, _ specPath: String, _ validation: inout Validation) {
        let context = spec["securityContext"] ?? [:]
        let path = "\(specPath).securityContext"
        for key in ["fsGroup", "runAsUser", "runAsGroup"] { checkID(context[key], "\(path).\(key)", &validation) }
        for (index, group) in context.list("supplementalGroups").enumerated() { checkID(group, "\(path).supplementalGroups[\(index)]", &validation) }
        if spec["shareProcessNamespace"] == true, spec["hostPID"] == true {
            validation.add(.invalid("\(path).shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"))
        }
        var parameters: Set<String> = []
        for (index, sysctl) in context.list("sysctls").enumerated() {
            let field = "\(path).sysctls[\(index)].name"
            let name = sysctl.word("name")
            let wrong = NameRules.sysctl(name)
            if name.isEmpty { validation.add(.required(field)) } else if !wrong.isEmpty { validation.name(NameRules.sysctl, name, field) } else if parameters.contains(name) {
                validation.add(.duplicate(field, .string(name)))
            }
            let dotted = name.replacing("/", with: ".")
            if spec["hostNetwork"] == true, dotted.hasPrefix("net.") { validation.add(.invalid(field, .string(name), "may not be specified when 'hostNetwork' is true")) } else if spec["hostIPC"] == true,
                ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."].contains(where: dotted.hasPrefix) { validation.add(.invalid(field, .string(name), "may not be specified when 'hostIPC' is true")) }
            parameters.insert(name)
        }
        validation.known(["Always", "OnRootMismatch"], context["fsGroupChangePolicy"], "\(path).fsGroupChangePolicy")
        checkProfile(context["seccompProfile"], "seccomp", "\(path).seccompProfile", &validation)
        checkProfile(context["appArmorProfile"], "apparmor", "\(path).appArmorProfile", &validation)
        validation.known(["Merge", "Strict"], context["supplementalGroupsPolicy"], "\(path).supplementalGroupsPolicy")
        validation.known(["MountOption", "Recursive"], context["seLinuxChangePolicy"], "\(path).seLinuxChangePolicy")
        if spec["hostUsers"] == false {
            for (key, field) in [("hostPID", "HostPID"), ("hostIPC", "HostIPC")] where spec[key] == true { validation.add(.forbidden("\(specPath).\(field)", "when `hostUsers` is false")) }
        }
    }

    private static let fields = [
        ("Capabilities", "capabilities"), ("Privileged", "privileged"), ("SELinuxOptions", "seLinuxOptions"), ("WindowsOptions", "windowsOptions"), ("RunAsUser", "runAsUser"), ("RunAsGroup", "runAsGroup"),
        ("RunAsNonRoot", "runAsNonRoot"), ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem"), ("AllowPrivilegeEscalation", "allowPrivilegeEscalation"), ("ProcMount", "procMount"),
        ("SeccompProfile", "seccompProfile"), ("AppArmorProfile", "appArmorProfile"),
    ]

    /// The context as the real server prints its own form of it.
    private static func shown(_ context: JSON) -> String {
        "{" + fields.map { name, key in
            if key == "capabilities", let given = context[key] { return "\"\(name)\":{\"Add\":\((given["add"] ?? .null).text),\"Drop\":\((given["drop"] ?? .null).text)}" }
            return "\"\(name)\":\((context[key] ?? .null).text)"
        }.joined(separator: ",") + "}"
    }

    static func checkContainer(_ context: JSON?, _ path: String, sharesUsers: Bool, _ validation: inout Validation) {
        guard let context, context != .null else { return }
        for key in ["runAsUser", "runAsGroup"] { checkID(context[key], "\(path).\(key)", &validation) }
        validation.known(["Default", "Unmasked"], context["procMount"], "\(path).procMount")
        if sharesUsers, context["procMount"] == "Unmasked" { validation.add(.invalid("\(path).procMount", "Unmasked", "`hostUsers` must be false to use `Unmasked`")) }
        checkProfile(context["seccompProfile"], "seccomp", "\(path).seccompProfile", &validation)
        if context["allowPrivilegeEscalation"] == false {
            func refuse(_ why: String) { validation.add(.init(reason: .invalid, field: path, body: "Invalid value: \(shown(context)): \(why)")) }
            if context["privileged"] == true { refuse("cannot set `allowPrivilegeEscalation` to false and `privileged` to true") }
            if context["capabilities"]?.list("add").contains("CAP_SYS_ADMIN") ?? false { refuse("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN") }
        }
        checkProfile(context["appArmorProfile"], "apparmor", "\(path).appArmorProfile", &validation)
    }

    private static let notOnWindows = [
        "securityContext.appArmorProfile", "securityContext.seLinuxOptions", "hostUsers", "hostPID", "hostIPC", "securityContext.seccompProfile", "securityContext.fsGroup",
        "securityContext.fsGroupChangePolicy", "securityContext.sysctls", "shareProcessNamespace", "securityContext.runAsUser", "securityContext.runAsGroup", "securityContext.supplementalGroups",
        "securityContext.supplementalGroupsPolicy", "securityContext.seLinuxChangePolicy",
    ]
    private static let containersNotOnWindows = [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
    ]

    /// Fields that the operating system of a pod has not.
    static func checkSystem(_ spec: JSON, _ path: String, isWindows: Bool, _ validation: inout Validation) {
        let word = isWindows ? "cannot be set for a windows pod" : "windows options cannot be set for a linux pod"
        for field in isWindows ? notOnWindows : ["securityContext.windowsOptions"] {
            let value = spec.at(field.split(separator: ".").map(String.init)[...])
            guard let value, value != .null, !["hostPID", "hostIPC"].contains(field) || value == true else { continue }
            validation.add(.forbidden("\(path).\(field)", word))
        }
        for list in ["initContainers", "containers"] {
            for (index, container) in spec.list(list).enumerated() {
                for key in isWindows ? containersNotOnWindows : ["windowsOptions"] where container["securityContext"]?.has(key) ?? false {
                    validation.add(.forbidden("\(path).\(list)[\(index)].securityContext.\(key)", word))
                }
            }
        }
    }
}
