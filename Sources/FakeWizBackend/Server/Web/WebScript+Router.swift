extension WebScript {
    /// Which view the address names, when it is brought up to date, and what the frame around it shows.
    static let router = #"""
        const views = {
          "": { title: "Overview", icon: "overview", make: overviewView, topics: ["cloudEvents", "sensors", "healthIssues", "runtimeData", "definitions"] },
          events: { title: "Cloud events", short: "Events", icon: "events", make: eventsView, topics: ["cloudEvents"] },
          sensors: { title: "Sensors", icon: "sensors", make: sensorsView, detail: sensorView, topics: ["sensors", "healthIssues", "cloudEvents", "runtimeData"] },
          health: { title: "Health", icon: "health", make: healthView, topics: ["healthIssues", "sensors"] },
          vulnerabilities: { title: "Vulnerabilities", short: "Findings", icon: "vulnerabilities", make: vulnerabilitiesView, topics: ["runtimeData"] },
          definitions: { title: "Definitions", short: "Rules", icon: "definitions", make: definitionsView, topics: ["definitions", "sensors"] },
        };
        if (document.body.dataset.switches === "true") views.faults = { title: "Faults", icon: "faults", make: faultsView, topics: ["faults", "sensors", "cloudEvents"] };

        function report(error) {
          const problem = byId("problem");
          problem.hidden = !error;
          problem.textContent = error ? `The portal cannot be asked: ${error.message}` : "";
        }

        let mounted;
        function go() {
          const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
          const [name, ...rest] = path.split("/");
          const view = views[name] ?? views[""];
          let id;
          try { id = rest.length ? decodeURIComponent(rest.join("/")) : undefined; } catch { id = rest.join("/"); }
          for (const link of byId("nav").children) {
            if (link.dataset.view === (views[name] ? name : "")) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
          }
          // An event opens over the list it was chosen from, whatever the filters.
          if (view === views.events) {
            if (!id) returnTo = location.hash;
            const isSameList = mounted?.view === view && (id || mounted.query === (query ?? ""));
            if (isSameList) { mounted.update.open(id).catch(report); return; }
          }
          closeDrawer();
          const root = h("div", { class: "view" });
          const params = new URLSearchParams(query ?? "");
          const make = id && view.detail ? view.detail : view.make;
          mounted = { view, query: query ?? "", update: make(root, params, id) };
          document.title = `${view.title} · Runtime portal`;
          byId("main").replaceChildren(root);
          window.scrollTo(0, 0);
          refresh();
        }

        // One update at a time; what changes meanwhile leads to one more.
        let isRefreshing = false;
        let isStale = false;
        async function refresh() {
          if (isRefreshing) { isStale = true; return; }
          isRefreshing = true;
          do {
            isStale = false;
            const current = mounted;
            try {
              await current.update();
              if (current === mounted) report();
            } catch (error) {
              if (current === mounted) report(error);
            }
            if (current !== mounted) isStale = true;
          } while (isStale);
          isRefreshing = false;
        }

        let timer;
        const changed = new Set();
        function onChange(which) {
          for (const topic of which) changed.add(topic);
          // Many changes in a burst are one look.
          timer ??= setTimeout(() => {
            timer = undefined;
            const concerns = mounted.view.topics.some((topic) => changed.has(topic));
            changed.clear();
            if (concerns) refresh();
          }, 200);
        }

        byId("nav").append(...Object.entries(views).map(([name, view]) =>
          h("a", { href: name ? `#/${name}` : "#/", "data-view": name }, icon(view.icon), h("span", { class: "long" }, view.title), h("span", { class: "short" }, view.short ?? view.title))));
        byId("shade").addEventListener("click", leaveDrawer);
        document.addEventListener("keydown", (pressed) => { if (pressed.key === "Escape") leaveDrawer(); });
        const themeKey = "portal-theme";
        const stored = () => { try { return localStorage.getItem(themeKey); } catch { return null; } };
        if (stored()) document.documentElement.dataset.theme = stored();
        byId("theme").addEventListener("click", () => {
          const isDark = (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
          document.documentElement.dataset.theme = isDark ? "light" : "dark";
          try { localStorage.setItem(themeKey, document.documentElement.dataset.theme); } catch { /* A browser without storage forgets the choice. */ }
        });
        window.addEventListener("hashchange", go);
        // What falls silent does so without a change; a look each quarter of a minute also covers a broken event stream.
        setInterval(() => { if (!document.hidden) refresh(); }, 15000);
        go();
        listen(onChange);
        """#
}
