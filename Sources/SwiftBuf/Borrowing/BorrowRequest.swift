// What a borrow asks for, without the type of the items: one code for all of them.

import SwiftBufCore

/// What a borrow asks for.
struct BorrowRequest {
    /// What an item has to be.
    let format: BufferFormat
    /// A power of two; the addresses of items are multiples of it.
    let alignment: Int
    /// Whether the memory is going to be written to.
    var isMutable = false
    /// Whether any strides will do; else the items must be packed in C order.
    var isStrided = false
    /// Whether a copy may be made of memory that lies or counts its bytes in another way.
    var mayCopy = false
    var shape = ShapePattern.any

    init(format: BufferFormat, alignment: Int, shape: ShapePattern) {
        self.format = format
        self.alignment = alignment
        self.shape = shape
    }

    /// The request in words.
    var description: BufferDescription {
        // SAFETY: the text ends with a NUL.
        let element =
            if let kind = ScalarKind(rawValue: format.kind) {
                ShortText(kind, isByteSwapped: false)
            } else {
                unsafe ShortText(format: format.text)
            }
        return BufferDescription(
            element: element, order: isStrided ? .any : .c, shape: shape, isWritable: isMutable, isAligned: true)
    }
}
