extension WebScript {
    /// Times, sizes and counts as people read them. Ages follow the portal's clock, not the browser's.
    static let times = #"""
        // Milliseconds by which the portal's clock is ahead of the browser's, known to a second by the Date header.
        let clockAhead = 0;
        function noteClock(response) {
          const there = Date.parse(response.headers.get("date") ?? "");
          if (!Number.isNaN(there)) { const ahead = there - Date.now(); clockAhead = Math.abs(ahead) > 2000 ? ahead : 0; }
        }
        function portalNow() { return Date.now() + clockAhead; }

        function span(seconds) {
          const n = Math.max(0, Math.round(seconds));
          if (n < 60) return `${n} s`;
          if (n < 3600) return `${Math.floor(n / 60)} min`;
          if (n < 86400) return `${Math.floor(n / 3600)} h ${Math.floor((n % 3600) / 60)} min`;
          return `${Math.floor(n / 86400)} d ${Math.floor((n % 86400) / 3600)} h`;
        }
        function ageText(text) {
          const seconds = (portalNow() - Date.parse(text)) / 1000;
          return seconds < 1 ? "now" : `${span(seconds)} ago`;
        }
        // An instant as its age; the whole time in the tooltip. Kept current by the ticker.
        function age(text) {
          if (!text) return h("span", { class: "muted" }, "never");
          return h("time", { datetime: text, class: "age", title: clock(text) }, ageText(text));
        }
        function clock(text) {
          const date = new Date(text);
          if (Number.isNaN(date.getTime())) return text;
          const two = (n) => String(n).padStart(2, "0");
          return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
        }
        setInterval(() => { for (const time of document.querySelectorAll("time.age")) time.textContent = ageText(time.dateTime); }, 1000);

        function bytes(n) {
          const units = ["B", "KiB", "MiB", "GiB", "TiB"];
          let unit = 0;
          while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit += 1; }
          return `${n < 10 && unit > 0 ? n.toFixed(1) : Math.round(n)} ${units[unit]}`;
        }
        function count(n) { return Number(n ?? 0).toLocaleString("en"); }
        function plural(n, noun) { return `${count(n)} ${noun}${n === 1 ? "" : "s"}`; }
        """#
}
