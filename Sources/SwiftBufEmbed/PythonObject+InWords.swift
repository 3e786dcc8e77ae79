// What a Python object is, in the words of an error. Nothing here fails, runs long, or raises.
//
// SAFETY (all of this file): a live object, with the GIL; C returns new references, or NULL with an exception set.

import CPython
import CSwiftBufEmbed

extension PythonObject {
    /// Which of Python's own types it is of.
    ///
    /// - Threads: With the GIL.
    var kind: swiftbuf_embed_kind { unsafe swiftbuf_embed_kind_of(pointer) }

    /// What it is: `None`, `5 (int)`, `'x' (str)`, `a list of 3 items`, `an instance of numpy.ndarray`.
    ///
    /// - Threads: Any; without the GIL it says no more than that it is an object.
    var inWords: String {
        guard holdsGIL else { return "a Python object, seen without the GIL" }
        return inWords(typeName: describe(type))
    }

    /// What it is, with the name of a type that stands for its own.
    ///
    /// - Threads: With the GIL.
    func inWords(typeName: String) -> String {
        switch kind {
        case SWIFTBUF_EMBED_NONE: "None"
        case SWIFTBUF_EMBED_BOOL: "\(quietText ?? "") (\(typeName))"
        case SWIFTBUF_EMBED_INT: "\(digits) (\(typeName))"
        case SWIFTBUF_EMBED_FLOAT: unsafe "\(PyFloat_AsDouble(pointer)) (\(typeName))"
        case SWIFTBUF_EMBED_STR: "\(quote) (\(typeName))"
        case SWIFTBUF_EMBED_LIST: unsafe items("a \(typeName)", PyList_Size(pointer))
        case SWIFTBUF_EMBED_TUPLE: unsafe items("a \(typeName)", PyTuple_Size(pointer))
        case SWIFTBUF_EMBED_DICT: unsafe items("a \(typeName)", PyDict_Size(pointer))
        default: "an instance of \(typeName)"
        }
    }

    /// What it is as a key: the number or text alone.
    ///
    /// - Threads: With the GIL.
    var inPlace: String {
        switch kind {
        case SWIFTBUF_EMBED_INT: digits
        case SWIFTBUF_EMBED_STR: quote
        default: inWords
        }
    }

    private func items(_ type: String, _ count: Int) -> String {
        "\(type) of \(count == 1 ? "1 item" : "\(count) items")"
    }

    /// The digits of an int; of a long one, how large it is.
    private var digits: String {
        var overflow: CInt = 0
        let value = unsafe PyLong_AsLongLongAndOverflow(pointer, &overflow)
        if overflow == 0 { return "\(value)" }
        // Python writes no decimal digits of ints beyond a limit.
        guard let text = unsafe quietly(PyNumber_ToBase(pointer, 10))?.quietText, text.utf8.count <= 80 else {
            return overflow < 0 ? "a very small number" : "a very large number"
        }
        return text
    }

    /// The first characters of a str between Python's quotes.
    private var quote: String {
        guard let start = unsafe quietly(PyUnicode_Substring(pointer, 0, 40)),
            let text = unsafe quietly(PyObject_Repr(start.pointer))?.quietText
        else { return "a text" }
        return unsafe PyUnicode_GetLength(pointer) > 40 ? text + "…" : text
    }
}
