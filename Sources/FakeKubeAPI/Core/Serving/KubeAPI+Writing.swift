import Foundations

/// create, update and patch.
extension KubeAPI {
    // MARK: Create

    mutating func create(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse {
        let options = try WriteOptions(call.request, kind: "CreateOptions")
        _ = try form(resource, call)
        let decoded = try decode(resource, call)
        var object = decoded.object
        call.warnings += try BodyDecoder.judge(decoded.findings, kind: resource.kind, groupVersion: resource.groupVersion, call.request)
        try place(&object, target, resource)
        if !resource.isStored { return .complete(try review(object, target, resource, options, &call)) }
        if object["metadata"]?["name"]?.isEmpty ?? true, let prefix = object["metadata"]?["generateName"]?.string, !prefix.isEmpty {
            // 63 bytes are what a name may have in most places; the prefix gives way.
            object[path: "metadata", "name"] = .string(String(prefix.prefix(58)) + suffix())
        }
        let made = try create(object, resource, options: options, &call)
        return .complete(try answer(made, resource, call, status: 201))
    }

    /// Brings a new object through defaults, admission and validation into the store.
    /// - Returns: as it is kept; of a dry run as it would be, without a version.
    mutating func create(_ given: JSON, _ resource: ResourceDescriptor, options: WriteOptions, managed: ManagedFields? = nil, _ call: inout Call) throws(APIStatus) -> JSON {
        var object = given
        let custom = customs[resource.customKey]
        if let version = object["metadata"]?["resourceVersion"]?.string, !version.isEmpty, managed == nil {
            throw APIStatus(500, nil, "resourceVersion should not be set on objects to be created")
        }
        object[path: "metadata", "resourceVersion"] = nil
        try admitNamespace(object, resource, &call)
        object[path: "metadata", "uid"] = .string(uid())
        object[path: "metadata", "creationTimestamp"] = call.timestamp
        for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] { object[path: "metadata", key] = nil }
        try settle(&object, resource, custom)
        Strategy.prepareCreate(&object, resource, custom)
        try admitCreate(&object, resource, &call)
        object = try mutate(AdmissionAttributes("CREATE", resource, object: object, old: .null, isDryRun: options.isDryRun, call), &call)
        if resource.kind == "Service", !resource.isCustom { try assignAddresses(&object, resource) }
        try settle(&object, resource, custom)
        let name = object["metadata"]?["name"]?.string ?? ""
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        try checkGrant(object, old: nil, resource, call.user)
        try validate(object, old: nil, resource, custom, subresource: "", &call)
        try admitDefaultPriority(object, resource)
        call.warnings += ObjectWarnings.of(object, old: nil, resource)
        try admit(AdmissionAttributes("CREATE", resource, object: object, old: .null, isDryRun: options.isDryRun, call), &call)
        if store.object(resource, namespace, name) != nil { throw .alreadyExists(resource, name) }
        try admitLimits(object, resource)
        let charges = try admitQuota(object, old: nil, resource)
        if let managed {
            let entries = managed.json
            object[path: "metadata", "managedFields"] = entries.isEmpty ? nil : entries
        } else {
            note(&object, from: emptyObject(resource), resource, custom, subresource: "", options, call)
        }
        object = stored(object, resource)
        if options.isDryRun { return object }
        charge(charges)
        let kept = store.put(object, resource)
        if resource.isCustom == false { try afterWrite(kept, resource, old: nil, call.now) }
        return kept.json(resource)
    }

    /// What a kind looks like before anything is said: the live side of a creation.
    func emptyObject(_ resource: ResourceDescriptor) -> JSON {
        guard !resource.isCustom, let type = Schema.builtIn[resource.typeName] else { return [:] }
        return .object(TypedDecoder(schema: .builtIn).emptyMembers(of: type))
    }

    /// Decodes the body as the resource's kind; an object of a custom resource is left to its schema.
    func decode(_ resource: ResourceDescriptor, _ call: Call, kind: String? = nil, groupVersion: String? = nil, type: String? = nil) throws(APIStatus) -> BodyDecoder.Decoded {
        let decoder = BodyDecoder(request: call.request, catalogue: catalogue)
        if let custom = customs[resource.customKey], kind == nil {
            var decoded = try decoder.decode(kind: resource.kind, groupVersion: resource.groupVersion, type: nil)
            if decoded.object == .null { decoded.object = [:] }
            decoded.object["kind"] = .string(resource.kind)
            decoded.object["apiVersion"] = .string(resource.groupVersion)
            decoded.findings += try custom.prune(&decoded.object)
            return decoded
        }
        return try decoder.decode(kind: kind ?? resource.kind, groupVersion: groupVersion ?? resource.groupVersion, type: type ?? resource.typeName)
    }

    /// Puts an object into its namespace and holds name and namespace against the URL.
    func place(_ object: inout JSON, _ target: RequestTarget, _ resource: ResourceDescriptor, name: String? = nil) throws(APIStatus) {
        if object["metadata"] == nil || object["metadata"] == .null { object["metadata"] = [:] }
        if resource.isNamespaced {
            let own = object["metadata"]?["namespace"]?.string ?? ""
            guard own.isEmpty || own == target.namespace else { throw .badRequest("the namespace of the provided object does not match the namespace sent on the request") }
            object[path: "metadata", "namespace"] = .string(target.namespace)
        } else {
            object[path: "metadata", "namespace"] = nil
        }
        guard let name else { return }
        let own = object["metadata"]?["name"]?.string ?? ""
        guard !own.isEmpty else { throw .badRequest("the name of the object (\(name) based on URL) was undeterminable: name must be provided") }
        guard own == name else { throw .badRequest("the name of the object (\(own)) does not match the name on the URL (\(name))") }
    }

    /// Defaults, and the form in which the kind is written.
    func settle(_ object: inout JSON, _ resource: ResourceDescriptor, _ custom: CustomResource?) throws(APIStatus) {
        if let custom {
            custom.applyDefaults(&object)
            return
        }
        Defaults.apply(to: &object, resource)
        var decoder = TypedDecoder(schema: .builtIn)
        do { object = try decoder.decode(object, as: resource.typeName) } catch { throw .badRequest(error.message) }
    }

    /// As the object comes back from the store.
    private func stored(_ object: JSON, _ resource: ResourceDescriptor) -> JSON {
        guard !resource.isCustom else { return object }
        var decoder = TypedDecoder(schema: .builtIn, isStored: true)
        return (try? decoder.decode(object, as: resource.typeName)) ?? object
    }

    private mutating func assignAddresses(_ object: inout JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
        let name = object["metadata"]?["name"]?.string ?? ""
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        var taken: Set<String> = []
        var ports: Set<Int64> = []
        for service in store.objects(resource) where service.name != name || service.namespace != namespace {
            let spec = service.json(resource)["spec"]
            if let address = spec?["clusterIP"]?.string { taken.insert(address) }
            for port in spec?["ports"]?.array ?? [] { if let number = port["nodePort"]?.integer { ports.insert(number) } }
        }
        var findings: [FieldError] = []
        if let address = object["spec"]?["clusterIP"]?.string, !address.isEmpty, address != "None", taken.contains(address) {
            findings.append(.invalid("spec.clusterIPs", [.string(address)], "failed to allocate IP \(address): provided IP is already allocated"))
        }
        for (index, port) in (object["spec"]?["ports"]?.array ?? []).enumerated() {
            if let number = port["nodePort"]?.integer, ports.contains(number) { findings.append(.invalid("spec.ports[\(index)].nodePort", .integer(number), "provided port is already allocated")) }
        }
        guard findings.isEmpty else { throw .invalid(group: resource.group, kind: resource.kind, name: name, findings) }
        ServiceAddresses.assign(&object, taken: taken, takenPorts: ports, using: &random)
    }

    /// Writes down who owns what after an update.
    func note(_ object: inout JSON, from old: JSON, _ resource: ResourceDescriptor, _ custom: CustomResource?, subresource: String, _ options: WriteOptions, _ call: Call) {
        var managed = ManagedFields(of: old)
        // A client may empty the list, or set it.
        if let given = object["metadata"]?["managedFields"], given != old["metadata"]?["managedFields"], !old.isEmpty, old["metadata"]?["uid"] != nil {
            managed = ManagedFields(of: object)
        }
        let manager = ManagedFields.Manager(name: options.manager, isApply: false, apiVersion: resource.groupVersion, subresource: subresource)
        var before = old
        var after = object
        for key in ["managedFields"] {
            before[path: "metadata", key] = nil
            after[path: "metadata", key] = nil
        }
        managed.update(
            manager, from: before, to: after, .root(resource, custom), ignoring: Strategy.ignoredFields(resource, subresource: subresource), at: Timestamp.text(call.now.wall))
        let entries = managed.json
        object[path: "metadata", "managedFields"] = entries.isEmpty ? nil : entries
    }

    // MARK: Update

    mutating func update(_ target: RequestTarget, _ resource: ResourceDescriptor, subresource: String, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let options = try WriteOptions(call.request, kind: "UpdateOptions")
        _ = try form(resource, call)
        let decoded = try decode(resource, call)
        var object = decoded.object
        call.warnings += try BodyDecoder.judge(decoded.findings, kind: resource.kind, groupVersion: resource.groupVersion, call.request)
        try place(&object, target, resource, name: target.name)
        guard let current = store.object(resource, resource.isNamespaced ? target.namespace : "", target.name) else {
            guard Strategy.createsOnUpdate(resource), subresource.isEmpty, object["metadata"]?["uid"]?.isEmpty ?? true else { throw .notFound(resource, target.name) }
            object[path: "metadata", "resourceVersion"] = nil
            let made = try create(object, resource, options: options, &call)
            return try answer(made, resource, call, status: 201)
        }
        let saved = try replace(current, with: object, resource, subresource: subresource, options: options, &call)
        return try answer(saved, resource, call)
    }

    /// Replaces an object that is there.
    /// - Parameter managed: who owns what, when an apply has found that out already.
    mutating func replace(
        _ current: StoredObject, with given: JSON, _ resource: ResourceDescriptor, subresource: String, options: WriteOptions, managed: ManagedFields? = nil, _ call: inout Call
    ) throws(APIStatus) -> JSON {
        let old = current.json(resource)
        let custom = customs[resource.customKey]
        var object = given
        if let uid = object["metadata"]?["uid"]?.string, !uid.isEmpty, uid != current.uid {
            throw .conflict(resource, current.name, "StorageError: invalid object, Code: 4, Key: /registry/\(resource.group.isEmpty || !resource.isCustom ? resource.name : "\(resource.group)/\(resource.name)")/\(current.key), ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)")
        }
        let version = object["metadata"]?["resourceVersion"]?.string ?? ""
        if version.isEmpty || version == "0" {
            if Strategy.needsVersion(resource), call.target?.verb == "update" {
                throw .invalid(group: resource.group, kind: resource.name, name: current.name, [.init(reason: .invalid, field: "metadata.resourceVersion", body: "Invalid value: 0: must be specified for an update")])
            }
        } else if version != String(current.version) {
            guard UInt64(version) != nil else {
                throw .invalid(group: resource.group, kind: resource.isCustom ? resource.name : resource.kind, name: current.name, [.invalid("metadata.resourceVersion", .string(version), "strconv.ParseUint: parsing \(JSON.string(version).text): invalid syntax")])
            }
            throw .conflict(resource, current.name, "the object has been modified; please apply your changes to the latest version and try again")
        }
        object[path: "metadata", "resourceVersion"] = .string(String(current.version))
        try settle(&object, resource, custom)
        Strategy.prepareUpdate(&object, from: old, resource, subresource: subresource)
        // A Scale has been judged as such.
        let isJudged = subresource == "scale"
        let changed = isJudged ? object : try mutate(AdmissionAttributes("UPDATE", resource, subresource: subresource, object: object, old: old, isDryRun: options.isDryRun, call), &call)
        if changed != object {
            // What this endpoint may not change, a webhook may not change through it either.
            object = changed
            Strategy.prepareUpdate(&object, from: old, resource, subresource: subresource)
        }
        if resource.kind == "Service", !resource.isCustom { try assignAddresses(&object, resource) }
        try settle(&object, resource, custom)
        try checkGrant(object, old: old, resource, call.user)
        try validate(object, old: old, resource, custom, subresource: subresource, &call)
        try admitDefaultPriority(object, resource)
        if subresource.isEmpty { call.warnings += ObjectWarnings.of(object, old: old, resource) }
        if !isJudged { try admit(AdmissionAttributes("UPDATE", resource, subresource: subresource, object: object, old: old, isDryRun: options.isDryRun, call), &call) }
        if let managed {
            let entries = managed.json
            object[path: "metadata", "managedFields"] = entries.isEmpty ? nil : entries
        } else {
            note(&object, from: old, resource, custom, subresource: subresource, options, call)
        }
        object = stored(object, resource)
        if isUnchanged(object, old) { return old }
        let charges = subresource != "status" ? try admitQuota(object, old: old, resource) : []
        if options.isDryRun { return object }
        charge(charges)
        if try finishDeletion(object, resource, call.now) { return object }
        let kept = store.put(object, resource)
        try afterWrite(kept, resource, old: old, call.now)
        return kept.json(resource)
    }

    /// Equal but for the times at which managers last changed something.
    private func isUnchanged(_ object: JSON, _ old: JSON) -> Bool {
        func plain(_ json: JSON) -> JSON {
            var json = json
            json["metadata", default: [:]].each("managedFields") { $0["time"] = nil }
            return json
        }
        return plain(object) == plain(old)
    }

    // MARK: Patch

    mutating func patch(_ target: RequestTarget, _ resource: ResourceDescriptor, subresource: String, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        guard !target.name.isEmpty else { throw .methodNotSupported(resource) }
        let isApply = call.request.contentType == "application/apply-patch+yaml"
        let custom = customs[resource.customKey]
        let known = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"] + (custom == nil ? ["application/strategic-merge-patch+json"] : [])
        guard known.contains(call.request.contentType) else {
            if custom != nil || call.request.contentType.hasSuffix("+cbor") {
                throw APIStatus(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: \(known.joined(separator: ", "))")
            }
            var status = APIStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type")
            status.hasDetails = true
            throw status
        }
        let options = try WriteOptions(call.request, kind: "PatchOptions", isApply: isApply)
        _ = try form(resource, call)
        let namespace = resource.isNamespaced ? target.namespace : ""
        let current = store.object(resource, namespace, target.name)
        if isApply { return try apply(target, resource, subresource: subresource, current, options, &call) }
        guard let current else {
            if call.request.contentType == "application/json-patch+json" || call.request.contentType == "application/merge-patch+json" { _ = try patchDocument(call.request) }
            throw .notFound(resource, target.name)
        }
        let old = current.json(resource)
        var patched = try patched(old, resource, call)
        var findings: [String] = []
        if let custom {
            guard patched.object != nil else { throw Self.unpatchable("json: cannot unmarshal array into Go value") }
            findings = try custom.prune(&patched)
        } else {
            var decoder = TypedDecoder(schema: .builtIn)
            do {
                patched = try decoder.decode(patched, as: resource.typeName)
            } catch {
                throw Self.unpatchable(error.message, text: patched.text)
            }
            findings = decoder.unknown.map { "unknown field \"\($0)\"" }
        }
        if patched["kind"] != old["kind"] || patched["apiVersion"] != old["apiVersion"] {
            throw Self.unpatchable("no kind \"\(patched["kind"]?.string ?? "")\" is registered for version \"\(patched["apiVersion"]?.string ?? "")\"", text: patched.text)
        }
        if call.request.parameter("fieldValidation") == "Strict", !findings.isEmpty {
            throw Self.unpatchable("strict decoding error: \(findings.joined(separator: ", "))", text: patched.text)
        }
        if call.request.parameter("fieldValidation") != "Ignore" { call.warnings += findings }
        try place(&patched, target, resource, name: target.name)
        // In two steps: as an argument, the change would be made while the receiver holds everything as it was, and copy whole tables.
        let saved = try replace(current, with: patched, resource, subresource: subresource, options: options, &call)
        return try answer(saved, resource, call)
    }

    static func unpatchable(_ why: String, text: String = "") -> APIStatus {
        .invalid(group: "", kind: "", name: "", [.init(reason: .invalid, field: "patch", body: "Invalid value: \(JSON.string(text).text): \(why)")]).withoutNames
    }

    func patchDocument(_ request: APIRequest) throws(APIStatus) -> JSON {
        do { return try JSONParser.parse(request.body) } catch { throw .badRequest("error decoding patch: \(error.message)") }
    }

    /// The object with the request's patch applied to it.
    func patched(_ old: JSON, _ resource: ResourceDescriptor, _ call: Call, type: String? = nil) throws(APIStatus) -> JSON {
        let patch = try patchDocument(call.request)
        switch call.request.contentType {
        case "application/json-patch+json":
            do { return try JSONPatch.apply(patch, to: old) } catch let failure as JSONPatch.Unreadable {
                throw failure.message.hasPrefix("The allowed") ? APIStatus(413, "RequestEntityTooLarge", failure.message) : .badRequest("error decoding patch: \(failure.message)")
            } catch {
                var status = APIStatus(422, "Invalid", "the server rejected our request due to an error in our request")
                status.hasDetails = true
                throw status
            }
        case "application/merge-patch+json":
            guard patch.object != nil else { throw .badRequest("error decoding patch: json: cannot unmarshal \(TypedDecoder.kind(of: patch)) into Go value of type map[string]interface {}") }
            return MergePatch.apply(patch, to: old)
        default:
            guard patch.object != nil else { throw .badRequest("error decoding patch: json: cannot unmarshal \(TypedDecoder.kind(of: patch)) into Go value of type map[string]interface {}") }
            do { return try StrategicPatch(schema: .builtIn).apply(patch, to: old, type: type ?? resource.typeName) } catch { throw .badRequest(error.message) }
        }
    }

    // MARK: Apply

    private mutating func apply(
        _ target: RequestTarget, _ resource: ResourceDescriptor, subresource: String, _ current: StoredObject?, _ options: WriteOptions, _ call: inout Call
    ) throws(APIStatus) -> APIResponse.Answer {
        let custom = customs[resource.customKey]
        var parser = JSONParser(call.request.body, keepsOrder: true)
        var config: JSON
        do throws(JSONParser.Failure) { config = try parser.document() } catch { throw .badRequest("error decoding YAML: \(error.message)") }
        guard config.object != nil else { throw .badRequest("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(TypedDecoder.kind(of: config)) into Go value of type map[string]interface {}") }
        if config["apiVersion"]?.string ?? "" != resource.groupVersion {
            throw .badRequest("incorrect version specified in apply patch. Specified patch version: \(config["apiVersion"]?.string ?? ""), expected: \(resource.groupVersion)")
        }
        guard config["kind"]?.string ?? "" == resource.kind else {
            throw APIStatus(500, nil, "failed to create typed patch object (\(target.namespace)/\(target.name); \(config["apiVersion"]?.string ?? ""), Kind=\(config["kind"]?.string ?? "")): no corresponding type for it")
        }
        if let fields = config["metadata"]?["managedFields"], !fields.isEmpty { throw .badRequest("metadata.managedFields must be nil") }
        // Refusals name the object as it was sent.
        let isPlaceless = config["metadata"]?["namespace"]?.isEmpty ?? true
        try place(&config, target, resource, name: config["metadata"]?["name"] == nil ? nil : target.name)
        config[path: "metadata", "name"] = .string(target.name)
        // What a type does not have is refused by the merge; what stands twice is for field validation to judge.
        let findings = parser.duplicates.map { "duplicate field \"\($0)\"" }
        if call.request.parameter("fieldValidation") == "Strict", !findings.isEmpty { throw .badRequest("error decoding YAML: strict decoding error: \(findings.joined(separator: ", "))") }
        if call.request.parameter("fieldValidation") != "Ignore" { call.warnings += findings }
        let manager = ManagedFields.Manager(name: options.manager, isApply: true, apiVersion: resource.groupVersion, subresource: subresource)
        if isPlaceless { config[path: "metadata", "namespace"] = nil }
        let ignored = Strategy.ignoredFields(resource, subresource: subresource)
        let time = Timestamp.text(call.now.wall)
        guard let current else {
            guard subresource.isEmpty else { throw .notFound(resource, target.name) }
            if let uid = config["metadata"]?["uid"]?.string, !uid.isEmpty { throw .conflict(resource, target.name, "uid mismatch: the provided object specified uid \(uid), and no existing object was found") }
            var managed = ManagedFields(of: [:])
            let merged = try managed.apply(manager, config, over: emptyObject(resource), .root(resource, custom), ignoring: ignored, force: options.force, at: time)
            var object = merged ?? config
            try place(&object, target, resource)
            object["kind"] = .string(resource.kind)
            object["apiVersion"] = .string(resource.groupVersion)
            let made = try create(object, resource, options: options, managed: managed, &call)
            return try answer(made, resource, call, status: 201)
        }
        let old = current.json(resource)
        if let version = config["metadata"]?["resourceVersion"]?.string, !version.isEmpty, version != String(current.version) {
            throw .conflict(resource, target.name, "the object has been modified; please apply your changes to the latest version and try again")
        }
        var live = old
        live[path: "metadata", "managedFields"] = nil
        var managed = ManagedFields(of: old)
        let merged = try managed.apply(manager, config, over: live, .root(resource, custom), ignoring: ignored, force: options.force, at: time)
        let saved = try replace(current, with: merged ?? old, resource, subresource: subresource, options: options, managed: managed, &call)
        return try answer(saved, resource, call)
    }
}

extension APIStatus {
    /// The refusal of a patch names no object.
    var withoutNames: APIStatus {
        var status = self
        status.name = nil
        status.kind = nil
        status.group = nil
        return status
    }
}
