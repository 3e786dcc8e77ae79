// Where memory is, for the proof that nothing was copied: the one place of the program that looks at a pointer.

import SwiftBuf
import SwiftBufEmbed

/// Where the items of a span are.
///
/// The number is compared, and never made a pointer again.
func address<Element>(of span: Span<Element>) -> Int {
    unsafe span.withUnsafeBufferPointer { items in Int(bitPattern: items.baseAddress) }
}

/// Where an ndarray's items are, as NumPy says.
func addressInPython(of array: PythonObject) throws -> Int {
    try Int(array.ctypes.data)
}

/// Where Swift sees the items of an object that has a buffer.
func addressInSwift(of object: PythonObject, _ python: Python) throws -> Int {
    try python.withBuffer(of: object, as: UInt8.self) { bytes in address(of: bytes.span) }
}
