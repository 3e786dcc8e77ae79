// The grant decision, prepared: what of a request has to be looked at to see that it is granted without any doubt.
//
// Worked out once from a view's traits, it answers nearly every request with three comparisons. What it does not admit is not refused
// yet: `Grant.decide` says whether and why. A table holds both against each other.

/// The requests that a view grants without a second look.
public struct Admission: Equatable, Sendable {
    /// Flags of which none may be set.
    public let denied: CInt
    /// Flags that must all be set.
    public let required: CInt

    /// An admission that was worked out before.
    @inline(__always)
    public init(denied: CInt, required: CInt) {
        self.denied = denied
        self.required = required
    }

    /// Works out what a view with these traits admits.
    public init(_ traits: Traits) {
        // A contiguity flag means something only together with STRIDES; its own bit is enough to look again.
        func ownBits(_ request: Request) -> CInt { request.rawValue & ~Request.strides.rawValue }
        var denied: CInt = 0
        var required: CInt = 0
        if traits.contains(.readonly) { denied |= Request.writable.rawValue }
        if !traits.contains(.cContiguous) {
            denied |= ownBits(.cContiguous)
            required |= Request.strides.rawValue
        }
        if !traits.contains(.fContiguous) { denied |= ownBits(.fContiguous) }
        if traits.isDisjoint(with: [.cContiguous, .fContiguous]) { denied |= ownBits(.anyContiguous) }
        if traits.contains(.indirect) { required |= Request.indirect.rawValue }
        // A flag that is required and denied: nothing is admitted, whatever bits a request has.
        if traits.contains(.released) {
            denied |= Request.shape.rawValue
            required |= Request.shape.rawValue
        }
        self.denied = denied
        self.required = required
    }

    /// Whether a request is granted without any doubt.
    ///
    /// - Complexity: Constant; no branch but the answer's.
    @inline(__always)
    public func admits(_ request: Request) -> Bool {
        let flags = request.rawValue
        let formatWithoutShape = flags & (Request.format.rawValue | Request.shape.rawValue) == Request.format.rawValue
        return flags & denied == 0 && flags & required == required && !formatWithoutShape
    }
}
