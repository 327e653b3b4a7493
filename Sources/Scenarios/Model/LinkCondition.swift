/// What the way between sensor and portal is like: a relay in front of every surface of the portal makes it so.
package enum LinkCondition: String, Sendable, CaseIterable {
    /// Everything gets through.
    case clear
    /// Nobody listens; connections that stood are reset.
    case refuse
    /// Connections are taken, and not one byte moves.
    case hang
    /// Connections are taken and reset at once, those that stood too.
    case reset
    /// The portal's side of every connection ends at once; what the sensor says still gets through.
    case halfClose = "half-close"
    /// A few kilobytes a second.
    case slow
    /// Another portal answers, whose certificate comes from an authority that nobody knows.
    case impostor
    /// The portal's name leads nowhere. Connections that stood are reset.
    case noName = "no-name"
}
