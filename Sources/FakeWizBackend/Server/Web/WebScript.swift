/// The page's script: plain JavaScript in one strict function, its parts in files by noun. No part builds markup from text.
enum WebScript {
    static let text = """
        (() => {
        "use strict";
        \([elements, times, portal, charts, parts, overview, events, eventDetail, sensors, sensorDetail, healthIssues, vulnerabilities, definitions, faults, router]
            .joined(separator: "\n"))
        })();
        """
}
