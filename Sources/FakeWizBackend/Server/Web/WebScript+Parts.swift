extension WebScript {
    /// Pieces that several views share: badges, chips, cards, tables, copy buttons, the words of ATT&CK.
    static let parts = #"""
        const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];
        const tactics = {
          TA0043: "Reconnaissance", TA0042: "Resource Development", TA0001: "Initial Access", TA0002: "Execution", TA0003: "Persistence",
          TA0004: "Privilege Escalation", TA0005: "Defense Evasion", TA0006: "Credential Access", TA0007: "Discovery", TA0008: "Lateral Movement",
          TA0009: "Collection", TA0011: "Command and Control", TA0010: "Exfiltration", TA0040: "Impact",
        };
        function badge(severity) { return h("span", { class: `badge sev-${severities.includes(severity) ? severity : "INFORMATIONAL"}` }, severity === "INFORMATIONAL" ? "INFO" : severity); }
        function pill(text, kind) { return h("span", { class: `pill pill-${kind}` }, text); }
        function statePill(status) { return pill(status.toLowerCase(), { ACTIVE: "good", DISCONNECTED: "bad", DEREGISTERED: "idle" }[status] ?? "idle"); }
        function chip(text, title) { return h("span", { class: "chip", title }, text); }
        function code(text, title) { return h("code", { title: title ?? text }, text); }
        function technique(id) {
          if (!/^T\d{4}(\.\d{3})?$/.test(id)) return chip(id);
          return h("a", { class: "chip chip-link", href: `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`, target: "_blank", rel: "noopener noreferrer", title: "MITRE ATT&CK technique" }, id);
        }
        function tactic(id) { return tactics[id] ? chip(tactics[id], id) : chip(id); }

        function heading(title, note, ...tools) {
          return h("div", { class: "heading" }, h("div", {}, h("h1", {}, title), note && h("p", { class: "muted" }, note)), tools.length > 0 && h("div", { class: "tools" }, tools));
        }
        function card(title, aside, ...content) {
          return h("section", { class: "card" }, h("div", { class: "card-head" }, h("h2", {}, title), aside), content);
        }
        function facts(pairs) {
          const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
          return h("dl", { class: "facts" }, shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
        }
        function empty(title, text) { return h("div", { class: "empty" }, h("strong", {}, title), text && h("span", {}, text)); }
        // `columns`: { name, cell(row), kind }. On a narrow screen each row becomes a block and each cell carries its column's name.
        function table(columns, rows, options) {
          return h("div", { class: `table-wrap ${options?.kind ?? ""}` }, h("table", {},
            h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", class: c.kind }, c.name)))),
            h("tbody", {}, rows.map((row) => h("tr", options?.row?.(row) ?? {}, columns.map((c) => h("td", { class: c.kind, "data-label": c.name }, c.cell(row))))))));
        }
        function moreButton(list, shown, total, onMore) {
          return h("div", { class: "more" }, h("span", { class: "muted" }, `${count(shown)} of ${count(total)}`), list && h("button", { id: "more", type: "button", onclick: onMore }, "Show more"));
        }
        function segmented(label, choices, chosen, onChoose) {
          return h("div", { class: "segmented", role: "group", "aria-label": label }, choices.map(([value, text]) =>
            h("button", { type: "button", id: `choice-${label.replace(/\W/g, "")}-${value}`, "aria-pressed": String(value === chosen), onclick: () => onChoose(value) }, text)));
        }
        function copyButton(text, label) {
          const button = h("button", { type: "button", class: "small-button", onclick: async () => {
            await navigator.clipboard?.writeText(text());
            button.lastChild.textContent = "copied";
            setTimeout(() => { button.lastChild.textContent = label; }, 1500);
          } }, icon("copy", 15), h("span", {}, label));
          return button;
        }
        // New rows light up once: `seen` holds what was there before, nothing lights up at the first look.
        function newcomers() {
          let seen;
          return (ids) => {
            const fresh = new Set(seen ? ids.filter((id) => !seen.has(id)) : []);
            seen = new Set(ids);
            return fresh;
          };
        }
        """#
}
