/// The frame of the page: everything in it that is not data. The script fills `nav`, `main` and `drawer`.
enum WebBody {
    static let text = #"""
        <a class="skip" href="#main">Skip to content</a>
        <header class="side">
          <a class="brand" href="#/" aria-label="Runtime portal, overview">
            <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
              <path class="brand-shield" d="M12 1.8 20.5 5v6.6c0 5-3.5 8.8-8.5 10.6-5-1.8-8.5-5.6-8.5-10.600V5z"/>
              <path class="brand-pulse" d="M5.5 12.200h3.300l1.7-4.2 3 8 1.7-3.800h3.3" fill="none"/>
            </svg>
            <span>Runtime portal</span>
          </a>
          <nav id="nav" aria-label="Sections"></nav>
          <div class="side-foot">
            <span id="live" class="live" data-state="connecting" role="status">connecting</span>
            <button id="theme" class="icon-button" type="button" aria-label="Change between light and dark" title="Light or dark">
              <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
                <circle cx="12" cy="12" r="8.5" fill="none" stroke="currentColor" stroke-width="1.7"/>
                <path d="M12 3.500a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>
              </svg>
            </button>
          </div>
        </header>
        <div id="problem" class="problem" role="alert" hidden></div>
        <main id="main" tabindex="-1"><p class="empty">Loading</p></main>
        <div id="shade" class="shade" hidden></div>
        <aside id="drawer" class="drawer" aria-label="Cloud event" hidden></aside>
        <noscript><p class="empty">This page shows live data and needs JavaScript. The same data is at <code>/api/v1</code>.</p></noscript>
        """#
}
