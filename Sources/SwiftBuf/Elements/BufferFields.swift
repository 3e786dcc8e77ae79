// The fields of a record, held against its type, and the format that they make.
//
// Swift lays a struct out field by field: each at the next multiple of its alignment behind the one before, whose size does not count
// its pad at the end. So the offsets follow from the types alone, and where a key path says another offset the declaration is wrong.
// The format is written in standard sizes without alignment (`=`), with every pad in it, so that all readers agree on the places. NumPy
// wants the `=` behind the shape of a sub-array, in front of its letter.

/// The fields of a record in the order of its stored properties, and the format that they make.
///
/// See ``BufferRecord``.
public struct BufferFields<Root: BitwiseCopyable>: Sendable {
    /// `T{…}`, or an error in its place.
    let format: ElementFormat

    /// Holds the fields against the type.
    ///
    /// - Complexity: O(*n*) in the fields, and in the places that closures are tried at. Kept in a `static let`, it is done once.
    public init(_ fields: [BufferField<Root>]) {
        var error = Self.firstError(in: fields)
        #if !hasFeature(Embedded)
            if error?.isOfNames != true, let better = Self.firstErrorByReflection(in: fields, seen: error) { error = better }
        #endif
        let layout = MemoryLayout<Root>.self
        format = unsafe ElementFormat(
            ComposedFormat.forever(
                error == nil ? Self.text(of: fields, byteCount: layout.stride) : [],
                unpadded: error == nil ? Self.text(of: fields, byteCount: layout.size) : [], error: error),
            byteCount: layout.stride)
    }

    /// Why these are no fields of the type; nil if they are.
    public var error: RecordError? { format.error }

    private static func firstError(in fields: [BufferField<Root>]) -> RecordError? {
        if fields.isEmpty { return .noFields }
        var end = 0
        for (index, field) in fields.enumerated() {
            let name = BufferError.Text(field.name)
            if !isValid(field.name) { return .invalidName(name) }
            for other in fields[..<index] where isSame(other.name, field.name) { return .duplicateName(name) }
            if field.format.error != nil { return .invalidField(name) }
            if field.format.isConverted { return .notAnElement(name) }
            if field.hasPlace && field.byteOffset == nil { return .notStored(name) }
            let expected = field.offset(behind: end)
            let actual = field.byteOffset ?? expected
            if actual < expected { return .outOfOrder(name) }
            if actual > expected {
                // What stands there is declared further down, or not at all.
                for later in fields[(index + 1)...] {
                    if let offset = later.byteOffset, offset < actual { return .outOfOrder(name) }
                }
                return .fieldLeftOut(name)
            }
            end = actual + field.byteCount
        }
        return end == MemoryLayout<Root>.size ? nil : .unequalSize(declared: end, actual: MemoryLayout<Root>.size)
    }

    /// The format of the fields, which are right, in so many bytes.
    ///
    /// A field that is a record has its pad inside, unless the next field stands in it: NumPy forgets pads behind a record.
    private static func text(of fields: [BufferField<Root>], byteCount: Int) -> [UInt8] {
        var text = [UInt8(ascii: "T"), UInt8(ascii: "{")]
        var end = 0
        for (index, field) in fields.enumerated() {
            let offset = field.offset(behind: end)
            let limit = index + 1 < fields.count ? fields[index + 1].offset(behind: offset + field.byteCount) : byteCount
            let hasPad = offset + field.format.byteCount <= limit
            appendPad(offset - end, to: &text)
            field.format.write(to: &text, padded: hasPad, isFirst: end == 0)
            text.append(UInt8(ascii: ":"))
            append(field.name, to: &text)
            text.append(UInt8(ascii: ":"))
            end = offset + (hasPad ? field.format.byteCount : field.byteCount)
        }
        appendPad(byteCount - end, to: &text)
        text.append(UInt8(ascii: "}"))
        return text
    }
}

extension BufferField {
    /// Where Swift puts the field behind others that end there.
    fileprivate func offset(behind end: Int) -> Int {
        (end + byteAlignment - 1) & ~(byteAlignment - 1)
    }
}

extension ElementFormat {
    /// Writes the format as that of a field.
    ///
    /// - Parameters:
    ///   - padded: Whether with the pad at its end, if it has one.
    ///   - isFirst: Whether it says that sizes are standard ones, which then holds for the fields behind it too.
    fileprivate func write(to text: inout [UInt8], padded: Bool, isFirst: Bool) {
        // SAFETY: the texts have that many bytes.
        let source = unsafe padded ? self.text : composed?.pointee.unpaddedText ?? self.text
        let byteCount = unsafe padded ? textByteCount : composed?.pointee.unpaddedTextByteCount ?? textByteCount
        // A record says it itself, and so does an array of them.
        var saysSizes = isFirst
        for index in 0..<byteCount {
            let byte = unsafe source[index]
            let isShape = (UInt8(ascii: "(")...UInt8(ascii: "9")).contains(byte)
            if byte == UInt8(ascii: "T") || byte == UInt8(ascii: "=") { saysSizes = false }
            if saysSizes && !isShape {
                text.append(UInt8(ascii: "="))
                saysSizes = false
            }
            // In standard sizes, which hold inside of a record, a 64-bit integer has another letter than in native ones.
            switch byte {
            case UInt8(ascii: "l") where !isComposed: text.append(UInt8(ascii: "q"))
            case UInt8(ascii: "L") where !isComposed: text.append(UInt8(ascii: "Q"))
            default: text.append(byte)
            }
        }
    }

    /// Whether the text was written here, by standard sizes.
    private var isComposed: Bool { unsafe composed != nil }

    /// So many items beside each other, as a sub-array.
    static func text(repeating element: ElementFormat, count: Int) -> [UInt8] {
        var text = [UInt8(ascii: "(")]
        append(count, to: &text)
        var rest: [UInt8] = []
        // As an element of an array an item has its pad.
        if element.isComposed {
            // SAFETY: the text has that many bytes.
            for index in 0..<element.textByteCount { rest.append(unsafe element.text[index]) }
        } else {
            element.write(to: &rest, padded: true, isFirst: false)
        }
        // An array of arrays has one shape of more dimensions.
        text.append(rest.first == UInt8(ascii: "(") ? UInt8(ascii: ",") : UInt8(ascii: ")"))
        text.append(contentsOf: rest.first == UInt8(ascii: "(") ? rest[1...] : rest[...])
        return text
    }
}

private func appendPad(_ byteCount: Int, to text: inout [UInt8]) {
    if byteCount == 0 { return }
    append(byteCount, to: &text)
    text.append(UInt8(ascii: "x"))
}

private func append(_ number: Int, to text: inout [UInt8]) {
    if number >= 10 { append(number / 10, to: &text) }
    text.append(UInt8(ascii: "0") + UInt8(number % 10))
}

private func append(_ name: StaticString, to text: inout [UInt8]) {
    name.forEachByte { text.append($0) }
}

private func isValid(_ name: StaticString) -> Bool {
    var isEmpty = true
    var isValid = true
    name.forEachByte { byte in
        isEmpty = false
        if byte == 0 || byte == UInt8(ascii: ":") { isValid = false }
    }
    return isValid && !isEmpty
}

private func isSame(_ first: StaticString, _ second: StaticString) -> Bool {
    var bytes: [UInt8] = []
    var index = 0
    var isSame = true
    first.forEachByte { bytes.append($0) }
    second.forEachByte { byte in
        if index >= bytes.count || bytes[index] != byte { isSame = false }
        index += 1
    }
    return isSame && index == bytes.count
}
