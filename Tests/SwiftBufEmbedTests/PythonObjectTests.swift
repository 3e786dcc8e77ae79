// Python objects in Swift's hands: attributes, calls, items, iteration, and values both ways.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct PythonObjectTests {
        @Test("a module is imported, and a submodule by its whole name")
        func importing() throws {
            try withPython { python throws in
                #expect(try String(python.import("os.path").join("a", "b")) == "a/b")
                #expect(throws: (any Error).self) { try python.import("no_such_module") }
                #expect(throws: (any Error).self) { try python.import("os\0.path") }
            }
        }

        @Test("attributes are read by member and by name, set and removed")
        func attributes() throws {
            try withPython { python in
                try python.run("class Point: pass\npoint = Point()")
                let point = try python.evaluate("point", as: PythonObject.self)
                try point.setAttribute("x", to: 3)
                try point.setAttribute("parent", to: nil)
                try point.setAttribute("description", to: "Python's own")
                try point.setAttribute("length", to: 7)
                try point.setAttribute("attribute", to: "hidden by Swift's own")
                #expect(try Int(point.x) == 3)
                #expect(try Int(point.attribute("x")) == 3)
                #expect(try point.parent.isNone)
                #expect(try String(point.description) == "Python's own" && Int(point.length) == 7)
                #expect(try String(point.attribute("attribute")) == "hidden by Swift's own")
                #expect(try point.attribute("length", as: UInt8.self) == 7)
                try point.removeAttribute("x")
                try python.expect("not hasattr(point, 'x')")
                #expect(throws: (any Error).self) { try point.x }
                #expect(throws: (any Error).self) { try point.removeAttribute("x") }
            }
        }

        @Test("a name with a NUL is the whole name")
        func nulInName() throws {
            try withPython { python in
                try python.run("class Point: pass\npoint = Point()")
                let point = try python.evaluate("point", as: PythonObject.self)
                try point.setAttribute("a\0b", to: 1)
                try python.expect("not hasattr(point, 'a') and getattr(point, 'a\\0b') == 1")
            }
        }

        @Test("a call passes positional and keyword arguments in order")
        func calling() throws {
            try withPython { python in
                try python.run("def f(*args, **kwargs): return repr((args, kwargs))")
                let f = try python.evaluate("f", as: PythonObject.self)
                #expect(try String(f()) == "((), {})")
                #expect(try String(f(1, "a", nil, true, 0.5)) == "((1, 'a', None, True, 0.5), {})")
                #expect(try String(f(1, z: 2, a: nil)) == "((1,), {'z': 2, 'a': None})")
                let main = try python.import("__main__")
                #expect(try String(python.call(main, "f", 1, nil, keywords: ["b": 2])) == "((1, None), {'b': 2})")
            }
        }

        @Test("a keyword argument that is given twice is a TypeError")
        func keywordTwice() throws {
            try withPython { python in
                let error = #expect(throws: PythonError.self) {
                    try python.call(python.builtins, "dict", keywords: ["a": 1, "a": 2])
                }
                #expect(error?.typeName == "TypeError")
            }
        }

        @Test("items are read, set and removed, by index, key, slice and tuple of indices")
        func items() throws {
            try withPython { python in
                let list = try PythonList(10, 20, 30, 40).makePythonObject(python)
                #expect(try Int(list[0]) == 10 && Int(list[-1]) == 40)
                #expect(try list[python.slice(from: 1, to: -1)].isEqual(to: [20, 30]))
                #expect(try list[python.slice(by: -2)].isEqual(to: [40, 20]))
                try list.setItem(at: 1, to: nil)
                try list.removeItem(at: python.slice(from: 2))
                #expect("\(list)" == "[10, None]")
                #expect(try list.itemCount == 2)
                let index = #expect(throws: PythonError.self) { try list[2] }
                #expect(index?.typeName == "IndexError")

                let table = try python.builtins.dict()
                try table.setItem(at: "a", to: 1)
                try table.setItem(at: 1, 2, to: "pair")
                #expect("\(table)" == "{'a': 1, (1, 2): 'pair'}")
                #expect(try String(table[1, 2]) == "pair")
                try table.removeItem(at: "a")
                #expect(throws: (any Error).self) { try table["a"] }
                #expect(throws: (any Error).self) { try table.removeItem(at: "a") }

                try python.importNumPy()
                let grid = try python.import("numpy").arange(12).reshape(3, 4)
                #expect(try Int(grid[1, 2]) == 6)
                #expect(try grid[python.ellipsis, 1].tolist().isEqual(to: [1, 5, 9]))
                try grid.setItem(at: 0, python.slice(), to: 7)
                #expect(try Int(grid[0].sum()) == 28)
            }
        }

        @Test("iteration gives each item, ends once, and can be left early")
        func iteration() throws {
            try withPython { python in
                let numbers = try python.evaluate("range(5)", as: PythonObject.self)
                #expect(try [PythonObject](numbers).map { try Int($0) } == [0, 1, 2, 3, 4])
                var sum = 0
                try numbers.forEach { sum += try Int($0) }
                #expect(sum == 10)
                let iterator = try numbers.makeIterator()
                #expect(try iterator.next().map { try Int($0) } == 0)
                let empty = try python.builtins.list().makeIterator()
                #expect(try empty.next() == nil)
                #expect(throws: (any Error).self) { try python.none.makeIterator() }
            }
        }

        @Test("what an iterator raises is thrown after the items before it")
        func iteratorRaises() throws {
            try withPython { python in
                try python.run("def items():\n    yield 1\n    raise KeyError('end')")
                var seen: [Int] = []
                let error = #expect(throws: PythonError.self) {
                    try python.evaluate("items()", as: PythonObject.self).forEach { seen.append(try Int($0)) }
                }
                #expect(seen == [1])
                #expect(error?.typeName == "KeyError")
            }
        }

        @Test("a for loop takes the items as results, one after the other, and what is raised as the last of them")
        func forLoop() throws {
            try withPython { python in
                try python.run("def items():\n    yield 1\n    yield 2\n    raise KeyError('end')")
                var seen: [Int] = []
                let error = #expect(throws: PythonError.self) {
                    for item in try python.evaluate("items()").iterated() { seen.append(try Int(item.get())) }
                }
                #expect(seen == [1, 2] && error?.typeName == "KeyError")
                let results = try Array(python.evaluate("items()").iterated())
                #expect(results.count == 3)
                #expect(throws: PythonError.self) { try results[2].get() }
                for item in try python.evaluate("__import__('itertools').count()").iterated() where try Int(item.get()) == 1000 {
                    break
                }
                #expect(throws: PythonError.self) { try python.none.iterated() }
                var left = try python.evaluate("range(3)").iterated()
                _ = left.next()
                try python.withoutGIL {
                    #expect(throws: InterpreterError.withoutGIL) { try left.next()?.get() }
                    #expect(left.next() == nil)
                }
            }
        }

        @Test("isEqual(to:) is Python's ==: it compares values, and throws what Python raises")
        func comparing() throws {
            try withPython { python in
                try python.importNumPy()
                let (five, text) = try (python.evaluate("5"), python.evaluate("'a'"))
                #expect(try five.isEqual(to: 5) && five.isEqual(to: 5.0) && five.isEqual(to: python.evaluate("int('5')")))
                #expect(
                    try text.isEqual(to: "a") && !five.isEqual(to: 6) && !five.isEqual(to: "5") && !five.isEqual(to: nil as Int?))
                let nan = try python.evaluate("float('nan')")
                #expect(try !nan.isEqual(to: nan) && nan.isIdentical(to: nan))
                let array = try python.evaluate("np.zeros(2)")
                let ambiguous = #expect(throws: PythonError.self) { try array.isEqual(to: array) }
                #expect(ambiguous?.typeName == "ValueError")
                try python.run("class Picky:\n    def __eq__(self, other): raise KeyError(other)")
                let refused = #expect(throws: PythonError.self) { try python.evaluate("Picky()").isEqual(to: 3) }
                #expect(refused?.typeName == "KeyError" && refused?.message == "3")
            }
        }

        @Test("None, identity and text")
        func identity() throws {
            try withPython { python in
                let (none, list) = (try python.none, try python.builtins.list())
                #expect(try none.isNone)
                #expect(try !list.isNone)
                #expect(try none.isIdentical(to: python.evaluate("None", as: PythonObject.self)))
                #expect(try !list.isIdentical(to: python.builtins.list()))
                #expect("\(list)" == "[]")
            }
        }

        @Test("an object whose text cannot be had still has a description")
        func undescribable() throws {
            try withPython { python in
                try python.run("class Shy:\n    def __str__(self): raise KeyError('x')")
                let shy = try python.evaluate("Shy()", as: PythonObject.self)
                #expect("\(shy)" == "<a Python object whose __str__ raised KeyError>")
                try python.run("pass")
            }
        }
    }
}

extension EmbedTests {
    @Suite struct PythonValueTests {
        /// What Python says of a value that it is handed.
        private func represent(_ value: (any ConvertibleToPython)?, _ python: Python) throws -> String {
            try python.run("pass", with: ["value": value])
            return try python.evaluate("f'{type(value).__name__} {value!r}'", as: String.self)
        }

        @Test("numbers, truth values and text arrive in Python with the fitting type")
        func valuesArrive() throws {
            try withPython { python throws in
                #expect(try represent(Int.min, python) == "int -9223372036854775808")
                #expect(try represent(UInt.max, python) == "int 18446744073709551615")
                #expect(try represent(Int8(-5), python) == "int -5")
                #expect(try represent(0.1, python) == "float 0.1")
                #expect(try represent(Float(0.5), python) == "float 0.5")
                #expect(try represent(true, python) == "bool True")
                #expect(try represent("a\0ä\u{1F600}", python) == "str 'a\\x00ä\u{1F600}'")
                #expect(try represent("", python) == "str ''")
                #expect(try represent(nil, python) == "NoneType None")
                let missing: Int? = nil
                #expect(try represent(missing, python) == "NoneType None")
                #expect(try represent(Int?(7), python) == "int 7")
            }
        }

        @Test("arrays are lists, bytes and dictionaries what their names say, tuples and lists of any items")
        func collectionsArrive() throws {
            try withPython { python throws in
                #expect(try represent([1, 2], python) == "list [1, 2]")
                #expect(try represent([[0.5], []], python) == "list [[0.5], []]")
                #expect(try represent([UInt8](), python) == "bytes b''")
                #expect(try represent([0, 255] as [UInt8], python) == "bytes b'\\x00\\xff'")
                #expect(try represent([[1, 2] as [UInt8]], python) == "list [b'\\x01\\x02']")
                #expect(try represent(["a": 1], python) == "dict {'a': 1}")
                #expect(try represent(PythonTuple(), python) == "tuple ()")
                #expect(try represent(PythonTuple(1, "a", nil, PythonTuple(2)), python) == "tuple (1, 'a', None, (2,))")
                #expect(try represent(PythonList(1, "a", nil), python) == "list [1, 'a', None]")
                #expect(try represent([PythonTuple(1, 2)], python) == "list [(1, 2)]")
                #expect(try represent([1, nil] as [Int?], python) == "list [1, None]")
                #expect(try represent(["a": nil] as [String: Int?], python) == "dict {'a': None}")
                #expect(try represent([Int128.max], python) == "list [170141183460469231731687303715884105727]")
            }
        }

        @Test("a literal of different values is a dict, in its order")
        func mixedDictionariesArrive() throws {
            try withPython { python throws in
                let literal: PythonDictionary = [
                    "width": 640, "name": "grey", 3: nil, "inner": ["a": 0.5, "b": true] as PythonDictionary,
                ]
                #expect(
                    try represent(literal, python)
                        == "dict {'width': 640, 'name': 'grey', 3: None, 'inner': {'a': 0.5, 'b': True}}")
                #expect(
                    try represent(PythonDictionary(["z": 1, "a": "x", "m": nil]), python) == "dict {'z': 1, 'a': 'x', 'm': None}")
                #expect(try represent(PythonDictionary(["a": 1, "b": 2, "a": "last"]), python) == "dict {'a': 'last', 'b': 2}")
                let values: [String: any ConvertibleToPython] = ["a": 1]
                #expect(try represent(PythonDictionary(values), python) == "dict {'a': 1}")
                #expect(try represent([:] as PythonDictionary, python) == "dict {}")
                let error = #expect(throws: PythonError.self) { try represent(PythonDictionary([[1]: 2]), python) }
                #expect(error?.typeName == "TypeError", "a list has no hash")
            }
        }

        @Test("a type of the program's own converts as it says, and its error passes")
        func ownTypeConverts() throws {
            struct Point: ConvertibleToPython {
                let x: Int
                func makePythonObject(_ python: Python) throws -> PythonObject {
                    guard x >= 0 else { throw Missing(description: "negative") }
                    return try PythonTuple(x, x).makePythonObject(python)
                }
            }
            try withPython { python throws in
                #expect(try represent([Point(x: 2)], python) == "list [(2, 2)]")
                #expect(throws: Missing.self) { try represent(Point(x: -1), python) }
            }
        }

        @Test("bytes are copied from any buffer of bytes, in C order, and from small ints")
        func bytesFromPython() throws {
            try withPython { python in
                try python.importNumPy()
                func bytes(_ source: String) throws -> [UInt8] { try [UInt8](python.evaluate(source, as: PythonObject.self)) }
                #expect(try bytes("b'\\x00\\xff'") == [0, 255])
                #expect(try bytes("bytearray()") == [])
                #expect(try bytes("memoryview(b'abcd')[::2]") == [97, 99])
                #expect(try bytes("np.arange(4, dtype='u1').reshape(2, 2).T") == [0, 2, 1, 3])
                #expect(try bytes("[1, 2]") == [1, 2])
                #expect(try bytes("np.array([1, 255])") == [1, 255], "the items of other numbers, not their bytes")
                for source in ["'abc'", "5", "[256]", "None", "np.array([256])", "np.zeros(2)", "memoryview(b'a').cast('c')"] {
                    #expect(throws: PythonConversionError.self) { try bytes(source) }
                }
                try python.run("m = memoryview(b'a'); m.release()")
                #expect(throws: PythonError.self) { try bytes("m") }
            }
        }

        @Test("a SharedBuffer is an argument, and the same memory there")
        func bufferArrives() throws {
            let samples = try SharedBuffer<Float>(shape: [2, 3])
            try withPython { python in
                try python.importNumPy()
                let np = try python.import("numpy")
                let array = try python.call(np, "asarray", samples)
                #expect(try Int(array.ctypes.data) == samples.address())
                try array.setItem(at: 1, 2, to: 7)
                #expect(try samples.item(5) == 7)
                #expect(try Double(np.asarray([samples, samples]).sum()) == 14)
            }
        }
    }
}
