// The global names of the module `__main__`.

import CPython
import CSwiftBuf

/// The dictionary of `__main__`.
struct MainNamespace: ~Copyable {
    private let dictionary: PythonReference

    /// Finds it.
    ///
    /// - Threads: With the GIL, for the whole life of the value.
    init() throws(PythonError) {
        // SAFETY: with the GIL. PyImport_AddModule and PyModule_GetDict lend their results, and nothing runs in between; the
        // reference that is added keeps the dictionary.
        guard let module = unsafe PyImport_AddModule("__main__") else { throw PythonError.takeRaised() }
        dictionary = try unsafe PythonReference(swiftbuf_new_reference(PyModule_GetDict(module)))
    }

    /// What a source text is: the start symbols of Python's grammar.
    enum Kind {
        case statements, expression

        fileprivate var symbol: CInt {
            switch self {
            case .statements: Py_file_input
            case .expression: Py_eval_input
            }
        }
    }

    /// Gives an object a name.
    func assign(_ object: PythonObject, to name: String) throws(PythonError) {
        // SAFETY: live objects, with the GIL; the dictionary takes its own reference.
        let key = try PythonReference(name)
        guard unsafe PyDict_SetItem(dictionary.pointer, key.pointer, object.pointer) == 0 else {
            throw PythonError.takeRaised()
        }
    }

    /// Compiles and runs a text.
    func run(_ source: String, as kind: Kind) throws(PythonError) -> PythonReference {
        // A C string would end at the first NUL, and run half of the text.
        guard !source.utf8.contains(0) else {
            throw PythonError.raised(.valueError, "source code string cannot contain null bytes")
        }
        // SAFETY: C strings for the time of the call; live objects, with the GIL.
        let code = try unsafe PythonReference(Py_CompileString(source, "<swift>", kind.symbol))
        return try unsafe PythonReference(PyEval_EvalCode(code.pointer, dictionary.pointer, dictionary.pointer))
    }
}
