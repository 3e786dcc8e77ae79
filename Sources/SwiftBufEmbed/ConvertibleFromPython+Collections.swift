// Arrays and dictionaries out of Python objects. An error says at which index or key.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

extension Array: ConvertibleFromPython where Element: ConvertibleFromPython {
    /// The items of a list, a tuple, or whatever else can be iterated: `try [Int](object)`, `try [[String]](object)`.
    ///
    /// Of `UInt8` also a copy of the bytes of a buffer of unsigned bytes, in C order, whatever its shape. For the memory of other items
    /// ``Python/withBuffer(of:as:shape:copyIfNeeded:_:)`` is faster.
    ///
    /// - Throws: ``PythonConversionError`` for an object that cannot be iterated, for a str, whose items would be its characters, and for
    ///   an item that is no `Element`; ``PythonError`` for what Python code raises; ``InterpreterError/withoutGIL``.
    /// - Complexity: Linear in the items.
    /// - Ownership: The items are copied.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        if Element.self == UInt8.self, let bytes = try copyBytes(of: object) as? [Element] {
            self = bytes
            return
        }
        let expected = "an iterable of \(Element.self)"
        guard object.kind != SWIFTBUF_EMBED_STR else { throw PythonConversionError(expected: expected, got: object) }
        let items = try refusing(expected, object) { () throws(PythonError) in try object.startIterating() }
        self = []
        while let item = try items.next() {
            append(try PythonConversionError.at(.index(count)) { try Element(item) })
        }
    }
}

extension Dictionary: ConvertibleFromPython where Key: ConvertibleFromPython, Value: ConvertibleFromPython {
    /// The items of a dict, or of another mapping: what has `keys()` and `items()`.
    ///
    /// - Throws: ``PythonConversionError`` for another type, for a key that is no `Key` or a value that is no `Value`, and for two keys
    ///   that are equal in Swift; ``PythonError`` for what Python code raises; ``InterpreterError/withoutGIL``.
    /// - Complexity: Linear in the items.
    /// - Ownership: Keys and values are copied.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        let expected = "a dict of \(Key.self) and \(Value.self)"
        guard object.kind == SWIFTBUF_EMBED_DICT || object.quietAttribute("keys") != nil else {
            throw PythonConversionError(expected: expected, got: object)
        }
        // SAFETY: a live object, with the GIL.
        let pairs = try unsafe PythonObject(PythonReference(PyMapping_Items(object.pointer)))
        self = [:]
        let iterator = try pairs.startIterating()
        while let pair = try iterator.next() {
            let (key, value) = try pair.unpacked(as: (PythonObject, PythonObject).self)
            let place = PythonConversionError.Place.key(key.inPlace)
            let converted = try PythonConversionError.at(place) { (try Key(key), try Value(value)) }
            guard updateValue(converted.1, forKey: converted.0) == nil else {
                throw PythonConversionError(
                    expected: "keys that differ in Swift (\(Key.self))", got: "a second one that equals \(key.inWords)",
                    as: .valueError)
            }
        }
    }
}

extension PythonObject {
    /// The items of a tuple, or of whatever else can be iterated, each as a value of its own type.
    ///
    ///     let (quotient, remainder) = try python.builtins.divmod(7, 2).unpacked(as: (Int, Int).self)
    ///
    /// - Throws: ``PythonConversionError`` for another number of items, and for an item of another type; ``PythonError`` for what Python
    ///   code raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func unpacked<each Value: ConvertibleFromPython>(
        as types: (repeat each Value).Type = (repeat each Value).self
    ) throws -> (repeat each Value) {
        try requireGIL()
        var wanted = 0
        for _ in repeat (each Value).self { wanted += 1 }
        let expected = wanted == 1 ? "an iterable of one item" : "an iterable of \(wanted) items"
        let iterator = try refusing(expected, self) { () throws(PythonError) in try startIterating() }
        // One more than wanted is enough to know, also where there is no end.
        var items: [PythonObject] = []
        while items.count <= wanted, let item = try iterator.next() { items.append(item) }
        guard items.count == wanted else {
            let got = items.count < wanted ? "\(items.count)" : "more"
            throw PythonConversionError(expected: expected, got: "\(got) from \(inWords)", as: .valueError)
        }
        var index = 0
        func next<Item: ConvertibleFromPython>(_ type: Item.Type) throws -> Item {
            defer { index += 1 }
            return try PythonConversionError.at(.index(index)) { try Item(items[index]) }
        }
        return (repeat try next((each Value).self))
    }
}

/// A copy of the bytes of an object whose buffer has unsigned bytes; nil for another object.
private func copyBytes(of object: PythonObject) throws -> [UInt8]? {
    // SAFETY: a live object, with the GIL. The bytes stay as long as the bytes object, and are copied before it goes.
    switch unsafe swiftbuf_embed_has_plain_bytes(object.pointer) {
    case 0: return nil
    case 1: break
    default: throw PythonError.takeRaised()
    }
    let bytes = try unsafe PythonReference(PyBytes_FromObject(object.pointer))
    let start = unsafe PyBytes_AsString(bytes.pointer)
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: PyBytes_Size(bytes.pointer)))
}
