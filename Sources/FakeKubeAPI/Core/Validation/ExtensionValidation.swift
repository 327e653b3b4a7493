/// Webhooks, policies, signing requests, runtime classes, devices: what extends the cluster.
enum ExtensionValidation {
    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"]
        switch resource.kind {
        case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
            var seen: Set<String> = []
            for (index, webhook) in (object["webhooks"]?.array ?? []).enumerated() { checkWebhook(webhook, "webhooks[\(index)]", &seen, &validation) }
        case "ValidatingAdmissionPolicy":
            if spec?["matchConstraints"] == nil { validation.add(.required("spec.matchConstraints")) }
            if spec?["validations"]?.isEmpty ?? true, spec?["auditAnnotations"]?.isEmpty ?? true {
                validation.add(.required("spec.validations", "validations or auditAnnotations must be set"))
            }
            validation.add(AdmissionPolicy(spec ?? [:], "spec.", hasParams: spec?["paramKind"] != nil).findings)
            for (index, rule) in (spec?["validations"]?.array ?? []).enumerated() where rule["expression"]?.isEmpty ?? true { validation.add(.required("spec.validations[\(index)].expression", "expression is not specified")) }
        case "MutatingAdmissionPolicy":
            if spec?["matchConstraints"] == nil { validation.add(.required("spec.matchConstraints")) }
            if spec?["mutations"]?.isEmpty ?? true { validation.add(.required("spec.mutations", "mutations must contain at least one item")) }
            validation.oneOf(["IfNeeded", "Never"], spec?["reinvocationPolicy"], "spec.reinvocationPolicy")
            validation.add(AdmissionPolicy(spec ?? [:], "spec.", hasParams: spec?["paramKind"] != nil).findings)
        case "ValidatingAdmissionPolicyBinding":
            if spec?["policyName"]?.isEmpty ?? true { validation.add(.required("spec.policyName")) }
            if let reference = spec?["paramRef"] {
                if reference["name"] == nil, reference["selector"] == nil { validation.add(.required("spec.paramRef", "one of name or selector must be specified")) }
                if reference["parameterNotFoundAction"] == nil { validation.add(.required("spec.paramRef.parameterNotFoundAction")) }
            }
            if spec?["validationActions"]?.isEmpty ?? true { validation.add(.required("spec.validationActions", "at least one validation action is required")) }
        case "MutatingAdmissionPolicyBinding":
            if spec?["policyName"]?.isEmpty ?? true { validation.add(.required("spec.policyName")) }
        case "CertificateSigningRequest":
            if spec?["request"]?.isEmpty ?? true { validation.add(.invalid("spec.request", spec?["request"] ?? "", "PEM block type must be CERTIFICATE REQUEST")) }
            if spec?["usages"]?.isEmpty ?? true { validation.add(.required("spec.usages")) }
            let signer = spec?["signerName"]?.string ?? ""
            if signer.isEmpty { validation.add(.required("spec.signerName")) } else if !signer.contains("/") {
                validation.add(.invalid("spec.signerName", .string(signer), "must be a fully qualified domain and path of the form 'example.com/signer-name'"))
            }
        case "RuntimeClass":
            let handler = object["handler"]?.string ?? ""
            validation.add(NameRules.label(handler).map { .invalid("handler", .string(handler), $0) })
            if let old { validation.immutable(object["handler"], old["handler"], "handler") }
        case "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice":
            if let old { validation.immutable(resource.kind == "ResourceSlice" ? spec?["driver"] : spec, resource.kind == "ResourceSlice" ? old["spec"]?["driver"] : old["spec"], resource.kind == "ResourceSlice" ? "spec.driver" : "spec") }
        default: break
        }
    }

    private static func checkWebhook(_ webhook: JSON, _ path: String, _ seen: inout Set<String>, _ validation: inout Validation) {
        let name = webhook["name"]?.string ?? ""
        if name.split(separator: ".", omittingEmptySubsequences: false).count < 3 {
            validation.add(.invalid("\(path).name", .string(name), "should be a domain with at least three segments separated by dots"))
        } else {
            validation.add(NameRules.subdomain(name).map { .invalid("\(path).name", .string(name), $0) })
        }
        if !seen.insert(name).inserted { validation.add(.duplicate("\(path).name", .string(name))) }
        let versions = (webhook["admissionReviewVersions"]?.array ?? []).compactMap(\.string)
        if versions.isEmpty { validation.add(.required("\(path).admissionReviewVersions", "must specify one of v1, v1beta1")) } else if !versions.contains("v1"), !versions.contains("v1beta1") {
            validation.add(.invalid("\(path).admissionReviewVersions", JSON(versions), "must include at least one of v1, v1beta1"))
        }
        if !["None", "NoneOnDryRun"].contains(webhook["sideEffects"]?.string ?? "") { validation.add(.notSupported("\(path).sideEffects", webhook["sideEffects"] ?? .null, ["None", "NoneOnDryRun"])) }
        if let policy = webhook["failurePolicy"]?.string, !["Fail", "Ignore"].contains(policy) { validation.add(.notSupported("\(path).failurePolicy", .string(policy), ["Fail", "Ignore"])) }
        if let seconds = webhook["timeoutSeconds"]?.integer, !(1...30).contains(seconds) {
            validation.add(.invalid("\(path).timeoutSeconds", .integer(seconds), seconds < 1 ? "the timeout value must be greater than zero" : "the timeout value must be between 1 and 30 seconds"))
        }
        validation.add(AdmissionPolicy(["matchConditions": webhook["matchConditions"] ?? []], "\(path).", hasParams: false).findings)
        let client = webhook["clientConfig"]
        switch (client?["url"], client?["service"]) {
        case (nil, nil), (_?, _?): validation.add(.required("\(path).clientConfig", "exactly one of url or service is required"))
        case (let url?, nil): if !(url.string ?? "").hasPrefix("https://") { validation.add(.invalid("\(path).clientConfig.url", url, "'https' is the only allowed URL scheme; desired format: https://host[/path]")) }
        default: break
        }
    }
}
