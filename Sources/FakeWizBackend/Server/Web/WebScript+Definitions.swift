extension WebScript {
    /// Published versions, and which sensors run which.
    static let definitions = #"""
        function definitionsView(root) {
          const list = pages("/api/v1/definitions", () => ({}), 50);
          const place = h("div", { class: "stack" });
          root.append(place);
          return async () => {
            const [page, sensors] = await Promise.all([list.load(), everySensor()]);
            if (isShown(place, page, sensors.map((s) => [s.id, s.name, s.status, s.definitionsVersion]))) return;
            const known = sensors.filter((s) => s.status !== "DEREGISTERED");
            const names = new Map(known.map((s) => [s.id, s.name]));
            const used = new Set(page.nodes.flatMap((d) => d.inUseBy));
            const others = known.filter((s) => !used.has(s.id));
            const users = (ids) => h("span", { class: "chips" }, ids.slice(0, 8).map((id) => h("a", { class: "chip chip-link", href: sensorLink(id) }, names.get(id) ?? id)), ids.length > 8 && chip(`and ${count(ids.length - 8)} more`));
            const columns = [
              { name: "Version", kind: "nowrap", cell: (d) => [h("strong", {}, d.version), d === page.nodes[0] && pill("newest", "good")] },
              { name: "Published", kind: "nowrap", cell: (d) => age(d.publishedAt) },
              { name: "Ends", kind: "nowrap", cell: (d) => (d.expiresAt ? (Date.parse(d.expiresAt) < portalNow() ? pill("expired", "bad") : clock(d.expiresAt)) : "never") },
              { name: "Content", cell: (d) => [h("span", {}, `${plural(d.ruleFiles.length, "rule file")}, ${plural(d.indicators, "indicator")}, ${bytes(d.size)}`), h("span", { class: "sub" }, d.ruleFiles.join(", "))] },
              { name: "In use by", kind: "wide", cell: (d) => (d.inUseBy.length ? [h("progress", { max: Math.max(1, known.length), value: d.inUseBy.length, class: "bar-LOW" }, `${d.inUseBy.length}`), h("span", { class: "sub" }, `${count(d.inUseBy.length)} of ${plural(known.length, "sensor")}`), users(d.inUseBy)] : h("span", { class: "muted" }, "no sensor")) },
              { name: "SHA-256", cell: (d) => h("code", { title: d.sha256 }, `${d.sha256.slice(0, 12)}…`) },
            ];
            show(place,
              heading("Definitions", "Signed rules, indicators and settings. Sensors pull a newer version with their next heartbeat."),
              page.nodes.length ? h("section", { class: "card flush" }, table(columns, page.nodes)) : empty("Nothing is published", "fake-wiz-backend definitions publish signs and publishes a version."),
              page.hasMore && moreButton(true, page.nodes.length, page.total, () => { list.more(); refresh(); }),
              others.length > 0 && card("Sensors with other definitions", h("span", { class: "muted" }, count(others.length)), h("ul", { class: "rows" }, others.map((s) =>
                h("li", {}, h("a", { class: "row", href: sensorLink(s.id) }, statePill(s.status), h("span", { class: "row-main" }, h("strong", {}, s.name)), h("span", { class: "row-end muted" }, s.definitionsVersion || "none")))))));
          };
        }
        """#
}
