extension WebScript {
    /// Findings of scanners, and whether runtime data saw the package in use.
    static let vulnerabilities = #"""
        function vulnerabilitiesView(root) {
          let validated = "";
          const list = pages("/api/v1/vulnerabilities", () => ({ validatedInRuntime: validated }), 100);
          const place = h("div", { class: "stack" });
          root.append(place);
          const evidence = (v) => h("details", { "data-key": `evidence-${v.finding.id}` }, h("summary", {}, v.evidence[0].executable), h("ul", { class: "plain-list" }, v.evidence.map((e) =>
            h("li", {}, code(e.executable), " ", h("span", { class: "muted" }, e.podName ?? (e.containerId ? `container ${e.containerId.slice(0, 12)}` : "host"), " · "), age(e.lastSeen), e.buildId && [" · ", h("span", { class: "muted" }, "build "), code(e.buildId)]))));
          const columns = [
            { name: "Severity", kind: "narrow", cell: (v) => badge(v.finding.severity) },
            { name: "Finding", kind: "wide", cell: (v) => [h("strong", {}, v.finding.name), h("span", { class: "sub" }, v.finding.image ?? v.finding.host ?? "any host")] },
            { name: "Package", cell: (v) => [h("span", { class: "mono" }, v.finding.version ? `${v.finding.package} ${v.finding.version}` : v.finding.package), v.finding.fixedVersion && h("span", { class: "sub" }, `fixed in ${v.finding.fixedVersion}`)] },
            { name: "In runtime", cell: (v) => (v.validatedInRuntime ? pill("validated", "bad") : pill("not seen in use", "idle")) },
            { name: "Evidence", cell: (v) => (v.evidence.length ? evidence(v) : "") },
          ];
          return async () => {
            const page = await list.load();
            if (isShown(place, validated, page)) return;
            show(place,
              heading("Vulnerabilities", "A finding is validated in runtime when a sensor saw an executable or library of the package in use.",
                segmented("Validation", [["", "All"], ["true", "Validated"], ["false", "Not seen in use"]], validated, (choice) => { validated = choice; list.again(); refresh(); })),
              page.nodes.length
                ? [h("section", { class: "card flush" }, table(columns, page.nodes)), moreButton(page.hasMore, page.nodes.length, page.total, () => { list.more(); refresh(); })]
                : empty("No finding", "Findings of a scanner come in by POST /control/v1/findings."));
          };
        }
        """#
}
