// Memory that is there already: an array, or whatever somebody keeps alive.

import SwiftBufCore

// Of items that lie in memory as themselves: what Python writes into an adopted array is in it when it is given back.
extension SharedBuffer where Element.BufferStored == Element {
    /// Adopts an array: its items stay where they are, and Python can share them.
    ///
    /// - Parameters:
    ///   - items: The array. If the caller keeps another copy of it, that one stays as it is, and this is a copy: the rule of Swift's
    ///     arrays, which copy when one of two is going to be written to. A variable keeps one: write `adopting: consume samples`.
    ///   - shape: Items along each dimension, as many in all as the array has; nil is one dimension of them.
    /// - Throws: ``BufferError`` if the shape does not fit; the array is then gone, unless the caller has another copy.
    /// - Complexity: O(1) for an array that nobody else has.
    /// - Ownership: The array belongs to this value and to Python, until ``take()`` gives it back or the last owner goes.
    /// - Threads: Any.
    public convenience init(adopting items: consuming [Element], shape: [Int]? = nil) throws(BufferError) {
        let itemCount = items.count
        let shape = shape ?? [itemCount]
        let byteCount = try packedByteCount(of: Element.self, shape: shape)
        guard byteCount / MemoryLayout<Element>.stride == itemCount else {
            throw .invalidShape(.otherItemCount(expected: byteCount / MemoryLayout<Element>.stride, found: itemCount))
        }
        let owner = ArrayOwner(consume items)
        let storage = try unsafe adopt(owner.base, byteCount: byteCount, isReadOnly: false, owner: owner)
        try self.init(storage, shape: shape, byteCount: byteCount, arrayOwner: owner)
    }

    /// Adopts memory that somebody else keeps alive: a mapped file, a buffer of a C library.
    ///
    /// - Parameters:
    ///   - items: The memory; it stays in place until `release` is called, and nobody else writes to it. Every item is initialised.
    ///   - shape: Items along each dimension, as many in all as the memory has; nil is one dimension of them.
    ///   - isReadOnly: Whether nobody may write to it.
    ///   - release: Gives the memory back. Called exactly once, also if this initialiser throws, when the last owner goes, on its thread:
    ///     one that may have the GIL, or not; it must not wait for it.
    /// - Throws: ``BufferError``.
    /// - Complexity: O(1).
    /// - Threads: Any.
    @unsafe
    public convenience init(
        adopting items: UnsafeMutableBufferPointer<Element>, shape: [Int]? = nil, isReadOnly: Bool = false,
        release: @escaping @Sendable () -> Void
    ) throws(BufferError) {
        let owner = ClosureOwner(release)
        let itemCount = items.count
        let shape = shape ?? [itemCount]
        let byteCount = try packedByteCount(of: Element.self, shape: shape)
        guard byteCount / MemoryLayout<Element>.stride == itemCount else {
            throw .invalidShape(.otherItemCount(expected: byteCount / MemoryLayout<Element>.stride, found: itemCount))
        }
        let base = unsafe items.baseAddress.map { UnsafeMutableRawPointer($0) }
        let storage = try unsafe adopt(base, byteCount: byteCount, isReadOnly: isReadOnly, owner: owner)
        guard unsafe Int(bitPattern: storage.base) % MemoryLayout<Element>.alignment == 0 else {
            throw .mismatch(
                expected: BufferDescription(of: Element.self, shape: shape, isWritable: !isReadOnly),
                found: BufferDescription(of: Element.self, shape: shape, isWritable: !isReadOnly, isAligned: false))
        }
        try self.init(storage, shape: shape, byteCount: byteCount, isReadOnly: isReadOnly)
    }

    /// Gives the adopted array back; this buffer is empty afterwards for ever, and every use of it is refused.
    ///
    /// - Returns: The array, at the address where it was adopted, with everything in it that Swift and Python wrote.
    /// - Throws: ``BufferError`` if Python has a Buffer over the memory, Swift has borrowed it, or it was no array; then nothing was
    ///   changed.
    /// - Complexity: O(1).
    /// - Threads: Any, without the GIL.
    public func take() throws(BufferError) -> [Element] {
        guard let arrayOwner else { throw .notAdopted }
        do throws(TakingRefusal) {
            // SAFETY: this value owns a reference to the block.
            return try unsafe block.take { arrayOwner.takeItems() }
        } catch {
            switch error {
            case .shared(let references): throw .inUse(by: .owners(count: references - 1), wanted: .take)
            case .borrowed(let conflict): throw refusal(conflict, wanted: .take)
            case .taken: throw .taken
            }
        }
    }
}

/// A storage block for memory that an object keeps alive.
///
/// - Parameter base: NULL for an empty array.
@unsafe
private func adopt(
    _ base: UnsafeMutableRawPointer?, byteCount: Int, isReadOnly: Bool, owner: MemoryOwner
) throws(BufferError) -> Storage {
    let retained = unsafe Unmanaged.passRetained(owner).toOpaque()
    // SAFETY: the block has one reference to the owner, which the function drops that it calls once.
    guard
        let storage = unsafe Storage.adopt(
            base: base ?? addressOfNoBytes, capacity: byteCount, readonly: isReadOnly, owner: retained,
            release: { owner, _, _ in unsafe Unmanaged<MemoryOwner>.fromOpaque(owner.unsafelyUnwrapped).release() })
    else {
        unsafe Unmanaged<MemoryOwner>.fromOpaque(retained).release()
        throw .outOfMemory(byteCount: byteCount)
    }
    return storage
}
