// Where Swift sees the memory, to hold against what Python says.

import SwiftBuf

extension SharedBuffer {
    /// The address of the first item.
    func address() throws(BufferError) -> Int {
        try withSpan { span in
            // SAFETY: the address is a number here, never followed.
            unsafe span.withUnsafeBufferPointer { items in Int(bitPattern: items.baseAddress) }
        }
    }

    /// One item.
    func item(_ index: Int) throws(BufferError) -> Element.BufferStored {
        try withSpan { span in span[index] }
    }

    /// All items.
    func items() throws(BufferError) -> [Element.BufferStored] {
        try withSpan { span in span.indices.map { index in span[index] } }
    }
}
