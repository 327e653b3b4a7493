extension WebScript {
    /// Making elements. The only place where data becomes part of the document, and it does so as text nodes and attributes.
    static let elements = #"""
        function fill(element, attributes, children) {
          for (const [name, value] of Object.entries(attributes ?? {})) {
            if (value === undefined || value === null || value === false) continue;
            if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
            else element.setAttribute(name, value === true ? "" : String(value));
          }
          for (const child of children.flat(Infinity)) {
            if (child === undefined || child === null || child === false) continue;
            element.append(child instanceof Node ? child : String(child));
          }
          return element;
        }
        function h(tag, attributes, ...children) { return fill(document.createElement(tag), attributes, children); }
        function svg(tag, attributes, ...children) { return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children); }
        function byId(id) { return document.getElementById(id); }

        // Puts new content in place of the old; who had the focus by its id gets it back, and what was unfolded stays so.
        function show(place, ...children) {
          const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
          const open = new Set(Array.from(place.querySelectorAll("details[open][data-key]"), (d) => d.dataset.key));
          place.replaceChildren(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
          for (const details of place.querySelectorAll("details[data-key]")) if (open.has(details.dataset.key)) details.open = true;
          if (focused) byId(focused)?.focus({ preventScroll: true });
        }

        // Whether a place shows this already: what did not change is left alone, with the reader's selection and half-typed words in it.
        const shownData = new WeakMap();
        function isShown(place, ...data) {
          const text = JSON.stringify(data);
          if (shownData.get(place) === text) return true;
          shownData.set(place, text);
          return false;
        }

        const iconPaths = {
          overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
          events: "M12 3 2.5 20h19zM12 10v4.500M12 17.200v.1",
          sensors: "M5 12a7 7 0 0 1 7-7M5 12a7 7 0 0 0 7 7M19 12a7 7 0 0 0-7-7M19 12a7 7 0 0 1-7 7M12 12v.1M9 12a3 3 0 0 0 6 0 3 3 0 0 0-6 0",
          health: "M3 12h4l2.5-6 4 12 2.5-6h5",
          vulnerabilities: "M8 9a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0zM8 12H3.500M20.5 12H16M8 9 5 6M16 9l3-3M8 15l-3 3M16 15l3 3M12 9v9",
          definitions: "M5 4h11l3 3v13H5zM8.5 10h7M8.5 14h7M8.5 17h4",
          faults: "M13 2.5 5 13.500h6l-1 8 8-11h-6z",
          back: "M15 5l-7 7 7 7", close: "M6 6l12 12M18 6 6 18", copy: "M9 9h10v11H9zM5 15V4h10",
          container: "M3.5 8 12 3.5 20.5 8v8L12 20.5 3.5 16zM3.5 8l8.5 4.500L20.5 8M12 12.500v8",
        };
        function icon(name, size = 20) {
          return svg("svg", { viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true" }, svg("path", { d: iconPaths[name] }));
        }
        """#
}
