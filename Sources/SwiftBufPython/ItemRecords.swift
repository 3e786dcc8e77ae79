// Items that are more than one scalar: structs, sub-arrays, several values. The format is compiled to nodes first (FormatTree), once
// for as many items as are read.
//
// Making tuples and lists may run the garbage collector and so Python code, converting values does: who reads keeps the memory in place,
// and what is written goes into bytes of its own, by nodes that are still there when the Buffer is not.

import CPython
import CSwiftBuf
import SwiftBufCore

extension ExportBlock {
    /// Whether items are read by the nodes of their format, not as one scalar.
    @inline(__always)
    var itemIsRecord: Bool {
        unsafe pointer.pointee.item_kind == UInt8(SWIFTBUF_ITEM_RECORD)
    }

    /// Compiles the format of the items.
    ///
    /// - Throws: With `NotImplementedError` (items of this format cannot be read) or `MemoryError` set.
    func compileFormat() throws(ExceptionIsSet) -> FormatTree {
        guard itemIsRecord else {
            raiseItemsNotReadable()
            throw ExceptionIsSet()
        }
        // SAFETY: the format is NUL-terminated, and stays as it is for as long as the export block is lent.
        let text = unsafe Span<UInt8>(
            _unsafeElements: UnsafeBufferPointer(
                start: UnsafeRawPointer(pointer.pointee.format!).assumingMemoryBound(to: UInt8.self),
                count: formatByteCount - 1))
        do throws(FormatTree.Failure) {
            return try FormatTree(of: text, as: .kept)
        } catch {
            switch error {
            case .outOfMemory: unsafe PyErr_NoMemory()
            case .notReadable: raiseItemsNotReadable()
            }
            throw ExceptionIsSet()
        }
    }

    /// Makes the Python object of an item that is no single scalar.
    ///
    /// May run Python code: of a Buffer that is pinned.
    @inline(never)
    func readRecord(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        guard itemIsRecord else {
            raiseItemsNotReadable()
            return nil
        }
        do throws(ExceptionIsSet) {
            return unsafe try withTree { (tree, _) in unsafe tree.readItem(at: address) }
        } catch {
            return nil
        }
    }
}

extension FormatTree {
    /// Makes the Python object of an item of this format.
    ///
    /// - Parameter address: The bytes of an item, which stay where they are whatever Python code runs.
    /// - Returns: A new reference; or nil with `MemoryError`, or `ValueError` for a text, set.
    borrowing func readItem(at address: UnsafeRawPointer) -> NewReference {
        unsafe readValue(nodes + root, at: address + nodes[root].byteOffset)
    }
}

// SAFETY (of all below): a node is one of a tree that is there during the call, so what it says of others holds; the caller vouches for the
// bytes of the value.

/// Makes the Python object of a value; at most `Format.valueDepthLimit` calls deep.
@inline(never)
private func readValue(_ node: UnsafePointer<FormatNode>, at address: UnsafeRawPointer) -> NewReference {
    switch unsafe node.pointee.form {
    case .leaf:
        guard let kind = unsafe node.pointee.kind else { return unsafe swiftbuf_none() }
        let swapped = unsafe node.pointee.isByteSwapped
        return unsafe kind.isText
            ? readText(kind, swapped: swapped, byteCount: node.pointee.byteCount, at: address)
            : readScalar(kind, swapped: swapped, at: address)
    case .tuple:
        return unsafe readTuple(node, at: address)
    case .list, .run:
        return unsafe readList(node, at: address)
    }
}

@inline(never)
private func readList(_ node: UnsafePointer<FormatNode>, at address: UnsafeRawPointer) -> NewReference {
    let count = unsafe node.pointee.count
    guard let list = unsafe newList(count) else { return nil }
    var address = unsafe address
    for index in 0..<count {
        // PyList_SetItem steals the value.
        guard let value = unsafe readValue(node + 1, at: address), unsafe PyList_SetItem(list, index, value) == 0 else {
            unsafe swiftbuf_drop_reference(list)
            return nil
        }
        unsafe address += node.pointee.byteCount
    }
    return unsafe list
}

@inline(never)
private func readTuple(_ node: UnsafePointer<FormatNode>, at address: UnsafeRawPointer) -> NewReference {
    guard let tuple = unsafe PyTuple_New(node.pointee.count) else { return nil }
    var position = 0
    let isRead = unsafe forEachValue(of: node) { (member, byteOffset) in
        // PyTuple_SetItem steals the value.
        guard let value = unsafe readValue(member, at: address + byteOffset),
            unsafe PyTuple_SetItem(tuple, position, value) == 0
        else { return false }
        position += 1
        return true
    }
    guard isRead else {
        unsafe swiftbuf_drop_reference(tuple)
        return nil
    }
    return unsafe tuple
}

/// Calls `body` with the node of each value of a tuple, and how many bytes from the start of the tuple it stands.
///
/// - Returns: Whether `body` always returned true.
@inline(__always)
private func forEachValue(
    of tuple: UnsafePointer<FormatNode>, _ body: (UnsafePointer<FormatNode>, Int) -> Bool
) -> Bool {
    var member = unsafe tuple + 1
    var values = 0
    while unsafe values < tuple.pointee.count {
        guard unsafe member.pointee.isValue else {
            unsafe member += member.pointee.nodeCount
            continue
        }
        let isRun = unsafe member.pointee.form == .run
        let count = unsafe isRun ? member.pointee.count : 1
        let node = unsafe isRun ? member + 1 : member
        var offset = unsafe member.pointee.byteOffset
        for _ in 0..<count {
            guard unsafe body(node, offset) else { return false }
            unsafe offset += member.pointee.byteCount
        }
        values += count
        unsafe member += member.pointee.nodeCount
    }
    return true
}

// MARK: - Writing

extension FormatTree {
    /// Packs a value for an item of this format.
    ///
    /// - Throws: ``PackFailure``.
    borrowing func packRecord(_ value: UnsafeMutablePointer<PyObject>) throws(PackFailure) -> PackedItem {
        let (nodes, root) = unsafe (nodes, root)
        var item = try PackedItem(zeroed: itemByteCount)
        try unsafe item.withMutableBytes { (bytes) throws(PackFailure) in
            try unsafe packValue(value, nodes + root, at: bytes + nodes[root].byteOffset)
        }
        return item
    }
}

/// Packs a value; at most `Format.valueDepthLimit` calls deep.
///
/// - Parameter address: The zeroed bytes of the value, which nobody else uses.
@inline(never)
private func packValue(
    _ value: UnsafeMutablePointer<PyObject>, _ node: UnsafePointer<FormatNode>, at address: UnsafeMutableRawPointer
) throws(PackFailure) {
    switch unsafe node.pointee.form {
    case .leaf:
        guard let kind = unsafe node.pointee.kind else { return }
        try unsafe packLeaf(
            value, kind, swapped: node.pointee.isByteSwapped, byteCount: node.pointee.byteCount, at: address)
    case .tuple:
        guard unsafe swiftbuf_is_tuple(value) != 0 else { throw .wrongType }
        try checkCount(unsafe PyTuple_Size(value), unsafe node.pointee.count)
        // A tuple keeps its values as long as the caller keeps the tuple.
        var position = 0
        var failure: PackFailure?
        _ = unsafe forEachValue(of: node) { (member, byteOffset) in
            do throws(PackFailure) {
                guard let element = unsafe PyTuple_GetItem(value, position) else { throw .exceptionIsSet }
                try unsafe packValue(element, member, at: address + byteOffset)
                position += 1
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    case .list, .run:
        try unsafe packList(value, node, at: address)
    }
}

@inline(never)
private func packList(
    _ value: UnsafeMutablePointer<PyObject>, _ node: UnsafePointer<FormatNode>, at address: UnsafeMutableRawPointer
) throws(PackFailure) {
    // Converting an element may change the list: its elements as they are now are in a tuple.
    let elements: UnsafeMutablePointer<PyObject>
    if unsafe swiftbuf_is_tuple(value) != 0 {
        unsafe elements = swiftbuf_new_reference(value)
    } else {
        guard unsafe swiftbuf_is_list(value) != 0 else { throw .wrongType }
        guard let tuple = unsafe PyList_AsTuple(value) else { throw .exceptionIsSet }
        unsafe elements = tuple
    }
    defer { unsafe swiftbuf_drop_reference(elements) }
    let count = unsafe node.pointee.count
    try checkCount(unsafe PyTuple_Size(elements), count)
    var address = unsafe address
    for index in 0..<count {
        guard let element = unsafe PyTuple_GetItem(elements, index) else { throw .exceptionIsSet }
        try unsafe packValue(element, node + 1, at: address)
        unsafe address += node.pointee.byteCount
    }
}

/// Refuses more or fewer values than a tuple or a list has.
private func checkCount(_ given: Int, _ needed: Int) throws(PackFailure) {
    if given != needed { throw .wrongCount(given: given, needed: needed) }
}
