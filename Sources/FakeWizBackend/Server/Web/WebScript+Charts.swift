extension WebScript {
    /// Small pictures of numbers, drawn as SVG.
    static let charts = #"""
        // Stacked bars: one for each bucket, parts in the order of `severities` from the bottom up.
        function timelineChart(timeline) {
          const [width, height, base] = [window.innerWidth < 760 ? 360 : 1080, 150, 128];
          const buckets = timeline.buckets;
          const sums = buckets.map((b) => severities.reduce((n, s) => n + (b[s] ?? 0), 0));
          const top = Math.max(4, ...sums);
          const step = width / buckets.length;
          const from = Date.parse(timeline.from);
          const bars = buckets.map((bucket, i) => {
            let y = base;
            const at = clock(new Date(from + i * timeline.bucketSeconds * 1000).toISOString());
            const parts = severities.filter((s) => bucket[s]).map((s) => {
              const part = Math.max(2, (bucket[s] / top) * (base - 14));
              y -= part;
              return svg("rect", { x: (i * step + step * 0.14).toFixed(2), y: y.toFixed(2), width: (step * 0.72).toFixed(2), height: part.toFixed(2), rx: 1.5, class: `fill-${s}` });
            });
            if (!parts.length) parts.push(svg("rect", { x: (i * step + step * 0.14).toFixed(2), y: base - 1.5, width: (step * 0.72).toFixed(2), height: 1.5, class: "fill-none" }));
            return svg("g", {}, svg("title", {}, `${at}: ${plural(sums[i], "event")}`), parts);
          });
          const label = (share, text, anchor) => svg("text", { x: width * share, y: height - 6, "text-anchor": anchor, class: "axis" }, text);
          const whole = timeline.bucketSeconds * buckets.length;
          return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "timeline", role: "img", "aria-label": `Cloud events in the last ${span(whole)}` },
            svg("line", { x1: 0, x2: width, y1: base + 0.5, y2: base + 0.5, class: "grid" }),
            svg("line", { x1: 0, x2: width, y1: 14, y2: 14, class: "grid faint" }),
            svg("text", { x: width, y: 10, "text-anchor": "end", class: "axis" }, count(top)),
            bars, label(0, `${shortSpan(whole)} ago`, "start"), label(0.5, `${shortSpan(whole / 2)} ago`, "middle"), label(1, "now", "end"));
        }
        function shortSpan(seconds) { return seconds < 5400 ? `${Math.round(seconds / 60)} min` : seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Number((seconds / 86400).toFixed(1))} d`; }

        // One line over time with the area below it, its latest value beside the title.
        function sparkline(title, values, format, note) {
          const [width, height] = [260, 56];
          const top = Math.max(...values, 1e-9);
          const x = (i) => (values.length < 2 ? width : (i / (values.length - 1)) * width);
          const y = (v) => height - 3 - (v / top) * (height - 10);
          const points = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`);
          const line = values.length === 1 ? `0,${y(values[0]).toFixed(1)} ${points[0]}` : points.join(" ");
          return h("figure", { class: "spark" },
            h("figcaption", {}, h("span", { class: "muted" }, title), h("strong", {}, values.length ? format(values[values.length - 1]) : "none yet")),
            values.length > 0 && svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": `${title}, up to ${format(top)}` },
              svg("polygon", { points: `0,${height} ${line} ${width},${height}`, class: "spark-area" }), svg("polyline", { points: line, class: "spark-line" })),
            h("span", { class: "small muted" }, note ?? `peak ${format(Math.max(0, ...values))}`));
        }
        """#
}
