/// The page's style, light and dark, from a phone to a wall.
enum WebStyle {
    static let text = [palette, frame, content, parts, drawer, narrow].joined(separator: "\n")

    private static let dark = #"""
        --ground: #0b1017; --surface: #131b26; --raised: #18222f; --ink: #e4ebf3; --muted: #8ea0b4; --line: #243142; --accent: #6aa9ff; --accent-soft: #14294a;
        --critical: #ff7d97; --critical-soft: #41131f; --high: #ffa26a; --high-soft: #3b2112; --medium: #f1c552; --medium-soft: #352b0d; --low: #6aa9ff; --low-soft: #14294a;
        --info: #9db0c3; --info-soft: #1f2a37; --good: #55d398; --good-soft: #0e3425; --shadow: 0 1px 2px rgb(0 0 0 / .5), 0 8px 24px rgb(0 0 0 / .25); --side: #0f1621;
        color-scheme: dark;
        """#

    private static let palette = #"""
        :root {
          --ground: #f4f6f9; --surface: #ffffff; --raised: #f8fafc; --ink: #15202e; --muted: #5c6b7d; --line: #e2e8f0; --accent: #1d5fd1; --accent-soft: #e6effc;
          --critical: #b1123a; --critical-soft: #fde7ec; --high: #b9470a; --high-soft: #feeee2; --medium: #8a6100; --medium-soft: #fcf3d4; --low: #1d5fd1; --low-soft: #e6effc;
          --info: #5c6b7d; --info-soft: #edf1f5; --good: #0f7a4d; --good-soft: #dff5ea; --shadow: 0 1px 2px rgb(16 32 48 / .06), 0 6px 18px rgb(16 32 48 / .05); --side: #0f1b2d; --side-ink: #c4d1e2;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
          color-scheme: light;
        }
        :root[data-theme="dark"] { \#(dark) }
        @media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { \#(dark) } }
        """#

    private static let frame = #"""
        *, *::before, *::after { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; padding-left: 216px; }
        a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; } main:focus { outline: none; }
        .skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; z-index: 9; background: var(--surface); padding: 8px 12px; border-radius: 8px; }
        .side { position: fixed; inset: 0 auto 0 0; width: 216px; background: var(--side); color: var(--side-ink); display: flex; flex-direction: column; padding: 18px 12px; gap: 18px; z-index: 3; }
        .brand { display: flex; align-items: center; gap: 10px; color: #fff; font-weight: 650; font-size: 15.5px; letter-spacing: -.01em; padding: 0 8px; } .brand:hover { text-decoration: none; }
        .brand-shield { fill: #2f7bf6; } .brand-pulse { stroke: #fff; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
        nav { display: flex; flex-direction: column; gap: 2px; flex: 1; }
        nav a { display: flex; align-items: center; gap: 11px; padding: 8px 10px; border-radius: 9px; color: inherit; font-weight: 500; } nav a:hover { background: rgb(255 255 255 / .06); text-decoration: none; }
        nav a .short { display: none; } nav a[aria-current] { background: rgb(74 144 255 / .2); color: #fff; }
        .icon { fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; flex: none; }
        .side-foot { display: flex; align-items: center; justify-content: space-between; padding: 0 6px; }
        .side .icon-button { color: inherit; }
        .live { display: inline-flex; align-items: center; gap: 8px; font-size: 12.5px; }
        .live::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: #8ea0b4; }
        .live[data-state="live"]::before { background: #37d48a; animation: pulse 2.4s infinite; } .live[data-state="offline"]::before { background: #ff6b81; }
        @keyframes pulse { 0% { box-shadow: 0 0 0 0 rgb(55 212 138 / .5); } 70%, 100% { box-shadow: 0 0 0 7px rgb(55 212 138 / 0); } }
        main { max-width: 1280px; margin: 0 auto; padding: 26px 28px 64px; }
        .problem { position: sticky; top: 0; z-index: 2; background: var(--critical-soft); color: var(--critical); padding: 9px 28px; font-weight: 550; border-bottom: 1px solid var(--critical); }
        .shade { position: fixed; inset: 0; background: rgb(8 14 22 / .45); z-index: 4; }
        """#

    private static let content = #"""
        .stack { display: flex; flex-direction: column; gap: 18px; min-width: 0; }
        .columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 18px; align-items: start; } .columns.even { grid-template-columns: repeat(2, minmax(0, 1fr)); }
        h1 { font-size: 21px; line-height: 1.25; letter-spacing: -.015em; margin: 0; font-weight: 680; } h2 { font-size: 14px; margin: 0; font-weight: 640; }
        p { margin: 0; } .muted { color: var(--muted); } .small, .sub { font-size: 12.5px; } .warn { color: var(--high); font-weight: 600; }
        .heading { display: flex; justify-content: space-between; align-items: flex-end; gap: 16px; flex-wrap: wrap; } .heading p { margin-top: 3px; } .tools { display: flex; gap: 10px; flex-wrap: wrap; align-items: center; }
        .card { background: var(--surface); border: 1px solid var(--line); border-radius: 13px; padding: 16px 18px; box-shadow: var(--shadow); min-width: 0; } .card.flush { padding: 0; overflow: hidden; }
        .card-head { display: flex; justify-content: space-between; align-items: center; gap: 10px; margin-bottom: 10px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; }
        .tile { background: var(--surface); border: 1px solid var(--line); border-radius: 13px; padding: 13px 16px; box-shadow: var(--shadow); color: inherit; display: flex; flex-direction: column; position: relative; }
        .tile:hover { text-decoration: none; border-color: var(--accent); } .tile strong { font-size: 23px; line-height: 1.25; letter-spacing: -.02em; font-variant-numeric: tabular-nums; } .tile span { color: var(--muted); font-size: 12.5px; }
        .tile::after { content: ""; position: absolute; top: 15px; right: 14px; width: 8px; height: 8px; border-radius: 50%; } .tile-bad::after { background: var(--critical); } .tile-bad strong { color: var(--critical); } .tile-warn::after { background: var(--high); } .tile-warn strong { color: var(--high); } .tile-good::after { background: var(--good); }
        .rows { list-style: none; margin: 0 -10px -8px; padding: 0; } .rows li + li { border-top: 1px solid var(--line); }
        .row { display: flex; align-items: center; gap: 12px; padding: 9px 10px; color: inherit; border-radius: 8px; } .row:hover { background: var(--raised); text-decoration: none; }
        .row-main { display: flex; flex-direction: column; min-width: 0; flex: 1; } .row-main > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .row-main strong { font-weight: 600; } .row-main .muted { font-size: 12.5px; }
        .row-end { display: flex; flex-direction: column; align-items: flex-end; font-size: 12.5px; white-space: nowrap; }
        .new { animation: arrive 2.6s ease-out; } @keyframes arrive { from { background: var(--accent-soft); } }
        .empty { display: flex; flex-direction: column; gap: 3px; align-items: center; text-align: center; padding: 34px 16px; color: var(--muted); } .empty strong { color: var(--ink); font-weight: 600; } .card .empty { padding: 18px 8px; }
        .timeline { width: 100%; height: auto; max-height: 210px; display: block; } .axis { fill: var(--muted); font-size: 10px; } .grid { stroke: var(--line); } .faint { stroke-dasharray: 3 4; }
        .fill-CRITICAL { fill: var(--critical); } .fill-HIGH { fill: var(--high); } .fill-MEDIUM { fill: #d9a514; } .fill-LOW { fill: var(--low); } .fill-INFORMATIONAL { fill: var(--info); } .fill-none { fill: var(--line); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 10px 0 0; padding: 0; font-size: 12.5px; } .legend a { color: var(--muted); } .legend strong { color: var(--ink); }
        .dot { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 7px; } .bg-CRITICAL { background: var(--critical); } .bg-HIGH { background: var(--high); } .bg-MEDIUM { background: #d9a514; } .bg-LOW { background: var(--low); } .bg-INFORMATIONAL { background: var(--info); }
        .bars { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 11px; } .bars a { color: inherit; } .bar-text { display: flex; justify-content: space-between; gap: 10px; }
        progress { appearance: none; -webkit-appearance: none; width: 100%; height: 6px; border: 0; border-radius: 4px; background: var(--info-soft); color: var(--low); display: block; }
        progress::-webkit-progress-bar { background: var(--info-soft); border-radius: 4px; } progress::-webkit-progress-value { background: currentColor; border-radius: 4px; } progress::-moz-progress-bar { background: currentColor; border-radius: 4px; }
        .bar-CRITICAL { color: var(--critical); } .bar-HIGH { color: var(--high); } .bar-MEDIUM { color: #d9a514; } .bar-INFORMATIONAL { color: var(--info); }
        .sparks { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; } .spark { margin: 0; min-width: 0; } .spark figcaption { display: flex; justify-content: space-between; gap: 8px; } .spark svg { width: 100%; height: 52px; display: block; margin: 3px 0; }
        .spark-line { fill: none; stroke: var(--accent); stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; } .spark-area { fill: var(--accent-soft); }
        """#

    private static let parts = #"""
        .badge { display: inline-block; min-width: 68px; text-align: center; font-size: 10.5px; font-weight: 700; letter-spacing: .045em; padding: 2.5px 7px; border-radius: 6px; flex: none; }
        .sev-CRITICAL { background: var(--critical-soft); color: var(--critical); } .sev-HIGH { background: var(--high-soft); color: var(--high); } .sev-MEDIUM { background: var(--medium-soft); color: var(--medium); }
        .sev-LOW { background: var(--low-soft); color: var(--low); } .sev-INFORMATIONAL { background: var(--info-soft); color: var(--info); }
        .pill { display: inline-flex; align-items: center; gap: 6px; font-size: 12px; font-weight: 600; padding: 1px 9px 1px 8px; border-radius: 99px; white-space: nowrap; flex: none; } .pill::before { content: ""; width: 6px; height: 6px; border-radius: 50%; background: currentColor; }
        .pill-good { background: var(--good-soft); color: var(--good); } .pill-bad { background: var(--critical-soft); color: var(--critical); } .pill-idle { background: var(--info-soft); color: var(--info); }
        .chips { display: inline-flex; flex-wrap: wrap; gap: 5px; } .chip { display: inline-flex; align-items: center; gap: 5px; background: var(--info-soft); color: var(--ink); border-radius: 6px; padding: 0 7px; font-size: 12px; line-height: 20px; white-space: nowrap; max-width: 100%; }
        .chip-link { color: var(--accent); } .chip-container { background: var(--accent-soft); color: var(--accent); } .chip-actor { background: var(--critical-soft); color: var(--critical); font-weight: 600; }
        code, .mono, pre { font-family: var(--mono); font-size: 12.3px; } code { overflow-wrap: anywhere; }
        pre { background: var(--raised); border: 1px solid var(--line); border-radius: 9px; padding: 11px 13px; margin: 0; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
        .facts { display: grid; grid-template-columns: minmax(0, 1fr); margin: 0; gap: 0; } .facts div { display: grid; grid-template-columns: 128px minmax(0, 1fr); gap: 12px; padding: 5px 0; } .facts div + div { border-top: 1px solid var(--line); } .facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; } .facts dd > code { display: block; }
        td strong + .pill { margin-left: 8px; } .line { display: block; } .plain-list { margin: 6px 0 0; padding-left: 16px; }
        .table-wrap { overflow-x: auto; } table { width: 100%; border-collapse: collapse; } th { text-align: left; color: var(--muted); font-weight: 550; font-size: 12px; padding: 10px 14px; border-bottom: 1px solid var(--line); background: var(--raised); white-space: nowrap; }
        td { padding: 9px 14px; border-bottom: 1px solid var(--line); vertical-align: top; } tbody tr:last-child td { border-bottom: 0; } .card:not(.flush) th { background: none; padding-left: 0; } .card:not(.flush) td { padding-left: 0; }
        tbody tr { position: relative; } .flush tbody tr:hover { background: var(--raised); } tr.open { background: var(--accent-soft) !important; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.nowrap { white-space: nowrap; } td.wide { width: 36%; max-width: 0; overflow-wrap: anywhere; }
        .runtime td.wide { width: 74%; } .narrow { width: 1%; } .stretched { font-weight: 600; color: inherit; } .stretched::after { content: ""; position: absolute; inset: 0; } td a:not(.stretched), td summary, td button { position: relative; z-index: 1; }
        .sub { display: block; color: var(--muted); } td.wide .sub { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .sub.mono { font-size: 11.8px; } td progress { margin: 7px 0; min-width: 80px; }
        .more { display: flex; align-items: center; justify-content: center; gap: 14px; }
        button, input, select { font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 9px; padding: 6px 12px; min-height: 34px; } button { cursor: pointer; font-weight: 550; } button:hover { border-color: var(--accent); } input[type="number"] { width: 104px; } input[type="search"] { min-width: 200px; }
        .plain { background: none; border-color: transparent; color: var(--accent); } .icon-button { background: none; border: 0; padding: 7px; min-height: 0; display: inline-flex; border-radius: 9px; } .small-button { font-size: 12px; padding: 2px 9px; min-height: 26px; display: inline-flex; gap: 6px; align-items: center; }
        .filters { display: flex; flex-wrap: wrap; gap: 9px; align-items: center; } form.filters { margin-top: 14px; padding-top: 14px; border-top: 1px solid var(--line); }
        .severity-filter { display: inline-flex; gap: 5px; flex-wrap: wrap; } .severity-filter button { font-size: 11px; font-weight: 700; letter-spacing: .04em; border-color: transparent; opacity: .78; } .severity-filter button[aria-pressed="true"] { border-color: currentColor; opacity: 1; box-shadow: inset 0 0 0 1px currentColor; }
        .segmented { display: inline-flex; flex: none; white-space: nowrap; background: var(--info-soft); border-radius: 9px; padding: 3px; } .segmented button { border: 0; background: none; min-height: 27px; padding: 2px 11px; font-size: 12.5px; color: var(--muted); border-radius: 7px; } .segmented button[aria-pressed="true"] { background: var(--surface); color: var(--ink); box-shadow: var(--shadow); }
        .switches { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 12px; } .switch { display: flex; gap: 13px; text-align: left; padding: 13px 15px; border-radius: 13px; box-shadow: var(--shadow); align-items: center; } .switch-text { display: flex; flex-direction: column; font-weight: 400; line-height: 1.4; } .switch-text .muted { font-size: 12.5px; }
        .switch-knob { flex: none; width: 38px; height: 22px; border-radius: 99px; background: var(--info-soft); border: 1px solid var(--line); position: relative; transition: background .15s; } .switch-knob::after { content: ""; position: absolute; top: 2px; left: 2px; width: 16px; height: 16px; border-radius: 50%; background: var(--muted); transition: transform .15s; }
        .switch[aria-checked="true"] { border-color: var(--critical); background: var(--critical-soft); } .switch[aria-checked="true"] .switch-knob { background: var(--critical); border-color: var(--critical); } .switch[aria-checked="true"] .switch-knob::after { transform: translateX(16px); background: #fff; }
        .back { display: inline-flex; align-items: center; gap: 5px; } .notice { background: var(--medium-soft); color: var(--medium); border-radius: 9px; padding: 8px 12px; }
        """#

    private static let drawer = #"""
        .drawer { position: fixed; inset: 0 0 0 auto; width: min(720px, 100vw); background: var(--surface); z-index: 5; overflow-y: auto; box-shadow: -16px 0 48px rgb(0 0 0 / .24); animation: slide .18s ease-out; } @keyframes slide { from { transform: translateX(32px); opacity: 0; } }
        .drawer-open { overflow: hidden; } .drawer-head { position: sticky; top: 0; display: flex; justify-content: space-between; gap: 14px; align-items: flex-start; padding: 18px 22px 14px; background: var(--surface); border-bottom: 1px solid var(--line); z-index: 2; }
        .drawer-title { display: flex; flex-direction: column; gap: 7px; align-items: flex-start; } .drawer-title h1:focus { outline: none; } .drawer-body { padding: 16px 22px 48px; display: flex; flex-direction: column; gap: 16px; } .lead { color: var(--muted); } .lead:empty { display: none; }
        .output { border-left: 3px solid var(--accent); } .part { display: flex; flex-direction: column; gap: 9px; } .part h2 { padding-top: 6px; }
        .tree { list-style: none; margin: 0; padding: 0 0 0 21px; position: relative; } .tree.root { padding-left: 0; } .tree > li { position: relative; padding-top: 7px; }
        .tree:not(.root) > li::before { content: ""; position: absolute; left: -11px; top: -1px; width: 11px; height: 27px; border-left: 1.5px solid var(--line); border-bottom: 1.5px solid var(--line); border-bottom-left-radius: 9px; }
        .process { border: 1px solid var(--line); border-radius: 10px; background: var(--raised); } .process.actor { border-color: var(--critical); background: color-mix(in srgb, var(--critical-soft) 60%, var(--surface)); } .process > .facts { padding: 4px 12px 9px; border-top: 1px solid var(--line); }
        .process summary { padding: 7px 12px; cursor: pointer; display: flex; flex-direction: column; gap: 2px; list-style: none; border-radius: 10px; } .process summary::-webkit-details-marker { display: none; } .process-line { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 9px; } .command { color: var(--ink); opacity: .86; } .process:not([open]) .command { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
        .raw summary { cursor: pointer; color: var(--muted); } .raw-tools { display: flex; justify-content: flex-end; margin: 4px 0; } .raw pre { max-height: 420px; }
        """#

    private static let narrow = #"""
        @media (max-width: 1080px) { .columns, .columns.even { grid-template-columns: minmax(0, 1fr); } }
        @media (max-width: 760px) {
          body { padding-left: 0; padding-bottom: 66px; } main { padding: 16px 14px 32px; } h1 { font-size: 19px; }
          .side { position: static; width: auto; flex-direction: row; align-items: center; justify-content: space-between; padding: 11px 14px; gap: 10px; } .side-foot { gap: 10px; padding: 0; }
          nav { position: fixed; inset: auto 0 0 0; flex-direction: row; background: var(--side); padding: 6px 4px calc(6px + env(safe-area-inset-bottom)); gap: 0; z-index: 3; border-top: 1px solid rgb(255 255 255 / .08); }
          nav a .long { display: none; } nav a .short { display: block; } nav a { flex: 1 1 0; min-width: 0; flex-direction: column; gap: 2px; padding: 6px 1px; font-size: 9.6px; } nav a span { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
          .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); } .tile strong { font-size: 20px; } .facts div { grid-template-columns: 104px minmax(0, 1fr); } .sparks { gap: 14px; }
          .drawer-head { padding: 14px 16px 12px; } .drawer-body { padding: 14px 16px 40px; } .tree { padding-left: 13px; } .tree:not(.root) > li::before { left: -8px; width: 8px; }
          .filters input[type="search"], .filters select { flex: 1 1 45%; min-width: 0; } .card { padding: 14px; } .rows { margin: 0 -8px -6px; }
          thead { display: none; } table, tbody, tr, td { display: block; } tbody tr { padding: 10px 14px; border-bottom: 1px solid var(--line); } .card:not(.flush) tbody tr { padding: 8px 0; } tbody tr:last-child { border-bottom: 0; }
          td, td.wide, td.number { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 0 12px; padding: 2px 0 !important; border: 0; width: auto; max-width: none; text-align: left; white-space: normal; } td::before { content: attr(data-label); color: var(--muted); font-size: 12.5px; grid-row: 1 / span 6; } td:empty { display: none; } td > * { grid-column: 2; justify-self: start; } td.wide .sub { white-space: normal; } td .sub { overflow-wrap: anywhere; } .events td:nth-child(1), .events td:nth-child(2) { grid-template-columns: minmax(0, 1fr); } .events td:nth-child(1)::before, .events td:nth-child(2)::before { content: none; } .events td:nth-child(1) > *, .events td:nth-child(2) > * { grid-column: 1; }
        }
        @media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; } }
        """#
}
