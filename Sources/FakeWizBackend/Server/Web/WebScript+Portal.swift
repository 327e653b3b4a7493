extension WebScript {
    /// Talking to the portal: requests, pages of lists, and the event stream that says what changed.
    static let portal = #"""
        async function ask(method, path, body) {
          const options = { method, cache: "no-store", headers: { accept: "application/json" } };
          if (body !== undefined) { options.body = JSON.stringify(body); options.headers["content-type"] = "application/json"; }
          const response = await fetch(path, options);
          noteClock(response);
          if (response.status === 204) return undefined;
          const answer = await response.json().catch(() => undefined);
          if (!response.ok) throw new Error(answer?.error_description ?? `${method} ${path} was answered with ${response.status}`);
          return answer;
        }
        function get(path, query) {
          const search = new URLSearchParams();
          for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined && value !== null && value !== "") search.set(name, value);
          const text = search.toString();
          return ask("GET", text ? `${path}?${text}` : path);
        }
        // A list that grows by pages: `wanted` elements are asked for anew at each update, so that what is shown is one consistent list.
        function pages(path, query, size) {
          let wanted = size;
          return {
            async load() {
              let [nodes, after, page] = [[], undefined, undefined];
              do {
                page = await get(path, { ...query(), first: Math.min(wanted - nodes.length, 500), after });
                nodes = nodes.concat(page.nodes);
                after = page.pageInfo.endCursor;
              } while (page.pageInfo.hasNextPage && nodes.length < wanted);
              return { nodes, hasMore: page.pageInfo.hasNextPage, total: page.totalCount };
            },
            more() { wanted += size; },
            again() { wanted = size; },
          };
        }
        async function everySensor() { return (await pages("/api/v1/sensors", () => ({}), 5000).load()).nodes; }

        const topics = ["cloudEvents", "sensors", "healthIssues", "runtimeData", "definitions", "faults"];
        function setLive(state) {
          const live = byId("live");
          live.dataset.state = state;
          live.textContent = state;
        }
        // `onChange` hears the topics that changed; after each (re)connection all of them, for what was missed meanwhile.
        function listen(onChange) {
          const source = new EventSource("/api/v1/events");
          source.addEventListener("open", () => { setLive("live"); onChange(topics); });
          source.addEventListener("error", () => {
            setLive("offline");
            // The browser reconnects by itself unless the portal answered with an error.
            if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(onChange), 5000);
          });
          for (const topic of topics) source.addEventListener(topic, () => onChange([topic]));
        }
        """#
}
