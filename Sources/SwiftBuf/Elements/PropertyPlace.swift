// Where a stored property is, found without key paths: bytes are written into a record, and looked for in what a closure reads.

/// The offset of the property that a closure reads; nil if it reads none that is stored so.
///
/// Each place where the property could be is tried with three patterns. A field of one scalar has to come back whole; of others, which can
/// have pads, the first and the last byte are compared.
func placeOfProperty<Root: BitwiseCopyable, Value: BufferElement>(in root: Root.Type, _ property: (Root) -> Value) -> Int? {
    let count = MemoryLayout<Value>.size
    if count == 0 || MemoryLayout<Root>.size == 0 { return nil }
    var offset = 0
    while offset + count <= MemoryLayout<Root>.size {
        if comesBack(at: offset, 0x21, property) && comesBack(at: offset, 0x13, property) && comesBack(at: offset, 0x3A, property)
        {
            return offset
        }
        offset += MemoryLayout<Value>.alignment
    }
    return nil
}

/// Whether bytes that are written at an offset of a record of zeroes come back from a closure.
///
/// - Parameter seed: The first byte; the others differ from it, so that a number is neither infinite nor NaN.
private func comesBack<Root: BitwiseCopyable, Value: BufferElement>(
    at offset: Int, _ seed: UInt8, _ property: (Root) -> Value
) -> Bool {
    let count = MemoryLayout<Value>.size
    return unsafe withUnsafeTemporaryAllocation(
        byteCount: MemoryLayout<Root>.stride, alignment: MemoryLayout<Root>.alignment
    ) { room in
        unsafe room.initializeMemory(as: UInt8.self, repeating: 0)
        for index in 0..<count { unsafe room[offset + index] = pattern(seed, index) }
        // SAFETY: the record's own size. Of what the fields of a record can be every pattern of bits is a value; a record that has other
        // properties is refused by their sizes, and the closure is told not to look at them.
        let value = property(unsafe room.load(as: Root.self))
        return unsafe withUnsafeBytes(of: value) { bytes in
            if Value.bufferFormat.item.kind != 0 {
                for index in 0..<count where unsafe bytes[index] != pattern(seed, index) { return false }
                return true
            }
            return unsafe bytes[0] == pattern(seed, 0) && bytes[count - 1] == pattern(seed, count - 1)
        }
    }
}

private func pattern(_ seed: UInt8, _ index: Int) -> UInt8 {
    (seed &+ UInt8(truncatingIfNeeded: index &* 5)) & 0x3F
}
