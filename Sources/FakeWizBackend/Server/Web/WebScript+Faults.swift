extension WebScript {
    /// Switches for outages and faults: the fault plan of the portal, made and unmade by hand.
    static let faults = #"""
        // Each switch stands for the rules it puts into the plan. The surface `rest` is the sensors' ingest: this page is not struck.
        const switches = [
          { name: "Portal down", text: "Connections are closed at once.", faults: [["grpc", { refuse: true }], ["rest", { refuse: true }], ["token", { refuse: true }]] },
          { name: "Portal hangs", text: "Requests are taken and never answered.", faults: [["grpc", { hang: true }], ["rest", { hang: true }], ["token", { hang: true }]] },
          { name: "Slow answers", text: "Every answer takes three seconds more.", faults: [["grpc", { delayMs: 3000 }], ["rest", { delayMs: 3000 }]] },
          { name: "Slow line", text: "2 KiB a second for every request.", faults: [["grpc", { throttleBytesPerSecond: 2048 }], ["rest", { throttleBytesPerSecond: 2048 }]] },
          { name: "Overloaded", text: "429 with Retry-After 30, RESOURCE_EXHAUSTED.", faults: [["rest", { httpStatus: 429, retryAfterSeconds: 30 }], ["grpc", { grpcStatus: 8 }]] },
          { name: "Half of all fails", text: "503 or UNAVAILABLE for every second request.", probability: 0.5, faults: [["rest", { httpStatus: 503 }], ["grpc", { grpcStatus: 14 }]] },
          { name: "Answers get lost", text: "Requests take effect, every second answer does not arrive.", probability: 0.5, faults: [["rest", { dropReply: true }], ["grpc", { dropReply: true }]] },
          { name: "Garbled answers", text: "Bytes that no parser takes.", faults: [["rest", { badPayload: true }], ["grpc", { badPayload: true }]] },
          { name: "Tokens expire", text: "What was issued before now counts as expired.", faults: [["rest", { expireTokens: true }], ["grpc", { expireTokens: true }]] },
          { name: "Not entitled", text: "The account loses the runtime sensor.", faults: [["token", { disableEntitlement: true }], ["rest", { disableEntitlement: true }], ["grpc", { disableEntitlement: true }]] },
          { name: "Expired certificate", text: "New gRPC handshakes show a certificate of the day before yesterday.", faults: [["grpc", { expiredCertificate: true }]] },
          { name: "No reputation", text: "Look-ups are UNAVAILABLE, the rest works.", faults: [["reputation", { grpcStatus: 14 }]] },
          { name: "Broken definitions", text: "Downloads arrive with a flipped bit.", faults: [["definitions", { badPayload: true }]] },
        ];
        const effects = {
          refuse: "close the connection", hang: "never answer", delayMs: "answer later (ms)", grpcStatus: "gRPC status (1 to 16)", httpStatus: "HTTP status (300 to 599)", dropReply: "lose the answer",
          cutMidStream: "cut the answer", badPayload: "garble the answer", expiredCertificate: "expired certificate", expireTokens: "expire tokens", disableEntitlement: "not entitled",
          throttleBytesPerSecond: "bytes a second",
        };
        const effectNeedsNumber = new Set(["delayMs", "grpcStatus", "httpStatus", "throttleBytesPerSecond"]);

        function rulesOf(entry, lasting) {
          return entry.faults.map(([surface, fault]) => ({ match: { surface, ...(entry.probability && { probability: entry.probability }), ...(lasting && { for: lasting }) }, fault }));
        }
        // Two rules are the same switch when all but their duration is the same.
        function ruleKey(rule) {
          const sorted = (o) => Object.keys(o).filter((k) => k !== "for" && o[k] !== null).sort().map((k) => `${k}=${o[k]}`).join(" ");
          return `${sorted(rule.match)} | ${sorted(rule.fault)}`;
        }
        function faultsView(root) {
          let lasting = 0;
          const place = h("div", { class: "stack" });
          root.append(place);
          const put = async (seed, faults) => {
            try { await ask("PUT", "/web/v1/faults", { seed, faults }); report(); } catch (error) { report(error); }
            refresh();
          };
          const value = h("input", { id: "fault-value", type: "number", min: 1, "aria-label": "Number", hidden: true });
          const effect = h("select", { id: "fault-effect", "aria-label": "Effect", onchange: () => { value.hidden = !effectNeedsNumber.has(effect.value); value.required = !value.hidden; } }, Object.entries(effects).map(([name, text]) => h("option", { value: name }, text)));
          const surface = h("select", { id: "fault-surface", "aria-label": "Surface" }, ["grpc", "rest", "token", "reputation", "definitions"].map((name) => h("option", {}, name)));
          const sensor = h("select", { id: "fault-sensor", "aria-label": "Sensor" }, h("option", { value: "" }, "every sensor"));
          everySensor().then((all) => { for (const s of all) sensor.append(h("option", { value: s.id }, s.name)); }).catch(report);
          const field = (name, placeholder, options) => h("input", { id: `fault-${name}`, type: "number", min: 0, placeholder, "aria-label": placeholder, ...options });
          const [probability, after, lastingField, strikesMax] = [field("probability", "probability", { max: 1, step: "any" }), field("after", "after s", { step: "any" }), field("for", "for s", { step: "any" }), field("count", "at most")];
          let plan = { seed: 1, faults: [], strikes: [], remaining: [] };
          const form = h("form", { class: "filters", onsubmit: (submitted) => {
            submitted.preventDefault();
            const number = (input) => (input.value === "" ? undefined : Number(input.value));
            const match = { surface: surface.value, sensor: sensor.value || undefined, probability: number(probability), after: number(after), for: number(lastingField), count: number(strikesMax) };
            put(plan.seed, [...plan.faults, { match, fault: { [effect.value]: effectNeedsNumber.has(effect.value) ? number(value) : true } }]);
          } }, surface, effect, value, sensor, probability, after, lastingField, strikesMax, h("button", { type: "submit" }, "Add rule"));
          return async () => {
            plan = await ask("GET", "/web/v1/faults");
            if (isShown(place, lasting, plan)) return;
            const standing = new Set(plan.faults.filter((_, i) => plan.remaining[i]).map(ruleKey));
            const isOn = (entry) => rulesOf(entry).every((rule) => standing.has(ruleKey(rule)));
            const flip = (entry) => {
              const keys = new Set(rulesOf(entry).map(ruleKey));
              const kept = plan.faults.filter((rule) => !keys.has(ruleKey(rule)));
              put(plan.seed, isOn(entry) ? kept : [...kept, ...rulesOf(entry, lasting)]);
            };
            const columns = [
              { name: "Surface", cell: (r) => r.match.surface },
              { name: "Effect", kind: "wide", cell: (r) => Object.entries(r.fault).map(([k, v]) => chip(v === true ? k : `${k} ${v}`)) },
              { name: "When", cell: (r) => h("span", { class: "chips" }, ["sensor", "probability", "after", "for", "count"].filter((k) => r.match[k] !== undefined && r.match[k] !== null).map((k) => chip(`${k} ${r.match[k]}`))) },
              { name: "Struck", kind: "number", cell: (r) => count(plan.strikes[plan.faults.indexOf(r)]) },
              { name: "State", cell: (r) => (plan.remaining[plan.faults.indexOf(r)] ? pill("in force", "bad") : pill("over", "idle")) },
              { name: "", kind: "number", cell: (r) => h("button", { type: "button", class: "small-button", onclick: () => put(plan.seed, plan.faults.filter((other) => other !== r)) }, "Remove") },
            ];
            show(place,
              heading("Faults", "Outages on demand: what stands here strikes the sensors from now on. The page itself is spared. A change starts the times of all rules anew.",
                segmented("Lasts", [[0, "until off"], [60, "1 min"], [600, "10 min"], [3600, "1 h"]], lasting, (choice) => { lasting = choice; refresh(); }),
                plan.faults.length > 0 && h("button", { type: "button", id: "all-off", onclick: () => ask("DELETE", "/web/v1/faults").then(refresh, report) }, "All off")),
              h("div", { class: "switches" }, switches.map((entry, i) => h("button", { type: "button", id: `switch-${i}`, class: "switch", role: "switch", "aria-checked": String(isOn(entry)), onclick: () => flip(entry) },
                h("span", { class: "switch-knob", "aria-hidden": "true" }), h("span", { class: "switch-text" }, h("strong", {}, entry.name), h("span", { class: "muted" }, entry.text))))),
              card("Rules in force", h("span", { class: "muted" }, `seed ${plan.seed}; the first that matches strikes`), plan.faults.length ? table(columns, plan.faults) : empty("No fault", "The portal answers as it should."), form));
          };
        }
        """#
}
