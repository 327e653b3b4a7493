extension WebScript {
    /// The first view: what the portal knows, in one look.
    static let overview = #"""
        function overviewView(root) {
          let seconds = 3600;
          const fresh = newcomers();
          const place = h("div", { class: "stack" });
          root.append(place);
          const spans = [[3600, "1 h"], [86400, "24 h"], [604800, "7 d"]];
          const update = async () => {
            const [overview, events, sensors, issues] = await Promise.all([
              get("/api/v1/overview", { seconds }), get("/api/v1/cloud-events", { first: 8 }), get("/api/v1/sensors", { first: 8 }),
              get("/api/v1/health-issues", { status: "OPEN", first: 6 }),
            ]);
            const lit = fresh(events.nodes.map((e) => e.id));
            // The begin of the timeline moves with every look.
            if (isShown(place, seconds, { ...overview, timeline: overview.timeline.buckets }, events, sensors, issues)) return;
            const tile = (href, value, text, kind) => h("a", { class: `tile ${kind ?? ""}`, href }, h("strong", {}, value), h("span", {}, text));
            const urgent = (overview.cloudEvents.CRITICAL ?? 0) + (overview.cloudEvents.HIGH ?? 0);
            show(place,
              heading("Overview", "What the sensors of this portal saw, and how they are."),
              h("div", { class: "tiles" },
                tile("#/events", count(overview.cloudEventsTotal), "cloud events, 30 days"),
                tile("#/events?severity=CRITICAL,HIGH", count(urgent), "critical or high", urgent ? "tile-bad" : "tile-good"),
                tile("#/sensors", `${count(overview.sensors.ACTIVE)} / ${count((overview.sensors.ACTIVE ?? 0) + (overview.sensors.DISCONNECTED ?? 0))}`, "sensors active", overview.sensors.DISCONNECTED ? "tile-warn" : "tile-good"),
                tile("#/health", count(overview.openHealthIssues), "open health issues", overview.openHealthIssues ? "tile-warn" : "tile-good"),
                tile("#/vulnerabilities", `${count(overview.vulnerabilitiesValidated)} / ${count(overview.vulnerabilities)}`, "findings validated in runtime"),
                tile("#/definitions", overview.definitionsVersion || "none", "newest definitions")),
              card("Cloud events over time", segmented("Span", spans, seconds, (choice) => { seconds = choice; refresh(); }), timelineChart(overview.timeline), severityLegend(overview.cloudEvents)),
              h("div", { class: "columns" },
                h("div", { class: "stack" },
                  card("Latest cloud events", h("a", { href: "#/events" }, "All"), events.nodes.length
                    ? h("ul", { class: "rows" }, events.nodes.map((e) => eventRow(e, lit.has(e.id))))
                    : empty("No cloud event yet", "They appear here the moment a sensor sends one."))),
                h("div", { class: "stack" },
                  card("Sensors", h("a", { href: "#/sensors" }, "All"), sensors.nodes.length
                    ? h("ul", { class: "rows" }, sensors.nodes.map(sensorRow))
                    : empty("No sensor has registered", "Start wiz-sensor with this portal's address, client id and secret.")),
                  card("Open health issues", h("a", { href: "#/health" }, "All"), issues.nodes.length
                    ? h("ul", { class: "rows" }, issues.nodes.map(issueRow)) : empty("Everything is well")),
                  card("Rules that fire most", undefined, overview.topRules.length ? ruleBars(overview.topRules) : empty("No rule fired")))));
          };
          return update;
        }
        function severityLegend(counts) {
          return h("ul", { class: "legend" }, severities.map((s) => h("li", {}, h("a", { href: `#/events?severity=${s}` }, h("span", { class: `dot bg-${s}` }), s.toLowerCase(), " ", h("strong", {}, count(counts[s]))))));
        }
        function eventRow(event, isNew) {
          return h("li", { class: isNew ? "new" : undefined }, h("a", { class: "row", href: eventLink(event.id) },
            badge(event.severity),
            h("span", { class: "row-main" }, h("strong", {}, event.name), h("span", { class: "muted" }, placeText(event), " · ", processText(event))),
            h("span", { class: "row-end muted" }, age(event.lastTimestamp ?? event.timestamp), event.aggregatedEventDetails.eventsCount > 1 && h("span", {}, `×${count(event.aggregatedEventDetails.eventsCount)}`))));
        }
        function sensorRow(sensor) {
          return h("li", {}, h("a", { class: "row", href: sensorLink(sensor.id) },
            statePill(sensor.status),
            h("span", { class: "row-main" }, h("strong", {}, sensor.name), h("span", { class: "muted" }, `${sensor.sensorVersion || "version unknown"} · ${sensor.hookSet || "no heartbeat yet"}`)),
            h("span", { class: "row-end muted" }, age(sensor.lastSeenAt), sensor.healthIssues > 0 && h("span", { class: "warn" }, plural(sensor.healthIssues, "issue")))));
        }
        function issueRow(issue) {
          return h("li", {}, h("a", { class: "row", href: sensorLink(issue.sensorId) },
            badge(issue.severity),
            h("span", { class: "row-main" }, h("strong", {}, issue.code), h("span", { class: "muted" }, `${issue.sensorName || issue.sensorId}: ${issue.message}`)),
            h("span", { class: "row-end muted" }, age(issue.openedAt))));
        }
        function ruleBars(rules) {
          const top = Math.max(...rules.map((r) => r.events));
          return h("ul", { class: "bars" }, rules.map((rule) => h("li", {}, h("a", { href: `#/events?rule=${encodeURIComponent(rule.name)}` },
            h("span", { class: "bar-text" }, h("span", {}, rule.name), h("strong", {}, count(rule.events))),
            h("progress", { max: top, value: rule.events, class: `bar-${rule.severity}` }, count(rule.events))))));
        }
        """#
}
