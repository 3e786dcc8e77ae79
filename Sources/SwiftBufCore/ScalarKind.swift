// How one item of a buffer is read: by kind and by size, never by letter. `l` is an Int64 on Linux and an
// Int32 on Windows, `<q` and `q` and `l` can all mean the same eight bytes.
//
// Here: the kinds, their sizes in bytes, the native format of each. Which letter means which kind, and in
// which byte order, is FormatCode's and FormatMode's matter.
//
// The raw values are stable ABI. 0 is no kind: it stands for "cannot be read as one scalar".

/// The kind and size of one item that can be read as one value.
public enum ScalarKind: UInt8, Sendable {
    /// `?`: one byte, true if it is not zero.
    case bool = 1
    /// `c`: one byte, read as a bytes object of length 1.
    case character = 2
    case int8 = 3
    case uint8 = 4
    case int16 = 5
    case uint16 = 6
    case int32 = 7
    case uint32 = 8
    case int64 = 9
    case uint64 = 10
    /// `e`: IEEE 754 binary16.
    case float16 = 11
    case float32 = 12
    case float64 = 13
    /// `g`: C's `long double`, whatever that is on the platform.
    case longDouble = 14
    /// `Zf`: two float32, real part first.
    case complex64 = 15
    /// `Zd`: two float64, real part first.
    case complex128 = 16
    /// `Zg`: two `long double`, real part first.
    case complexLongDouble = 17
    /// `P`: an address, read as an unsigned integer.
    case pointer = 18
    /// `s`: the whole item is one bytes object.
    case bytes = 19
    /// `p`: one byte that counts, then that many bytes of content; the item keeps its size.
    case pascal = 20
    /// `u`: UCS-2 text; the whole item is one str, and surrogates in it are pairs of UTF-16.
    case ucs2 = 21
    /// `w`: UCS-4 text; the whole item is one str.
    case ucs4 = 22
}

extension ScalarKind {
    /// The size of one item, in bytes; of a text (`isText`) the size of one unit.
    ///
    /// How long a text is only its format knows: `Format.itemByteCount`.
    public var byteCount: Int {
        switch self {
        case .bool, .character, .int8, .uint8, .bytes, .pascal: 1
        case .int16, .uint16, .float16, .ucs2: 2
        case .int32, .uint32, .float32, .ucs4: 4
        case .int64, .uint64, .float64, .complex64: 8
        case .complex128: 16
        case .longDouble: Self.longDoubleByteCount
        case .complexLongDouble: 2 * Self.longDoubleByteCount
        case .pointer: MemoryLayout<UInt>.size
        }
    }

    /// The alignment that C gives to such an item, in bytes: a power of two.
    ///
    /// A complex number is aligned as its parts are.
    public var byteAlignment: Int {
        switch self {
        case .complex64, .complex128, .complexLongDouble: byteCount / 2
        default: byteCount
        }
    }

    /// Whether it is a run of units, of which a count in front of the code says how many: `s`, `p`, `u`, `w`.
    public var isText: Bool {
        switch self {
        case .bytes, .pascal, .ucs2, .ucs4: true
        default: false
        }
    }

    /// Whether it has two parts, each swapped by itself: `Zf`, `Zd`, `Zg`.
    public var isComplex: Bool {
        switch self {
        case .complex64, .complex128, .complexLongDouble: true
        default: false
        }
    }

    /// Whether byte order means anything for it: it, or one unit of it, is wider than one byte.
    ///
    /// A complex number is swapped in each of its two parts and UCS text in each unit, not as a whole.
    public var isSwappable: Bool {
        byteCount > 1
    }

    /// The bytes that are reversed at a time to change the byte order; 0 if it means nothing.
    public var swappedByteCount: Int {
        switch self {
        case .complex64, .complex128, .complexLongDouble: byteCount / 2
        default: isSwappable ? byteCount : 0
        }
    }

    /// The native format that says the same, null-terminated; nil for the texts, which need a count.
    ///
    /// One letter, but for the complex kinds, whose code is two letters.
    public var nativeFormat: StaticString? {
        switch self {
        case .bool: "?"
        case .character: "c"
        case .int8: "b"
        case .uint8: "B"
        case .int16: "h"
        case .uint16: "H"
        case .int32: "i"
        case .uint32: "I"
        case .int64: "q"
        case .uint64: "Q"
        case .float16: "e"
        case .float32: "f"
        case .float64: "d"
        case .longDouble: "g"
        case .complex64: "Zf"
        case .complex128: "Zd"
        case .complexLongDouble: "Zg"
        case .pointer: "P"
        case .bytes, .pascal, .ucs2, .ucs4: nil
        }
    }

    /// C's `sizeof(long double)`, in bytes; its alignment is the same.
    private static var longDoubleByteCount: Int {
        #if os(Windows) || (canImport(Darwin) && arch(arm64))
            8
        #else
            16
        #endif
    }
}
