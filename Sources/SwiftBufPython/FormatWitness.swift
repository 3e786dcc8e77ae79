// The exporter's own description of its items: NumPy's dtype, the fields of a type of ctypes. It knows where members stand, where the
// format leaves that out.
//
// It is believed only where it agrees with the format: the same members, in their order, with the same names, shapes, sizes and kinds. All
// of it may run Python code, so it is asked while the Py_buffer is held, before any Buffer is looked at.

import CPython
import CSwiftBuf
import SwiftBufCore

/// What a witness says of a format.
enum FormatWitness {
    /// There is none.
    case none
    /// The exporter is a Buffer, which says how its items are read (`item_kind`).
    case ours(UInt8)
    /// The members were placed as it says.
    case agrees
    /// It describes something else.
    case contradicts
}

/// Asks an exporter, or what a memoryview is a view of, where the members of its items stand.
///
/// - Parameters:
///   - view: The granted Py_buffer.
///   - exporter: Whom it was asked of.
///   - tree: The format in any reading; changed.
///   - text: What it was compiled from.
/// - Throws: With an exception set that is no ordinary one.
func askWitness(
    of view: UnsafeMutablePointer<Py_buffer>, from exporter: UnsafeMutablePointer<PyObject>, about tree: inout FormatTree,
    _ text: Span<UInt8>, itemByteCount: Int
) throws(ExceptionIsSet) -> FormatWitness {
    // A PickleBuffer grants the Py_buffer of another object, which `obj` names.
    let granting = unsafe view.pointee.obj ?? exporter
    var answer = try unsafe ask(granting, about: &tree, text, itemByteCount)
    if case .none = answer, unsafe granting != exporter {
        answer = try unsafe ask(exporter, about: &tree, text, itemByteCount)
    }
    return answer
}

private func ask(
    _ exporter: UnsafeMutablePointer<PyObject>, about tree: inout FormatTree, _ text: Span<UInt8>, _ itemByteCount: Int
) throws(ExceptionIsSet) -> FormatWitness {
    let object = try unsafe Answer(swiftbuf_described_object(exporter))
    guard let described = unsafe object.object else { return .none }
    if unsafe swiftbuf_is_any_buffer(described) != 0 {
        // SAFETY: its type has our own slot.
        guard let code = try? unsafe BufferHandle(described).itemCode() else { return .none }
        return .ours(code.kind == nil ? code.rawValue : 0)
    }
    let root = tree.root
    guard tree[root].form == .tuple && root > 0 else { return .none }
    let dtype = try unsafe Answer(swiftbuf_quiet_attribute(described, "dtype"))
    if let dtype = unsafe dtype.object {
        let names = try unsafe Answer(swiftbuf_quiet_attribute(dtype, "names"))
        if let names = unsafe names.object, unsafe swiftbuf_is_tuple(names) != 0 {
            guard try unsafe size("itemsize", of: dtype) == itemByteCount else { return .contradicts }
            return try unsafe place(membersOf: root, in: &tree, text, by: dtype, names) ? .agrees : .contradicts
        }
    }
    // An array of ctypes has the type of its elements, a structure its own.
    let ownType = unsafe UnsafeMutableRawPointer(swiftbuf_type_of(described)).assumingMemoryBound(to: PyObject.self)
    var type = try unsafe Answer(swiftbuf_new_reference(ownType))
    for _ in 0..<Layout.maximumRank {
        guard let array = unsafe type.object else { return .none }
        guard try unsafe size("_length_", of: array) >= 0 else { break }
        type = try unsafe Answer(swiftbuf_quiet_attribute(array, "_type_"))
    }
    guard let structure = unsafe type.object else { return .none }
    let fields = try unsafe Answer(swiftbuf_quiet_attribute(structure, "_fields_"))
    guard unsafe fields.object != nil else { return .none }
    return try unsafe place(membersOf: root, in: &tree, text, byType: structure) ? .agrees : .contradicts
}

/// A new reference that was asked for; given back when it goes.
@safe
private struct Answer: ~Copyable {
    @unsafe let object: UnsafeMutablePointer<PyObject>?

    /// - Throws: If there is none, and an exception is set.
    init(_ object: NewReference) throws(ExceptionIsSet) {
        if unsafe object == nil && PyErr_Occurred() != nil { throw ExceptionIsSet() }
        unsafe self.object = object
    }

    deinit {
        if let object = unsafe object { unsafe swiftbuf_drop_reference(object) }
    }
}

/// An attribute that counts something; -1 if it is none.
private func size(_ name: StaticString, of object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
    let value = try unsafe Answer(swiftbuf_quiet_attribute(object, cText(name)))
    let size = unsafe swiftbuf_quiet_size(value.object)
    if size < 0, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    return size
}

/// Whether a str is the name of a node.
private func isName(
    _ object: UnsafeMutablePointer<PyObject>, of index: Int, _ tree: borrowing FormatTree, _ text: Span<UInt8>
) -> Bool {
    guard unsafe swiftbuf_is_str(object) != 0, let name = tree.name(of: index, in: text) else { return false }
    var byteCount = 0
    guard let bytes = unsafe PyUnicode_AsUTF8AndSize(object, &byteCount) else {
        // A lone surrogate, which no format has.
        PyErr_Clear()
        return false
    }
    guard byteCount == name.count else { return false }
    for offset in name.indices where unsafe UInt8(bitPattern: bytes[offset]) != name[offset] { return false }
    return true
}

/// Says of lists, one inside of the other, how large their elements are.
private func resize(listsFrom member: Int, to element: Int, in tree: inout FormatTree, byteCount: Int) {
    var byteCount = byteCount
    var index = element
    while index > member {
        index -= 1
        tree.resize(index, to: byteCount)
        byteCount = byteCount.multipliedReportingOverflow(by: tree[index].count).partialValue
    }
}

// MARK: - NumPy

/// Places the members of a struct as a dtype says; at most as deep as the format is nested.
private func place(
    membersOf tuple: Int, in tree: inout FormatTree, _ text: Span<UInt8>, by dtype: UnsafeMutablePointer<PyObject>,
    _ names: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) -> Bool {
    let fields = try unsafe Answer(swiftbuf_quiet_attribute(dtype, "fields"))
    let count = unsafe PyTuple_Size(names)
    guard count == tree[tuple].count, unsafe fields.object != nil || count == 0 else { return false }
    let byteCount = try unsafe size("itemsize", of: dtype)
    guard byteCount >= 0 else { return false }
    tree.resize(tuple, to: byteCount)
    var member = tuple + 1
    for position in 0..<count {
        guard let name = unsafe PyTuple_GetItem(names, position), let fields = unsafe fields.object,
            unsafe isName(name, of: member, tree, text)
        else { return false }
        let entry = try unsafe Answer(swiftbuf_quiet_entry(fields, name))
        guard let entry = unsafe entry.object, unsafe swiftbuf_is_tuple(entry) != 0, unsafe PyTuple_Size(entry) >= 2,
            let field = unsafe PyTuple_GetItem(entry, 0)
        else { return false }
        let offset = unsafe swiftbuf_quiet_size(PyTuple_GetItem(entry, 1))
        if unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
        guard offset >= 0, try unsafe place(member, in: &tree, text, by: field) else { return false }
        tree.place(member, at: offset)
        member += tree[member].nodeCount
    }
    return true
}

/// Describes a member as a dtype does.
private func place(
    _ member: Int, in tree: inout FormatTree, _ text: Span<UInt8>, by field: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) -> Bool {
    var dtype = try unsafe Answer(swiftbuf_new_reference(field))
    var element = member
    // A sub-array of sub-arrays is as many dtypes.
    for _ in 0...Layout.maximumRank {
        let subdtype = try unsafe Answer(swiftbuf_quiet_attribute(dtype.object.unsafelyUnwrapped, "subdtype"))
        guard let pair = unsafe subdtype.object, unsafe swiftbuf_is_tuple(pair) != 0 else { break }
        guard unsafe PyTuple_Size(pair) == 2, let base = unsafe PyTuple_GetItem(pair, 0),
            let shape = unsafe PyTuple_GetItem(pair, 1), unsafe swiftbuf_is_tuple(shape) != 0
        else { return false }
        for axis in unsafe 0..<PyTuple_Size(shape) {
            let count = unsafe swiftbuf_quiet_size(PyTuple_GetItem(shape, axis))
            if unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
            guard tree[element].form == .list && tree[element].count == count else { return false }
            element += 1
        }
        dtype = try unsafe Answer(swiftbuf_new_reference(base))
    }
    guard let dtype = unsafe dtype.object else { return false }
    let byteCount = try unsafe size("itemsize", of: dtype)
    switch tree[element].form {
    case .list, .run: return false
    case .tuple:
        let names = try unsafe Answer(swiftbuf_quiet_attribute(dtype, "names"))
        guard let names = unsafe names.object, unsafe swiftbuf_is_tuple(names) != 0,
            try unsafe place(membersOf: element, in: &tree, text, by: dtype, names)
        else { return false }
    case .leaf:
        guard byteCount == tree[element].byteCount, try unsafe isSameKind(tree[element], dtype) else { return false }
    }
    resize(listsFrom: member, to: element, in: &tree, byteCount: byteCount)
    return true
}

/// Whether a dtype is of the kind of a leaf, whose size is known to be the same.
private func isSameKind(_ leaf: FormatNode, _ dtype: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Bool {
    let letter = try unsafe Answer(swiftbuf_quiet_attribute(dtype, "kind"))
    var byteCount = 0
    guard let text = unsafe letter.object, unsafe swiftbuf_is_str(text) != 0,
        let bytes = unsafe PyUnicode_AsUTF8AndSize(text, &byteCount), byteCount == 1
    else {
        PyErr_Clear()
        return false
    }
    let expected: UnicodeScalar
    switch leaf.kind {
    case nil: expected = "O"
    case .bool: expected = "b"
    case .int8, .int16, .int32, .int64: expected = "i"
    case .uint8, .uint16, .uint32, .uint64: expected = "u"
    case .float16, .float32, .float64, .longDouble: expected = "f"
    case .complex64, .complex128, .complexLongDouble: expected = "c"
    case .bytes: expected = leaf.isPad ? "V" : "S"
    case .ucs4: expected = "U"
    case .character, .pointer, .pascal, .ucs2: return false
    }
    guard unsafe UInt8(bitPattern: bytes[0]) == UInt8(truncatingIfNeeded: expected.value) else { return false }
    guard let kind = leaf.kind, kind.isSwappable, leaf.byteCount > 0 else { return true }
    let isNative = try unsafe Answer(swiftbuf_quiet_attribute(dtype, "isnative"))
    guard let isNative = unsafe isNative.object else { return false }
    let truth = unsafe PyObject_IsTrue(isNative)
    if truth < 0 { throw ExceptionIsSet() }
    return (truth == 1) != leaf.isByteSwapped
}

// MARK: - ctypes

/// Places the members of a struct as a type of ctypes says; at most as deep as the format is nested.
private func place(
    membersOf tuple: Int, in tree: inout FormatTree, _ text: Span<UInt8>, byType type: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) -> Bool {
    let list = try unsafe Answer(swiftbuf_quiet_attribute(type, "_fields_"))
    guard let list = unsafe list.object else { return false }
    let fields = try unsafe Answer(swiftbuf_quiet_tuple(list))
    guard let fields = unsafe fields.object, unsafe PyTuple_Size(fields) == tree[tuple].count else { return false }
    var member = tuple + 1
    var hasFirst = tree[tuple].count == 0
    for position in 0..<tree[tuple].count {
        guard let entry = unsafe PyTuple_GetItem(fields, position), unsafe swiftbuf_is_tuple(entry) != 0,
            unsafe PyTuple_Size(entry) >= 2, let name = unsafe PyTuple_GetItem(entry, 0),
            let field = unsafe PyTuple_GetItem(entry, 1), unsafe isName(name, of: member, tree, text)
        else { return false }
        let descriptor = try unsafe Answer(swiftbuf_quiet_named_attribute(type, name))
        guard let descriptor = unsafe descriptor.object else { return false }
        let offset = try unsafe size("offset", of: descriptor)
        guard offset >= 0 else { return false }
        if offset == 0 { hasFirst = true }
        if unsafe PyTuple_Size(entry) > 2 {
            let bits = unsafe swiftbuf_quiet_size(PyTuple_GetItem(entry, 2))
            if unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
            // Of two members of one name the descriptor is the last one's.
            let encoded = try unsafe size("size", of: descriptor)
            let said = try unsafe size("bit_size", of: descriptor)
            guard bits > 0, encoded >> 16 == bits || said == bits, tree[member].form == .leaf else { return false }
            tree.makeBitField(member, bitCount: bits)
        } else {
            let byteCount = try unsafe size("size", of: descriptor)
            guard byteCount >= 0, try unsafe place(member, in: &tree, text, byType: field, byteCount) else { return false }
            tree.place(member, at: offset)
        }
        member += tree[member].nodeCount
    }
    // What a structure inherits stands in front, and is in no format.
    if !hasFirst { tree.addUnnamedMembers(to: tuple) }
    return true
}

/// Describes a member as a type of ctypes does, with so many bytes in all.
private func place(
    _ member: Int, in tree: inout FormatTree, _ text: Span<UInt8>, byType field: UnsafeMutablePointer<PyObject>, _ byteCount: Int
) throws(ExceptionIsSet) -> Bool {
    var type = try unsafe Answer(swiftbuf_new_reference(field))
    var element = member
    var count = 1
    while tree[element].form == .list {
        guard try unsafe size("_length_", of: type.object.unsafelyUnwrapped) == tree[element].count else { return false }
        count = count.multipliedReportingOverflow(by: tree[element].count).partialValue
        type = try unsafe Answer(swiftbuf_quiet_attribute(type.object.unsafelyUnwrapped, "_type_"))
        guard unsafe type.object != nil else { return false }
        element += 1
    }
    guard let type = unsafe type.object else { return false }
    guard count > 0 else {
        guard byteCount == 0 else { return false }
        return try unsafe hasNames(of: type, element, tree, text)
    }
    guard byteCount % count == 0 else { return false }
    let elementByteCount = byteCount / count
    let fields = try unsafe Answer(swiftbuf_quiet_attribute(type, "_fields_"))
    let isStructure = unsafe fields.object != nil
    switch tree[element].form {
    case .list, .run: return false
    case .tuple:
        guard isStructure, try unsafe place(membersOf: element, in: &tree, text, byType: type) else { return false }
        tree.resize(element, to: elementByteCount)
    case .leaf:
        let leaf = tree[element]
        if leaf.kind == .uint8 && (isStructure || elementByteCount != 1) {
            // A union, or a structure whose format ctypes does not say.
            tree.makeBytes(element, byteCount: elementByteCount)
        } else if leaf.kind == .ucs2 && elementByteCount == 4 {
            tree.makeWideCharacter(element)
        } else {
            guard leaf.byteCount == elementByteCount else { return false }
        }
    }
    resize(listsFrom: member, to: element, in: &tree, byteCount: elementByteCount)
    return true
}

/// Whether the elements of an array of none have the members of a type of ctypes; where those are nobody asks, nor can it be said.
private func hasNames(
    of type: UnsafeMutablePointer<PyObject>, _ element: Int, _ tree: borrowing FormatTree, _ text: Span<UInt8>
) throws(ExceptionIsSet) -> Bool {
    if tree[element].form == .leaf { return true }
    let list = try unsafe Answer(swiftbuf_quiet_attribute(type, "_fields_"))
    guard tree[element].form == .tuple, let list = unsafe list.object else { return false }
    let fields = try unsafe Answer(swiftbuf_quiet_tuple(list))
    guard let fields = unsafe fields.object, unsafe PyTuple_Size(fields) == tree[element].count else { return false }
    var member = element + 1
    for position in 0..<tree[element].count {
        guard let entry = unsafe PyTuple_GetItem(fields, position), unsafe swiftbuf_is_tuple(entry) != 0,
            unsafe PyTuple_Size(entry) >= 2, let name = unsafe PyTuple_GetItem(entry, 0),
            let field = unsafe PyTuple_GetItem(entry, 1), unsafe isName(name, of: member, tree, text)
        else { return false }
        var inner = member
        var innerType = try unsafe Answer(swiftbuf_new_reference(field))
        while tree[inner].form == .list {
            innerType = try unsafe Answer(swiftbuf_quiet_attribute(innerType.object.unsafelyUnwrapped, "_type_"))
            guard unsafe innerType.object != nil else { return false }
            inner += 1
        }
        guard let innerType = unsafe innerType.object, try unsafe hasNames(of: innerType, inner, tree, text)
        else { return false }
        member += tree[member].nodeCount
    }
    return true
}
