// What the letters of a format mean: the table of struct's codes and of those that PEP 3118 and NumPy add.
//
// Here: a letter, or `Z` and a letter, in one mode. What has a grammar of its own (`T{}`, `X{}`, `&`) is
// the parser's matter.
//
// Source: CPython's Modules/_struct.c (native_table, lilendian_table), PEP 3118 "Additions to the struct
// string-syntax", NumPy's numpy/_core/_internal.py (_pep3118_native_map, _pep3118_standard_map).

/// One unit of a code: what a count of 1 says.
struct FormatCode {
    /// In bytes.
    var byteCount: Int
    /// C's alignment, in bytes: a power of two.
    ///
    /// It counts in aligned mode only.
    var byteAlignment: Int
    /// nil if the unit cannot be read as one scalar.
    var kind: ScalarKind?
    /// How many Python objects the unit is made of; `Int.max` for more.
    var objectCount = 1
    /// Whether it is a `T{}`, whose members are read one by one.
    var isStruct = false

    init(byteCount: Int, byteAlignment: Int) {
        self.byteCount = byteCount
        self.byteAlignment = byteAlignment
    }

    init(_ kind: ScalarKind) {
        byteCount = kind.byteCount
        byteAlignment = kind.byteAlignment
        self.kind = kind
    }

    /// A whole `T{}`: a tuple of its members.
    init(structOf record: FormatRecord) {
        byteCount = record.byteCount
        byteAlignment = record.byteAlignment
        isStruct = true
        objectCount = saturatingSum(1, record.objectCount)
    }

    /// An address that is not read as a number: `O`, `&` and `X{}`.
    static var reference: FormatCode {
        FormatCode(byteCount: MemoryLayout<UInt>.size, byteAlignment: MemoryLayout<UInt>.alignment)
    }
}

extension FormatCode {
    /// Whether the count in front of a letter is a length in units, not a number of items: `s p u w` and `x`.
    static func countsUnits(_ letter: UInt8?) -> Bool {
        switch letter {
        case UInt8(ascii: "s"), UInt8(ascii: "p"), UInt8(ascii: "u"), UInt8(ascii: "w"), UInt8(ascii: "x"): true
        default: false
        }
    }

    /// Why a letter has no meaning. (The raw type is there for FormatMode's reason.)
    enum Refusal: UInt8, Error {
        /// No code, in any mode.
        case unknown
        /// A code, but without a standard size.
        case nativeOnly
    }

    /// The meaning of a letter that is a whole code.
    ///
    /// - Throws: `unknown`, or `nativeOnly` for `n N P g` where sizes are standard.
    init(letter: UInt8, mode: FormatMode) throws(Refusal) {
        let isNative = mode.hasNativeSizes
        switch letter {
        case UInt8(ascii: "?"): self.init(.bool)
        case UInt8(ascii: "c"): self.init(.character)
        case UInt8(ascii: "b"): self.init(.int8)
        case UInt8(ascii: "B"): self.init(.uint8)
        case UInt8(ascii: "h"): self.init(.int16)
        case UInt8(ascii: "H"): self.init(.uint16)
        case UInt8(ascii: "i"): self.init(.int32)
        case UInt8(ascii: "I"): self.init(.uint32)
        case UInt8(ascii: "l"): self.init(isNative && Self.isLongWide ? .int64 : .int32)
        case UInt8(ascii: "L"): self.init(isNative && Self.isLongWide ? .uint64 : .uint32)
        case UInt8(ascii: "q"): self.init(.int64)
        case UInt8(ascii: "Q"): self.init(.uint64)
        case UInt8(ascii: "e"): self.init(.float16)
        case UInt8(ascii: "f"): self.init(.float32)
        case UInt8(ascii: "d"): self.init(.float64)
        // struct's complex codes, from CPython 3.14 on.
        case UInt8(ascii: "F"): self.init(.complex64)
        case UInt8(ascii: "D"): self.init(.complex128)
        case UInt8(ascii: "s"): self.init(.bytes)
        case UInt8(ascii: "p"): self.init(.pascal)
        case UInt8(ascii: "u"): self.init(.ucs2)
        case UInt8(ascii: "w"): self.init(.ucs4)
        // Pads: plain data, but no scalar.
        case UInt8(ascii: "x"): self.init(byteCount: 1, byteAlignment: 1)
        // What struct, and for `g` NumPy, refuse to give a standard size.
        case UInt8(ascii: "n"): try self.init(.signedSize, nativeOnly: isNative)
        case UInt8(ascii: "N"): try self.init(.unsignedSize, nativeOnly: isNative)
        case UInt8(ascii: "P"): try self.init(.pointer, nativeOnly: isNative)
        case UInt8(ascii: "g"): try self.init(.longDouble, nativeOnly: isNative)
        default: throw .unknown
        }
    }

    /// The meaning of `Z` and a letter, the code of its two parts.
    ///
    /// - Throws: `unknown`, or `nativeOnly` for `Zg` where sizes are standard.
    init(complexOf letter: UInt8, mode: FormatMode) throws(Refusal) {
        switch letter {
        case UInt8(ascii: "f"): self.init(.complex64)
        case UInt8(ascii: "d"): self.init(.complex128)
        case UInt8(ascii: "g"): try self.init(.complexLongDouble, nativeOnly: mode.hasNativeSizes)
        default: throw .unknown
        }
    }

    /// The meaning that ctypes gives to a letter, where it is another than ``init(letter:mode:)`` has; nil if it is none of those.
    ///
    /// - Parameter next: The byte behind the letter; nil at the end of the text.
    init?(ctypesLetter letter: UInt8, next: UInt8?, mode: FormatMode) {
        switch letter {
        case UInt8(ascii: "z"):
            self = .reference
        case UInt8(ascii: "Z"):
            guard next != UInt8(ascii: "f"), next != UInt8(ascii: "d"), next != UInt8(ascii: "g") else { return nil }
            self = .reference
        case UInt8(ascii: "P"), UInt8(ascii: "g"):
            self.init(letter == UInt8(ascii: "P") ? .pointer : .longDouble)
            // A number of the other byte order, of which neither struct nor NumPy says what it is.
            if mode.isByteSwapped { kind = nil }
        default:
            return nil
        }
    }

    private init(_ kind: ScalarKind, nativeOnly isNative: Bool) throws(Refusal) {
        guard isNative else { throw .nativeOnly }
        self.init(kind)
    }

    private static var isLongWide: Bool { MemoryLayout<CLong>.size == 8 }
}

extension ScalarKind {
    /// C's `ssize_t`.
    fileprivate static var signedSize: ScalarKind { MemoryLayout<Int>.size == 8 ? .int64 : .int32 }
    /// C's `size_t`.
    fileprivate static var unsignedSize: ScalarKind { MemoryLayout<UInt>.size == 8 ? .uint64 : .uint32 }
}
