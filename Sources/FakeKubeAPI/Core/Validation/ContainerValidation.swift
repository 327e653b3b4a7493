/// The containers of a pod: those that run, those that run before, those that are added for a look.
enum ContainerValidation {
    /// What a container is held against.
    struct Context {
        var volumes: [String: JSON]
        var claims: Set<String>
        var gracePeriod: Int64?
        var restartPolicy: String
        var sharesUsers: Bool
    }

    static func check(_ spec: JSON, _ path: String, _ context: Context, _ validation: inout Validation) {
        let containers = spec.list("containers")
        if containers.isEmpty { validation.add(.required("\(path).containers")) }
        var names: Set<String> = []
        for (index, container) in containers.enumerated() {
            let place = "\(path).containers[\(index)]"
            checkCommon(container, place, context, &validation)
            if !names.insert(container.word("name")).inserted { validation.add(.duplicate("\(place).name", container["name"] ?? "")) }
            HandlerValidation.check(container, place, context.gracePeriod, &validation)
            if container.has("restartPolicy"), !["Always", "OnFailure", "Never"].contains(container.word("restartPolicy")) {
                validation.add(.notSupported("\(place).restartPolicy", container["restartPolicy"] ?? "", ["Always", "OnFailure", "Never"]))
            }
        }
        var ports: Set<String> = []
        for (index, container) in containers.enumerated() { checkHostPorts(container, "\(path).containers[\(index)]", &ports, &validation) }
        for (index, container) in spec.list("initContainers").enumerated() {
            checkInit(container, "\(path).initContainers", index, context, &names, &validation)
        }
        checkEphemeral(spec, "\(path).ephemeralContainers", context, names, &validation)
    }

    private static func checkInit(_ container: JSON, _ list: String, _ index: Int, _ context: Context, _ names: inout Set<String>, _ validation: inout Validation) {
        let place = "\(list)[\(index)]"
        checkCommon(container, place, context, &validation)
        if container.has("restartPolicy"), !["Always", "OnFailure", "Never"].contains(container.word("restartPolicy")) {
            validation.add(.notSupported("\(place).restartPolicy", container["restartPolicy"] ?? "", ["Always", "OnFailure", "Never"]))
        }
        let name = container.word("name")
        if names.contains(name) { validation.add(.duplicate("\(place).name", .string(name))) } else if !name.isEmpty { names.insert(name) }
        // They run one after the other, so their ports clash with nobody's; findings are told of the first place.
        var ports: Set<String> = []
        checkHostPorts(container, "\(list)[0]", &ports, &validation)
        if container["restartPolicy"] == "Always" {
            HandlerValidation.check(container, place, context.gracePeriod, &validation)
            return
        }
        for key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] where container.has(key) {
            validation.add(.forbidden("\(place).\(key)", "may not be set for init containers without restartPolicy=Always"))
        }
    }


    private static func checkEphemeral(_ spec: JSON, _ path: String, _ context: Context, _ others: Set<String>, _ validation: inout Validation) {
        var names = others
        for (index, container) in spec.list("ephemeralContainers").enumerated() {
            let place = "\(path)[\(index)]"
            checkCommon(container, place, context, &validation)
            if !names.insert(container.word("name")).inserted { validation.add(.duplicate("\(place).name", container["name"] ?? "")) }
            let target = container.word("targetContainerName")
            if !target.isEmpty, !others.contains(target) { validation.add(.notFound("\(place).targetContainerName", .string(target))) }
            for key in ["ports", "resources", "resizePolicy", "restartPolicy", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] where !(container[key]?.isEmpty ?? true) {
                validation.add(.forbidden("\(place).\(key)", "cannot be set for an Ephemeral Container"))
            }
            for (number, mount) in container.list("volumeMounts").enumerated() {
                for key in ["subPath", "subPathExpr"] where !mount.word(key).isEmpty { validation.add(.forbidden("\(place).volumeMounts[\(number)].\(key)", "cannot be set for an Ephemeral Container")) }
            }
        }
    }

    private static func checkCommon(_ container: JSON, _ path: String, _ context: Context, _ validation: inout Validation) {
        validation.requiredName(NameRules.label, container["name"], "\(path).name")
        if container.word("image").isEmpty { validation.add(.required("\(path).image")) }
        validation.oneOf(["File", "FallbackToLogsOnError"], container["terminationMessagePolicy"], "\(path).terminationMessagePolicy")
        checkPorts(container.list("ports"), "\(path).ports", &validation)
        EnvironmentValidation.check(container.list("env"), "\(path).env", &validation)
        EnvironmentValidation.checkImported(container.list("envFrom"), "\(path).envFrom", &validation)
        MountValidation.check(container, path, context.volumes, &validation)
        validation.oneOf(["Always", "IfNotPresent", "Never"], container["imagePullPolicy"], "\(path).imagePullPolicy")
        ResourceValidation.check(container["resources"], "\(path).resources", ResourceValidation.container, &validation)
        ResourceValidation.checkClaims(container["resources"]?.list("claims") ?? [], "\(path).resources.claims", context.claims, &validation)
        checkResizing(container.list("resizePolicy"), "\(path).resizePolicy", context.restartPolicy, &validation)
        SecurityValidation.checkContainer(container["securityContext"], "\(path).securityContext", sharesUsers: context.sharesUsers, &validation)
    }

    private static func checkPorts(_ ports: [JSON], _ path: String, _ validation: inout Validation) {
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "\(path)[\(index)]"
            let name = port.word("name")
            if !name.isEmpty {
                let wrong = NameRules.portName(name)
                validation.add(wrong.map { .invalid("\(place).name", .string(name), $0) })
                if wrong.isEmpty, !names.insert(name).inserted { validation.add(.duplicate("\(place).name", .string(name))) }
            }
            if port.number("containerPort") ?? 0 == 0 { validation.add(.required("\(place).containerPort")) } else { validation.port(port["containerPort"], "\(place).containerPort") }
            if port.number("hostPort") ?? 0 != 0 { validation.port(port["hostPort"], "\(place).hostPort") }
            validation.oneOf(["SCTP", "TCP", "UDP"], port["protocol"], "\(place).protocol")
        }
    }

    private static func checkHostPorts(_ container: JSON, _ path: String, _ seen: inout Set<String>, _ validation: inout Validation) {
        for (index, port) in container.list("ports").enumerated() {
            guard let host = port.number("hostPort"), host != 0 else { continue }
            let key = "\(port.word("protocol"))/\(port.word("hostIP"))/\(host)"
            if !seen.insert(key).inserted { validation.add(.duplicate("\(path).ports[\(index)].hostPort", .string(key))) }
        }
    }

    private static func checkResizing(_ policies: [JSON], _ path: String, _ restartPolicy: String, _ validation: inout Validation) {
        var seen: Set<String> = []
        for (index, policy) in policies.enumerated() {
            if !seen.insert(policy.word("resourceName")).inserted { validation.add(.duplicate("\(path)[\(index)]", policy["resourceName"] ?? "")) }
            validation.oneOf(["cpu", "memory"], policy["resourceName"], path)
            validation.oneOf(["NotRequired", "RestartContainer"], policy["restartPolicy"], path)
            if restartPolicy == "Never", policy.word("restartPolicy") != "NotRequired" { validation.add(.invalid(path, policy["restartPolicy"] ?? "", "must be 'NotRequired' when `restartPolicy` is 'Never'")) }
        }
    }
}

/// Where a container has its volumes. Some findings name the list and not the mount, as the real server's do.
enum MountValidation {
    static func check(_ container: JSON, _ path: String, _ volumes: [String: JSON], _ validation: inout Validation) {
        let mounts = container.list("volumeMounts")
        let devices = container.list("volumeDevices")
        let isPrivileged = container["securityContext"]?["privileged"] == true
        var seen: Set<String> = []
        for (index, mount) in mounts.enumerated() {
            let list = "\(path).volumeMounts"
            let place = "\(list)[\(index)]"
            let name = mount.word("name")
            let target = mount.word("mountPath")
            if name.isEmpty { validation.add(.required("\(place).name")) }
            if volumes[name] == nil { validation.add(.notFound("\(place).name", .string(name))) }
            if target.isEmpty { validation.add(.required("\(place).mountPath")) }
            if !seen.insert(target).inserted { validation.add(.invalid("\(place).mountPath", .string(target), "must be unique")) }
            if devices.contains(where: { $0.word("name") == name }) { validation.add(.invalid("\(place).name", .string(name), "must not already exist in volumeDevices")) }
            if devices.contains(where: { $0.word("devicePath") == target }) { validation.add(.invalid("\(place).mountPath", .string(target), "must not already exist as a path in volumeDevices")) }
            let below = mount.word("subPath")
            let expression = mount.word("subPathExpr")
            if !below.isEmpty { validation.localPath(below, "\(list).subPath") }
            if !expression.isEmpty {
                if !below.isEmpty { validation.add(.invalid("\(place).subPathExpr", .string(expression), "subPathExpr and subPath are mutually exclusive")) }
                validation.localPath(expression, "\(list).subPathExpr")
            }
            validation.known(["Bidirectional", "HostToContainer", "None"], mount["mountPropagation"], "\(list).mountPropagation")
            if mount["mountPropagation"] == "Bidirectional", !isPrivileged { validation.add(.forbidden("\(list).mountPropagation", "Bidirectional mount propagation is available only to privileged containers")) }
            checkReadOnly(mount, "\(list).recursiveReadOnly", &validation)
        }
        checkDevices(devices, mounts, "\(path).volumeDevices", volumes, &validation)
    }

    private static func checkReadOnly(_ mount: JSON, _ field: String, _ validation: inout Validation) {
        switch mount.word("recursiveReadOnly") {
        case "", "Disabled": break
        case "Enabled", "IfPossible":
            if mount["readOnly"] != true { validation.add(.forbidden(field, "may only be specified when readOnly is true")) }
            if mount.has("mountPropagation"), mount["mountPropagation"] != "None" { validation.add(.forbidden(field, "may only be specified when mountPropagation is None or not specified")) }
        case let other: validation.add(.notSupported(field, .string(other), ["Disabled", "Enabled", "IfPossible"]))
        }
    }

    private static func checkDevices(_ devices: [JSON], _ mounts: [JSON], _ path: String, _ volumes: [String: JSON], _ validation: inout Validation) {
        var names: Set<String> = []
        var paths: Set<String> = []
        for (index, device) in devices.enumerated() {
            let place = "\(path)[\(index)]"
            let name = device.word("name")
            let target = device.word("devicePath")
            if name.isEmpty { validation.add(.required("\(place).name")) }
            if !name.isEmpty, !names.insert(name).inserted { validation.add(.invalid("\(place).name", .string(name), "must be unique")) }
            if let volume = volumes[name] {
                if !volume.has("persistentVolumeClaim"), !volume.has("ephemeral") {
                    validation.add(.invalid("\(place).name", .string(name), "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"))
                }
            } else {
                validation.add(.notFound("\(place).name", .string(name)))
            }
            if target.isEmpty { validation.add(.required("\(place).devicePath")) }
            if paths.contains(target) { validation.add(.invalid("\(place).devicePath", .string(target), "must be unique")) }
            if target.split(separator: "/").contains("..") { validation.add(.invalid("\(place).devicePath", .string(target), "can not contain backsteps ('..')")) } else { paths.insert(target) }
            if mounts.contains(where: { $0.word("name") == name }) { validation.add(.invalid("\(place).name", .string(name), "must not already exist in volumeMounts")) }
            if mounts.contains(where: { $0.word("mountPath") == target }) { validation.add(.invalid("\(place).devicePath", .string(target), "must not already exist as a path in volumeMounts")) }
        }
    }
}
