// What a buffer is, in a few words: the answer before a borrow, and the two halves of an error.

import SwiftBufCore

/// What a buffer is: the type of its items, their number along each dimension, and how they lie.
///
/// `bufferDescription` of an object answers it before a borrow, so that one function can serve several types of items. An error has two
/// of them: what you asked for, and what was found.
public struct BufferDescription: Equatable, Sendable {
    /// How the items of a buffer lie.
    public enum Order: UInt8, Sendable {
        /// However; of what was asked for.
        case any
        /// Packed, the last index fastest.
        case c
        /// Packed, the first index fastest.
        case fortran
        /// At distances of their own.
        case strided
        /// Behind pointers.
        case indirect
    }

    /// The type of the items, and its name.
    let element: ItemDescription
    /// How the items lie.
    public let order: Order
    /// The number of items along each dimension; of what was asked for, the shapes that are accepted.
    ///
    /// An error names the numbers only where they were asked for. A description has the first eight.
    public let shape: ShapePattern
    /// Whether the memory can be written to; of what was asked for, whether it has to be.
    public let isWritable: Bool
    /// Whether every item has an address that its Swift type can have.
    public let isAligned: Bool

    init(element: ItemDescription, order: Order, shape: ShapePattern, isWritable: Bool, isAligned: Bool) {
        self.element = element
        self.order = order
        self.shape = shape
        self.isWritable = isWritable
        self.isAligned = isAligned
    }

    /// Packed items of a Swift type.
    init<Element: BufferElement>(of element: Element.Type, shape: [Int], isWritable: Bool, isAligned: Bool = true) {
        self.init(
            element: ItemDescription(Element.bufferFormat.item), order: .c,
            shape: unsafe shape.withUnsafeBufferPointer { unsafe ShapePattern(rank: $0.count, shape: $0.baseAddress) },
            isWritable: isWritable, isAligned: isAligned)
    }

    /// The type of the items.
    public var elementType: BufferElementType { element.type }

    /// The name of the items' type: NumPy's where there is one (`float32`, `int64`), else the format in quotes.
    public var elementName: BufferError.Text { element.name }

    /// Whether the bytes of each number are in the order that the machine does not have.
    ///
    /// Such items are borrowed with `copyIfNeeded: true`.
    public var isByteSwapped: Bool { element.isByteSwapped }

    /// Writes `float32, C-contiguous, 2-D`.
    ///
    /// - Parameter request: What was asked for, if this is what was found: only where it matters it is said that memory is read-only.
    @inline(never)
    func write(to text: inout TextWriter, asFoundFor request: BufferDescription? = nil) {
        text.append(name: element.name)
        switch order {
        case .any: break
        case .c: text.append(", C-contiguous")
        case .fortran: text.append(", Fortran-contiguous")
        case .strided: text.append(", strided")
        case .indirect: text.append(", behind pointers")
        }
        if shape.rank != nil {
            text.append(", ")
            shape.write(to: &text)
        }
        if let request {
            if request.isWritable && !isWritable { text.append(", read-only") }
            if !isAligned { text.append(", misaligned") }
        } else if isWritable {
            text.append(", writable")
        }
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift's hashes want a newer C library.
    extension BufferDescription: Hashable {}

    extension BufferDescription: CustomStringConvertible {
        /// The buffer in words: `float32, C-contiguous, shape (480, 640), writable`.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
