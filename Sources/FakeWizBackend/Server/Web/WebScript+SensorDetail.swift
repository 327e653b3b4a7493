extension WebScript {
    /// One sensor: its heartbeats over time, what it lost and why, its health issues, its cloud events and what ran on its node.
    static let sensorDetail = #"""
        function sensorView(root, params, id) {
          const place = h("div", { class: "stack" });
          root.append(place);
          const path = `/api/v1/sensors/${encodeURIComponent(id)}`;
          return async () => {
            const [beats, sensors, issues, events, runtime] = await Promise.all([
              get(`${path}/heartbeats`, { first: 120 }), everySensor(), get("/api/v1/health-issues", { sensor: id, first: 50 }),
              get("/api/v1/cloud-events", { sensor: id, first: 6 }), get("/api/v1/runtime-data", { sensor: id, first: 12 }),
            ]);
            const sensor = sensors.find((s) => s.id === id);
            if (isShown(place, sensor, beats, issues, events, runtime)) return;
            const newest = beats.nodes[0];
            const timeline = beats.nodes.slice().reverse();
            const issueColumns = [
              { name: "Severity", kind: "narrow", cell: (i) => badge(i.severity) }, { name: "Issue", kind: "wide", cell: (i) => [h("span", {}, i.code), h("span", { class: "sub" }, i.message)] },
              { name: "State", cell: (i) => pill(i.status.toLowerCase(), i.status === "OPEN" ? "bad" : "good") }, { name: "Opened", kind: "nowrap", cell: (i) => age(i.openedAt) },
              { name: "Resolved", kind: "nowrap", cell: (i) => (i.resolvedAt ? age(i.resolvedAt) : "") },
            ];
            show(place,
              h("a", { class: "back", href: "#/sensors" }, icon("back", 16), "Sensors"),
              heading(sensor?.name ?? id, [sensor ? statePill(sensor.status) : null, " last heartbeat ", age(sensor?.lastSeenAt)]),
              h("div", { class: "columns even" },
                card("Sensor", undefined, facts([
                  ["Id", code(id)], ["Version", sensor?.sensorVersion], ["Definitions", sensor?.definitionsVersion || "none"], ["Hook set", newest?.hookSet || sensor?.hookSet],
                  ["Visibility", newest?.visibilityLevel || sensor?.visibilityLevel], ["Host", sensor?.hostname], ["Kernel", sensor?.kernelVersion], ["Registered", age(sensor?.firstSeenAt)],
                  ["Running for", newest && span(newest.uptimeSeconds)], ["Settings revision", newest && count(newest.settingsRevision)],
                  ["Proxy", newest?.proxy && `${newest.proxy.url}${newest.proxy.authenticated ? ", with credentials" : ""}${newest.proxy.ownCA ? ", own CA" : ""}`],
                ])),
                card("Heartbeats", h("span", { class: "muted" }, `${count(beats.totalCount)} kept`), newest
                  ? h("div", { class: "sparks" },
                      sparkline("Events a second", rates(timeline, (b) => total(b.events, (e) => e.seen)), (n) => (n < 10 ? n.toFixed(1) : count(Math.round(n)))),
                      sparkline("Memory", timeline.map((b) => b.residentBytes), bytes),
                      sparkline("CPU", timeline.map((b) => b.cpuMillicores), (n) => `${Math.round(n)} m`),
                      sparkline("Spool", timeline.map((b) => b.spool?.records ?? 0), (n) => plural(Math.round(n), "record"), newest.spool && `${bytes(newest.spool.bytes)}, oldest ${span(newest.spool.oldestSeconds)}`))
                  : empty("No heartbeat yet"))),
              newest && card("Events seen and lost", h("span", { class: "muted" }, "since the sensor started"), lossTable(newest)),
              newest && Object.keys(newest.queues).length > 0 && card("Queues", undefined, queueTable(newest.queues)),
              card("Health issues", undefined, issues.nodes.length ? table(issueColumns, issues.nodes) : empty("None so far")),
              h("div", { class: "columns even" },
                card("Cloud events", h("a", { href: `#/events?sensor=${encodeURIComponent(id)}` }, `All ${count(events.totalCount)}`), events.nodes.length ? h("ul", { class: "rows" }, events.nodes.map((e) => eventRow(e))) : empty("None so far")),
                card("What ran here", h("span", { class: "muted" }, `${count(runtime.totalCount)} programs, 30 days`), runtime.nodes.length ? runtimeTable(runtime.nodes) : empty("No runtime data yet"))),
              newest && card("Heartbeat history", undefined, table([
                { name: "Received", kind: "nowrap", cell: (b) => age(b.receivedAt) }, { name: "Number", kind: "number", cell: (b) => count(b.sequence) },
                { name: "Definitions", cell: (b) => b.definitionsVersion || "none" }, { name: "Visibility", cell: (b) => b.visibilityLevel },
                { name: "Memory", kind: "number", cell: (b) => bytes(b.residentBytes) }, { name: "CPU", kind: "number", cell: (b) => `${b.cpuMillicores} m` },
                { name: "Spool", kind: "number", cell: (b) => count(b.spool?.records) }, { name: "Open issues", cell: (b) => b.healthIssues.join(", ") || "none" },
              ], beats.nodes.slice(0, 20))));
          };
        }
        function total(map, value) { return Object.values(map ?? {}).reduce((n, element) => n + value(element), 0); }
        // From counters to rates: a counter that fell began anew.
        function rates(timeline, value) {
          return timeline.slice(1).map((beat, i) => {
            const seconds = Math.max(0.001, (Date.parse(beat.receivedAt) - Date.parse(timeline[i].receivedAt)) / 1000);
            const grown = value(beat) - value(timeline[i]);
            return (grown >= 0 ? grown : value(beat)) / seconds;
          });
        }
        function causes(map) { return Object.entries(map ?? {}).filter(([, n]) => n > 0).sort().map(([cause, n]) => chip(`${cause} ${count(n)}`)); }
        function lossTable(beat) {
          const rows = Object.entries(beat.events).sort();
          const streams = [...new Set([...Object.keys(beat.spool?.accepted ?? {}), ...Object.keys(beat.spool?.delivered ?? {})])].sort();
          return [
            rows.length > 0 && table([
              { name: "Event kind", cell: ([kind]) => kind }, { name: "Seen", kind: "number", cell: ([, e]) => count(e.seen) },
              { name: "Lost", kind: "number", cell: ([, e]) => count(total(e.dropped, (n) => n)) }, { name: "By cause", cell: ([, e]) => h("span", { class: "chips" }, causes(e.dropped)) },
            ], rows),
            beat.spool && facts([
              ["Spool", streams.map((s) => h("span", { class: "line" }, `${s}: ${count(beat.spool.delivered[s])} delivered of ${count(beat.spool.accepted[s])}`))],
              ["Evicted", Object.keys(beat.spool.evicted).length > 0 && h("span", { class: "chips" }, causes(beat.spool.evicted))],
            ]),
          ];
        }
        function queueTable(queues) {
          return table([
            { name: "Queue", cell: ([name]) => name }, { name: "Filled", cell: ([, q]) => h("progress", { max: Math.max(1, q.capacity), value: q.depth, class: "bar-LOW" }, `${q.depth} of ${q.capacity}`) },
            { name: "Depth", kind: "number", cell: ([, q]) => `${count(q.depth)} / ${count(q.capacity)}` }, { name: "Dropped", kind: "number", cell: ([, q]) => count(q.dropped) },
          ], Object.entries(queues).sort());
        }
        function runtimeTable(nodes) {
          return table([
            { name: "Program", kind: "wide", cell: ({ record }) => [h("span", { class: "mono" }, record.executable), h("span", { class: "sub" }, [record.package, record.image].filter(Boolean).join(" · ") || "no package known")] },
            { name: "Starts", kind: "number", cell: ({ record }) => count(record.count) }, { name: "Last", kind: "nowrap", cell: ({ record }) => age(record.lastSeen) },
          ], nodes, { kind: "runtime" });
        }
        """#
}
