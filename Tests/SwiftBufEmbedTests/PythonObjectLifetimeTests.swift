// Who drops a Python object that Swift holds, and where.

import CPython
import SwiftBuf
import SwiftBufEmbed
import Testing

/// Python objects on their way to another thread, in spite of the compiler: what a program does that misuses them.
final class Smuggled: @unchecked Sendable {
    var objects: [PythonObject]

    init(_ objects: [PythonObject]) {
        self.objects = objects
    }
}

extension EmbedTests {
    @Suite struct PythonObjectLifetimeTests {
        /// A Python object that counts itself by a weak reference, alive in Swift alone.
        private func lone(_ python: Python) throws -> PythonObject {
            try python.run("import weakref\nclass Lone: pass\nlone = Lone(); alive = weakref.ref(lone)")
            let object = try python.evaluate("lone", as: PythonObject.self)
            try python.run("del lone")
            return object
        }

        @Test("a handle keeps its object, and lets it go at once when it is dropped with the GIL")
        func droppedInside() throws {
            try withPython { python in
                let keeper = Smuggled([try lone(python)])
                try python.expect("alive() is not None")
                keeper.objects = []
                try python.expect("alive() is None")
            }
        }

        @Test("a handle may be dropped outside withGIL")
        func droppedOutside() throws {
            let interpreter = try sharedInterpreter()
            let keeper = Smuggled([])
            try interpreter.withGIL { python in keeper.objects = [try lone(python)] }
            keeper.objects = []
            try withPython { python in try python.expect("alive() is None") }
        }

        @Test("a handle may be dropped on a thread that Python never saw")
        func droppedElsewhere() throws {
            let interpreter = try sharedInterpreter()
            let keeper = Smuggled([])
            try interpreter.withGIL { python in keeper.objects = [try lone(python)] }
            try onAnotherThread { keeper.objects = [] }
            try withPython { python in try python.expect("alive() is None") }
        }

        @Test("a handle may be dropped while its thread has let go of the GIL")
        func droppedWithoutGIL() throws {
            try withPython { python in
                let keeper = Smuggled([try lone(python)])
                try python.withoutGIL { keeper.objects = [] }
                try python.expect("alive() is None")
            }
        }

        @Test("a handle may be dropped where C code that Python called has let go of the GIL")
        func droppedBehind() throws {
            try withPython { python in
                let keeper = Smuggled([try lone(python)])
                // SAFETY: with the GIL, which is taken again on this thread.
                let thread = unsafe PyEval_SaveThread()
                #expect(throws: InterpreterError.withoutGIL) { try keeper.objects[0].itemCount }
                keeper.objects = []
                unsafe PyEval_RestoreThread(thread)
                try python.expect("alive() is None")
            }
        }

        @Test("a handle that outlives the interpreter is dropped, used and described without harm")
        func outlivesInterpreter() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let keeper = Smuggled([])
                try interpreter.withGIL { python in
                    keeper.objects = [try python.builtins.list(), try python.builtins.dict()]
                }
                try interpreter.stop()
                #expect(throws: InterpreterError.withoutGIL) { try keeper.objects[0].append }
                #expect(throws: InterpreterError.withoutGIL) { try keeper.objects[0].itemCount }
                #expect(String(describing: keeper.objects[0]) == "<a Python object, seen without the GIL>")
                keeper.objects.removeLast()
                try onAnotherThread { keeper.objects = [] }
            }
        }

        @Test("every use outside withGIL is a thrown error")
        func usedOutside() throws {
            let interpreter = try sharedInterpreter()
            let keeper = Smuggled([])
            try interpreter.withGIL { python in keeper.objects = [try PythonList(1).makePythonObject(python)] }
            try expectEveryUseRefused(keeper.objects[0])
            try onAnotherThread { try expectEveryUseRefused(keeper.objects[0]) }
            try interpreter.withGIL { python in
                try python.withoutGIL { try expectEveryUseRefused(keeper.objects[0]) }
                #expect(String(describing: keeper.objects[0]) == "[1]")
            }
        }

        @Test("10,000 rounds of every use leave no reference behind")
        func nothingLeaks() throws {
            try withPython { python in
                try python.run(
                    """
                    import sys, types
                    marker = object()
                    names = types.SimpleNamespace(marker=marker)
                    table = {'k': marker}
                    def same(*args, **kwargs): return args[0]
                    def fail(x): raise ValueError(x)
                    """)
                let main = try python.import("__main__")
                func round() throws {
                    let marker = try main.marker
                    _ = try main.same(marker, PythonTuple(marker, nil), PythonList(marker), [marker], ["a": marker], key: marker)
                    _ = try python.call(main, "same", marker, keywords: ["key": marker])
                    try main.names.setAttribute("other", to: marker)
                    _ = try main.names.other
                    try main.names.removeAttribute("other")
                    try main.table.setItem(at: marker, 1, to: marker)
                    _ = try main.table[marker, 1]
                    try main.table.removeItem(at: marker, 1)
                    try PythonList(marker, marker).makePythonObject(python).forEach { item in _ = "\(item)" }
                    _ = try main.table.itemCount
                    _ = try marker.isEqual(to: marker)
                    _ = try [[PythonObject]](PythonList(PythonList(marker)).makePythonObject(python))
                    _ = try [String: PythonObject?](["a": marker].makePythonObject(python))
                    _ = try PythonTuple(marker, marker).makePythonObject(python).unpacked(as: (PythonObject, PythonObject).self)
                    _ = try PythonDictionary(["a": marker, 1: nil]).makePythonObject(python)["a"]
                    for item in try PythonList(marker).makePythonObject(python).iterated() { _ = try item.get() }
                    #expect(throws: PythonConversionError.self) { try [Int](PythonList(marker).makePythonObject(python)) }
                    #expect(throws: PythonConversionError.self) { try [String: Int](["a": marker].makePythonObject(python)) }
                    #expect(throws: PythonError.self) { try main.fail(marker) }
                }
                try round()

                let before = try python.evaluate("sys.getrefcount(marker)", as: Int.self)
                let noneBefore = try python.evaluate("sys.getrefcount(None)", as: Int.self)
                for _ in 0..<10_000 { try round() }
                let after = try python.evaluate("sys.getrefcount(marker)", as: Int.self)
                let noneAfter = try python.evaluate("sys.getrefcount(None)", as: Int.self)
                #expect(after == before)
                // Caches of CPython hold some.
                #expect(abs(noneAfter - noneBefore) < 1000, "None: \(noneBefore) → \(noneAfter)")
            }
        }
    }
}

/// Expects each operation of an object to be refused for want of the GIL.
func expectEveryUseRefused(_ object: PythonObject, sourceLocation: SourceLocation = #_sourceLocation) throws {
    func refused(_ use: () throws -> Void) {
        #expect(throws: InterpreterError.withoutGIL, sourceLocation: sourceLocation) { try use() }
    }
    refused { _ = try object.append }
    refused { _ = try object.attribute("append") }
    refused { try object.setAttribute("a", to: 1) }
    refused { try object.removeAttribute("a") }
    refused { _ = try object() }
    refused { _ = try object(1, a: 2) }
    refused { _ = try object[0] }
    refused { try object.setItem(at: 0, to: 1) }
    refused { try object.removeItem(at: 0) }
    refused { _ = try object.itemCount }
    refused { _ = try object.isNone }
    refused { _ = try object.makeIterator() }
    refused { try object.forEach { _ in } }
    refused { _ = try [PythonObject](object) }
    refused { _ = try Int(object) }
    refused { _ = try Double(object) }
    refused { _ = try Bool(object) }
    refused { _ = try String(object) }
    refused { _ = try [UInt8](object) }
    refused { _ = try object[0, as: Int.self] }
    refused { _ = try object.attribute("append", as: Int.self) }
    refused { _ = try [Int](object) }
    refused { _ = try [String: Int](object) }
    refused { _ = try Int?(object) }
    refused { _ = try Float(object) }
    refused { _ = try object.unpacked(as: (Int, Int).self) }
    refused { _ = try PythonObject(object) }
    refused { _ = try object.iterated() }
    refused { _ = try object.isTrue }
    refused { _ = try object.isEqual(to: 1) }
    #expect(String(describing: object) == "<a Python object, seen without the GIL>", sourceLocation: sourceLocation)
}
