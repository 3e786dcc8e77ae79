// What is so of one exported view, worked out when the view is made and never again.
//
// The bits are those of `swiftbuf_export.traits` in the C ABI.

internal import CSwiftBufStorage

/// The facts about a view on which the grant decision rests.
public struct Traits: OptionSet, Sendable {
    /// One bit for each member.
    public let rawValue: UInt32

    /// The set with these bits.
    @inline(__always)
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The memory may not be written to through this view.
    @inline(__always)
    public static var readonly: Traits { Traits(rawValue: UInt32(SWIFTBUF_READONLY)) }

    /// The items are packed in C order, by the rules for empty and one-item dimensions.
    @inline(__always)
    public static var cContiguous: Traits { Traits(rawValue: UInt32(SWIFTBUF_C_CONTIGUOUS)) }

    /// The items are packed in Fortran order, by the same rules.
    @inline(__always)
    public static var fContiguous: Traits { Traits(rawValue: UInt32(SWIFTBUF_F_CONTIGUOUS)) }

    /// The format is `B`, so that a consumer who knows bytes alone is told the truth.
    @inline(__always)
    public static var formatIsBytes: Traits { Traits(rawValue: UInt32(SWIFTBUF_FORMAT_IS_BYTES)) }

    /// The view let go of its memory: nothing can be granted.
    @inline(__always)
    public static var released: Traits { Traits(rawValue: UInt32(SWIFTBUF_RELEASED)) }

    /// Items are reached through pointers: `suboffsets` are needed.
    @inline(__always)
    public static var indirect: Traits { Traits(rawValue: UInt32(SWIFTBUF_INDIRECT)) }

    /// The view was derived from another one, and counts as one of the memory's exports.
    @inline(__always)
    public static var view: Traits { Traits(rawValue: UInt32(SWIFTBUF_VIEW)) }
}
