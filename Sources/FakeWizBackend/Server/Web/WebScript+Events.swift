extension WebScript {
    /// The list of cloud events, with its filters in the address, and the drawer that shows one of them.
    static let events = #"""
        function eventLink(id) { return `#/events/${encodeURIComponent(id)}`; }
        function leaf(event) { return event.runtimeDetails.processTree[0]; }
        function processText(event) { const process = leaf(event); return process ? process.command || process.path || process.name : event.runtimeDetails.context.type; }
        function placeText(event) {
          const container = leaf(event)?.container;
          if (container?.pod) return `${container.pod.namespace}/${container.pod.name}`;
          if (container) return container.name || `container ${container.id.slice(0, 12)}`;
          return `host ${event.runtimeDetails.host.hostname}`;
        }
        function contextText(context) {
          const peer = context.remoteIP && `${context.remoteIP.includes(":") ? `[${context.remoteIP}]` : context.remoteIP}${context.remotePort ? `:${context.remotePort}` : ""}`;
          return context.commandLine ?? context.fileName ?? peer ?? context.query ?? context.systemCall ?? "";
        }

        function eventsView(root, params, id) {
          const fresh = newcomers();
          const filters = () => ({ severity: params.get("severity"), rule: params.get("rule"), sensor: params.get("sensor"), since: params.get("since") });
          const list = pages("/api/v1/cloud-events", filters, 50);
          const tools = h("div", { class: "filters" });
          const place = h("div", { class: "stack" });
          root.append(h("div", { class: "stack" }, heading("Cloud events", "Detections of the sensors, kept for 30 days. New ones appear by themselves."), tools, place));
          const go = (changes) => {
            const next = new URLSearchParams(params);
            for (const [name, value] of Object.entries(changes)) value ? next.set(name, value) : next.delete(name);
            location.hash = next.size ? `#/events?${next}` : "#/events";
          };
          const chosen = new Set((params.get("severity") ?? "").split(",").filter(Boolean));
          const rule = h("input", { id: "rule", type: "search", list: "rules", placeholder: "Rule, by id or name", "aria-label": "Rule", value: params.get("rule") ?? "", onchange: () => go({ rule: rule.value.trim() }) });
          const spans = [["", "any time"], ["900", "last 15 min"], ["3600", "last hour"], ["86400", "last 24 h"], ["604800", "last 7 days"]];
          const since = h("select", { id: "since", "aria-label": "Time", onchange: () => go({ since: since.value && new Date(portalNow() - since.value * 1000).toISOString(), span: since.value }) },
            spans.map(([value, text]) => h("option", { value, selected: (params.get("span") ?? "") === value }, text)));
          const sensor = h("select", { id: "sensor", "aria-label": "Sensor", onchange: () => go({ sensor: sensor.value }) }, h("option", { value: "" }, "every sensor"));
          everySensor().then((all) => { for (const s of all) sensor.append(h("option", { value: s.id, selected: params.get("sensor") === s.id }, s.name)); }).catch(report);
          const toggle = (s) => {
            const next = new Set(chosen);
            next.has(s) ? next.delete(s) : next.add(s);
            go({ severity: severities.filter((name) => next.has(name)).join(",") });
          };
          fill(tools, {}, [
            h("div", { class: "severity-filter", role: "group", "aria-label": "Severity" }, severities.map((s) =>
              h("button", { type: "button", id: `severity-${s}`, class: `sev-${s}`, "aria-pressed": String(chosen.has(s)), onclick: () => toggle(s) }, s === "INFORMATIONAL" ? "INFO" : s))),
            rule, h("datalist", { id: "rules" }), sensor, since,
            params.size > 0 && h("button", { type: "button", class: "plain", id: "clear", onclick: () => { location.hash = "#/events"; } }, "Clear")]);

          const columns = [
            { name: "Severity", kind: "narrow", cell: (e) => badge(e.severity) },
            { name: "Detection", kind: "wide", cell: (e) => [h("a", { class: "stretched", href: eventLink(e.id) }, e.name), h("span", { class: "sub mono" }, contextText(e.runtimeDetails.context) || processText(e))] },
            { name: "ATT&CK", cell: (e) => h("span", { class: "chips" }, e.mitreTechniques.slice(0, 3).map((t) => chip(t)), e.mitreTechniques.length > 3 && chip(`+${e.mitreTechniques.length - 3}`)) },
            { name: "Where", cell: (e) => [h("span", {}, placeText(e)), h("span", { class: "sub" }, leaf(e)?.container?.image?.externalId ?? e.runtimeDetails.sensor.name)] },
            { name: "Count", kind: "number", cell: (e) => count(e.aggregatedEventDetails.eventsCount) },
            { name: "Time", kind: "nowrap", cell: (e) => age(e.lastTimestamp ?? e.timestamp) },
          ];
          const update = async () => {
            const page = await list.load();
            const lit = fresh(page.nodes.map((e) => e.id));
            byId("rules")?.replaceChildren(...[...new Set(page.nodes.flatMap((e) => e.matchedRules.map((m) => m.rule.name)))].sort().map((name) => h("option", { value: name })));
            if (!isShown(place, page)) show(place, page.nodes.length
              ? [h("section", { class: "card flush" }, table(columns, page.nodes, { kind: "events", row: (e) => ({ class: [lit.has(e.id) && "new", e.id === openID && "open"].filter(Boolean).join(" "), "data-event": e.id }) })),
                moreButton(page.hasMore, page.nodes.length, page.total, () => { list.more(); refresh(); })]
              : empty(params.size ? "No cloud event matches" : "No cloud event yet", params.size ? "Widen the filters." : "They appear here the moment a sensor sends one."));
            if (openID) await showEvent(openID);
          };
          let openID = id;
          update.open = async (next) => {
            openID = next;
            for (const row of place.querySelectorAll("tr[data-event]")) row.classList.toggle("open", row.dataset.event === openID);
            if (openID) await showEvent(openID); else closeDrawer();
          };
          return update;
        }
        """#
}
