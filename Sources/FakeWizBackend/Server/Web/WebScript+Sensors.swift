extension WebScript {
    /// The fleet.
    static let sensors = #"""
        function sensorLink(id) { return `#/sensors/${encodeURIComponent(id)}`; }
        function sensorsView(root) {
          const list = pages("/api/v1/sensors", () => ({}), 100);
          let wanted = "";
          let last;
          const place = h("div", { class: "stack" });
          const search = h("input", { id: "sensor-search", type: "search", placeholder: "Name, host or version", "aria-label": "Search sensors", oninput: () => { wanted = search.value.trim().toLowerCase(); draw(); } });
          root.append(h("div", { class: "stack" }, heading("Sensors", "One per node. A sensor that misses three heartbeats is disconnected.", search), place));
          const columns = [
            { name: "Sensor", kind: "wide", cell: (s) => [h("a", { class: "stretched", href: sensorLink(s.id) }, s.name), h("span", { class: "sub mono" }, s.id)] },
            { name: "State", cell: (s) => statePill(s.status) },
            { name: "Last heartbeat", kind: "nowrap", cell: (s) => age(s.lastSeenAt) },
            { name: "Versions", cell: (s) => [h("span", {}, s.sensorVersion || "unknown"), h("span", { class: "sub" }, s.definitionsVersion ? `definitions ${s.definitionsVersion}` : "no definitions")] },
            { name: "Sees", cell: (s) => [h("span", {}, s.visibilityLevel || "unknown"), h("span", { class: "sub" }, s.hookSet || "no heartbeat yet")] },
            { name: "Host", cell: (s) => [h("span", {}, s.hostname || "unknown"), h("span", { class: "sub" }, s.kernelVersion)] },
            { name: "Issues", kind: "number", cell: (s) => (s.healthIssues ? h("span", { class: "warn" }, count(s.healthIssues)) : "0") },
          ];
          const draw = () => {
            const shown = last.nodes.filter((s) => [s.name, s.id, s.hostname, s.sensorVersion, s.definitionsVersion, s.kernelVersion, s.status].some((t) => t.toLowerCase().includes(wanted)));
            show(place, shown.length
              ? [h("section", { class: "card flush" }, table(columns, shown)), moreButton(last.hasMore, shown.length, last.total, () => { list.more(); refresh(); })]
              : empty(wanted ? "No sensor matches" : "No sensor has registered", wanted ? undefined : "Start wiz-sensor with this portal's address, client id and secret."));
          };
          return async () => {
            last = await list.load();
            if (!isShown(place, last)) draw();
          };
        }
        """#
}
