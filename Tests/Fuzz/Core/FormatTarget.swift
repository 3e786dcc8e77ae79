// `Format`: any text is read or refused, and what is said of it fits together. Whether it is right, the target `struct` asks Python.

import SwiftBufCore

/// Reads an input as a format.
func fuzzFormat(_ input: Span<UInt8>) {
    do throws(FormatError) {
        let format = try Format.parse(input)
        checkFacts(format, input)
        checkVariants(format, input)
        checkTree(format, input)
        checkFields(format, input)
    } catch {
        let isAtEnd = error.byteOffset == input.count
        expect(error.byteOffset >= 0 && error.byteOffset <= input.count, "an error names a place in the text")
        expect(error.byte == (isAtEnd ? nil : input[error.byteOffset]), "an error names the byte that stands there")
        expect(!hasValues(input), "a text that is refused has no values")
    }
    checkSettlement(input)
}

private func hasValues(_ text: Span<UInt8>) -> Bool {
    do throws(FormatTree.Failure) {
        _ = try FormatTree(of: text)
        return true
    } catch {
        return false
    }
}

private func checkFacts(_ format: Format, _ text: Span<UInt8>) {
    expect(format.itemByteCount > 0, "an item has bytes")
    expect([1, 2, 4, 8, 16].contains(format.alignment), "an alignment is a small power of two")
    expect(!format.holdsReferences || format.isOpaque, "references are no plain data")
    expect(!format.isOpaque || !format.isReadable, "what is no plain data is not read")
    expect(!format.isNativeSingleLetter || (format.kind != nil && text.count <= 2), "a single letter is one scalar")
    if let kind = format.kind {
        expect(
            kind.isText ? format.itemByteCount % kind.byteCount == 0 : format.itemByteCount == kind.byteCount,
            "a scalar has its kind's size")
        expect(!format.isByteSwapped || kind.isSwappable, "only what is wider than a byte is swapped")
        expect(format.isReadable, "a scalar is readable")
        if let canonical = format.canonicalFormat {
            let same = try? Format.parse(canonicalBytes(canonical).span)
            expect(
                same?.kind == kind && same?.itemByteCount == format.itemByteCount && same?.isByteSwapped == false,
                "the canonical format says the same")
        }
    } else {
        expect(!format.isByteSwapped && format.canonicalFormat == nil, "what is no scalar is not swapped as one")
    }
}

private func canonicalBytes(_ text: StaticString) -> [UInt8] {
    text.withUTF8Buffer { unsafe Array($0) }
}

/// Holds the format of a text against that of longer ones that say the same.
private func checkVariants(_ format: Format, _ text: Span<UInt8>) {
    let bytes = (0..<text.count).map { text[$0] }
    if text.count == 1 {
        expect(Format(letter: text[0]) == nil || Format(letter: text[0]) == format, "a letter says what its text says")
    }
    for variant in [bytes + [32], [32] + bytes, [64] + bytes] {
        guard let other = try? Format.parse(variant.span) else {
            // A second prefix is one too many.
            expect(variant[0] == 64, "white space around a format says nothing")
            continue
        }
        expect(other.hasSameMeaning(as: format), "white space and '@' in front of a format say nothing")
    }
    guard let inside = try? Format.parse((Array("T{".utf8) + bytes + Array("}".utf8)).span) else { return }
    let padding = inside.itemByteCount - format.itemByteCount
    expect(
        padding == 0 || padding == (0 &- format.itemByteCount) & (format.alignment - 1),
        "a T{} has the size of what is in it, padded to its alignment or not")
    // Not aligned at all if the last prefix inside says so.
    expect(
        (inside.alignment == format.alignment || inside.alignment == 1) && inside.kind == nil,
        "a T{} is aligned as what is in it, and no scalar")
}

extension Format {
    fileprivate func hasSameMeaning(as other: Format) -> Bool {
        itemByteCount == other.itemByteCount && alignment == other.alignment && kind == other.kind
            && isByteSwapped == other.isByteSwapped && isReadable == other.isReadable && isOpaque == other.isOpaque
            && holdsReferences == other.holdsReferences
    }
}

/// Looks up each name that stands in the text.
private func checkFields(_ format: Format, _ text: Span<UInt8>) {
    var start: Int?
    var looked = 0
    for offset in text.indices where text[offset] == UInt8(ascii: ":") && looked < 8 {
        if let first = start {
            checkField(text.extracting(first..<offset), format, text)
            looked += 1
        }
        start = offset + 1
    }
}

private func checkField(_ name: Span<UInt8>, _ format: Format, _ text: Span<UInt8>) {
    guard let field = Format.field(named: name, in: text) else { return }
    var count = 1
    expect(field.rank >= 0 && field.rank <= 64, "a member has at most 64 dimensions")
    for axis in 0..<field.rank {
        expect(field.shape[axis] >= 0, "no dimension of a member is negative")
        count = count.multipliedReportingOverflow(by: field.shape[axis]).partialValue
    }
    let isEmpty = (0..<field.rank).contains { field.shape[$0] == 0 }
    let size = isEmpty ? 0 : count * field.itemByteCount
    expect(field.byteOffset >= 0 && size <= format.itemByteCount - field.byteOffset, "a member lies in its item")
    var alone: [UInt8] = field.prefix == 0 ? [] : [field.prefix]
    for offset in field.textRange { alone.append(text[offset]) }
    do throws(FormatError) {
        let element = try Format.parse(alone.span)
        expect(element.itemByteCount == field.itemByteCount, "a member's text says the size of an element")
    } catch {
        expect(error.reason == .zeroSize && field.itemByteCount == 0, "a member's text is a format, unless it has no bytes")
    }
}
