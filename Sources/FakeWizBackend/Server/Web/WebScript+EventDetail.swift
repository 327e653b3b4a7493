extension WebScript {
    /// One cloud event in the drawer: what happened, who did it, where, and why it counts.
    static let eventDetail = #"""
        let returnTo = "#/events";
        function closeDrawer() { byId("drawer").hidden = true; byId("shade").hidden = true; document.body.classList.remove("drawer-open"); }
        function leaveDrawer() { if (!byId("drawer").hidden) location.hash = returnTo; }

        async function showEvent(id) {
          const drawer = byId("drawer");
          const event = await get(`/api/v1/cloud-events/${encodeURIComponent(id)}`);
          const isOpening = drawer.hidden || drawer.dataset.event !== id;
          if (isShown(drawer, event) && !isOpening) return;
          drawer.dataset.event = id;
          const details = event.runtimeDetails;
          const what = contextText(details.context);
          const container = leaf(event)?.container;
          show(drawer,
            h("div", { class: "drawer-head" },
              h("div", { class: "drawer-title" }, badge(event.severity), h("h1", { id: "event-name", tabindex: "-1" }, event.name)),
              h("button", { id: "drawer-close", type: "button", class: "icon-button", "aria-label": "Close", onclick: leaveDrawer }, icon("close"))),
            h("div", { class: "drawer-body" },
              h("p", { class: "lead" }, event.description ?? ""),
              event.output && h("pre", { class: "output" }, event.output),
              facts([
                ["First seen", [clock(event.timestamp), " · ", age(event.timestamp)]],
                ["Last seen", event.lastTimestamp && [clock(event.lastTimestamp), " · ", age(event.lastTimestamp)]],
                ["Occurrences", count(event.aggregatedEventDetails.eventsCount)],
                ["What", [h("span", {}, contextNames[details.context.type] ?? details.context.type), what && code(what)]],
              ]),
              event.indicator && section("Indicator", facts([
                ["Kind", event.indicator.kind], ["Value", code(event.indicator.value)], ["Listed as", event.indicator.matched && code(event.indicator.matched)],
                ["Family", event.indicator.family], ["Source", event.indicator.source],
              ])),
              section("Process tree", details.processTree.length ? processTree(details.processTree) : empty("The event has no process")),
              container && section(container.pod ? "Workload" : "Container", container.incomplete && h("p", { class: "notice" }, "The container's context did not arrive in time; what is shown is incomplete."), facts([
                ["Pod", container.pod && `${container.pod.namespace} / ${container.pod.name}`], ["Pod addresses", container.pod?.ips?.join(", ")],
                ["Controller", container.kubernetesController && `${container.kubernetesController.type} ${container.kubernetesController.name}`],
                ["Service account", container.serviceAccount], ["Container", container.name], ["Image", container.image && code(container.image.externalId)], ["Container id", code(container.id)],
              ])),
              section("Why", h("div", { class: "chips" }, event.mitreTactics.map(tactic), event.mitreTechniques.map(technique)), facts([
                ["Rules", h("span", {}, event.matchedRules.map((m) => h("span", { class: "line" }, h("a", { href: `#/events?rule=${encodeURIComponent(m.rule.name)}` }, m.rule.name), " ", h("span", { class: "muted" }, m.version ? `${m.rule.id} · ${m.version}` : m.rule.id))))],
                ["Tags", event.tags?.length && h("span", { class: "chips" }, event.tags.map((t) => chip(t)))],
              ])),
              section("Sensor and host", facts([
                ["Sensor", h("a", { href: sensorLink(details.sensor.id) }, details.sensor.name)], ["Versions", `sensor ${details.sensor.sensorVersion}, definitions ${details.sensor.definitionsVersion}`],
                ["Host", details.host.hostname], ["Kernel", details.host.kernelVersion], ["Cloud id", details.host.externalId],
              ])),
              h("details", { class: "raw", "data-key": "raw" }, h("summary", {}, "JSON"), h("div", { class: "raw-tools" }, copyButton(() => JSON.stringify(event, null, 2), "copy")), h("pre", {}, JSON.stringify(event, null, 2)))));
          drawer.hidden = false;
          byId("shade").hidden = false;
          document.body.classList.add("drawer-open");
          if (isOpening) { drawer.scrollTop = 0; byId("event-name").focus({ preventScroll: true }); }
        }
        const contextNames = {
          ProcessStartContext: "A program was started", FileContext: "A file was touched", NetworkConnectContext: "A connection was made", DNSQueryContext: "A name was looked up",
          SystemCallContext: "A system call was made",
        };
        function section(title, ...content) { return h("section", { class: "part" }, h("h2", {}, title), content); }

        // The wire has the actor first; people read from the ancestor down.
        function processTree(nodes) {
          let inner;
          nodes.forEach((node, i) => {
            inner = h("ul", { class: i === nodes.length - 1 ? "tree root" : "tree" }, h("li", {}, processNode(node, i === 0, nodes[i + 1]), inner));
          });
          return h("div", { id: "process-tree" }, inner);
        }
        function processNode(node, isActor, parent) {
          const entersContainer = node.container && node.container.id !== parent?.container?.id;
          return h("details", { class: isActor ? "process actor" : "process", "data-key": `process-${node.id}` },
            h("summary", {},
              h("span", { class: "process-line" }, h("strong", {}, node.name), h("span", { class: "muted" }, `pid ${node.pid}`), node.userName && chip(node.userName, `uid ${node.userId ?? "unknown"}`),
                entersContainer && h("span", { class: "chip chip-container", title: node.container.id }, icon("container", 13), node.container.pod?.name ?? node.container.name ?? node.container.id.slice(0, 12)),
                isActor && h("span", { class: "chip chip-actor" }, "did it")),
              h("code", { class: "command" }, node.command || node.path || "")),
            facts([
              ["Path", node.path && code(node.path)], ["Started", node.executionTime && clock(node.executionTime)], ["User", node.userId !== undefined && `${node.userName ?? "unknown"} (${node.userId})`],
              ["SHA-256", node.sha256 && code(node.sha256)], ["SHA-1", node.hash && code(node.hash)], ["Standard input", node.stdin], ["Standard output", node.stdout], ["Process", code(node.id)],
            ]));
        }
        """#
}
