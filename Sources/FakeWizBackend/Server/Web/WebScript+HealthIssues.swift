extension WebScript {
    /// What sensors and portal found wrong, open and resolved.
    static let healthIssues = #"""
        function healthView(root, params) {
          let status = params.get("status") ?? "OPEN";
          const list = pages("/api/v1/health-issues", () => ({ status: status === "ALL" ? "" : status }), 100);
          const place = h("div", { class: "stack" });
          root.append(place);
          const columns = [
            { name: "Severity", kind: "narrow", cell: (i) => badge(i.severity) },
            { name: "Issue", kind: "wide", cell: (i) => [h("strong", {}, i.code), h("span", { class: "sub" }, i.message)] },
            { name: "Sensor", cell: (i) => h("a", { href: sensorLink(i.sensorId) }, i.sensorName || i.sensorId) },
            { name: "State", cell: (i) => pill(i.status.toLowerCase(), i.status === "OPEN" ? "bad" : "good") },
            { name: "Opened", kind: "nowrap", cell: (i) => age(i.openedAt) },
            { name: "Lasted", kind: "nowrap", cell: (i) => (i.resolvedAt ? span((Date.parse(i.resolvedAt) - Date.parse(i.openedAt)) / 1000) : "ongoing") },
          ];
          return async () => {
            const page = await list.load();
            if (isShown(place, status, page)) return;
            show(place,
              heading("Health", "Every degradation and loss opens an issue; it resolves by itself when it is over.",
                segmented("Issue state", [["OPEN", "Open"], ["RESOLVED", "Resolved"], ["ALL", "All"]], status, (choice) => { status = choice; list.again(); refresh(); })),
              page.nodes.length
                ? [h("section", { class: "card flush" }, table(columns, page.nodes)), moreButton(page.hasMore, page.nodes.length, page.total, () => { list.more(); refresh(); })]
                : empty(status === "OPEN" ? "Everything is well" : "No such issue"));
          };
        }
        """#
}
