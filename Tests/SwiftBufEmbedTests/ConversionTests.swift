// Values out of Python objects: right or refused, with both sides and the place.

import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ConversionTests {
        /// What the refusal of a conversion says, with the class that it is in Python.
        private func refusal<Value: ConvertibleFromPython>(_ source: String, _ type: Value.Type, _ python: Python) throws
            -> String
        {
            do {
                let value = try python.evaluate(source, as: type)
                throw Missing(description: "\(source) became \(value)")
            } catch let error as PythonConversionError {
                return "\(error.pythonExceptionClass): \(error)"
            }
        }

        /// Both ends of an integer type pass, and the numbers beyond them are refused.
        private func expectRange<Number: FixedWidthInteger & PythonConvertible>(of type: Number.Type, _ python: Python) throws {
            #expect(try python.evaluate("\(Number.min)", as: type) == Number.min)
            #expect(try python.evaluate("\(Number.max)", as: type) == Number.max)
            for beyond in ["\(Number.min) - 1", "\(Number.max) + 1"] {
                let number = try String(describing: python.evaluate(beyond))
                #expect(
                    try refusal(beyond, type, python)
                        == "overflowError: expected an int from \(Number.min) to \(Number.max) (\(Number.self)), got \(number) (int)"
                )
            }
            for far in ["2**200", "-2**200", "10**20000"] {
                #expect(try refusal(far, type, python).hasPrefix("overflowError: expected an int from"))
            }
        }

        @Test("every integer type takes what it can hold, and refuses the rest by its range")
        func integers() throws {
            try withPython { python throws in
                try expectRange(of: Int.self, python)
                try expectRange(of: Int8.self, python)
                try expectRange(of: Int16.self, python)
                try expectRange(of: Int32.self, python)
                try expectRange(of: Int64.self, python)
                try expectRange(of: Int128.self, python)
                try expectRange(of: UInt.self, python)
                try expectRange(of: UInt8.self, python)
                try expectRange(of: UInt16.self, python)
                try expectRange(of: UInt32.self, python)
                try expectRange(of: UInt64.self, python)
                try expectRange(of: UInt128.self, python)
            }
        }

        @Test("an int is what has __index__; no float, text or None is")
        func indexes() throws {
            try withPython { python throws in
                try python.importNumPy()
                #expect(try python.evaluate("np.int16(-1)", as: Int.self) == -1)
                #expect(try python.evaluate("True", as: Int.self) == 1)
                #expect(try refusal("np.int16(-1)", UInt8.self, python).hasSuffix("from 0 to 255 (UInt8), got -1 (numpy.int16)"))
                #expect(try refusal("1.0", Int.self, python) == "typeError: expected an int (Int), got 1.0 (float)")
                #expect(try refusal("'1'", Int.self, python) == "typeError: expected an int (Int), got '1' (str)")
                #expect(try refusal("None", Int.self, python) == "typeError: expected an int (Int), got None")
                #expect(try refusal("np.zeros(2, int)", Int.self, python).hasSuffix("(Int), got an instance of numpy.ndarray"))
                try python.run("class Broken:\n    def __index__(self): raise KeyError('mine')")
                let raised = #expect(throws: PythonError.self) { try python.evaluate("Broken()", as: Int.self) }
                #expect(raised?.typeName == "KeyError")
                try python.run("class Wrong:\n    def __index__(self): return 'x'")
                let error = #expect(throws: PythonConversionError.self) { try python.evaluate("Wrong()", as: Int.self) }
                #expect(error?.cause?.typeName == "TypeError")
            }
        }

        @Test("a float is what converts to one; a Float takes no finite value that it would make infinite")
        func floats() throws {
            try withPython { python throws in
                #expect(try python.evaluate("7", as: Double.self) == 7)
                #expect(try python.evaluate("-1.0", as: Double.self) == -1)
                #expect(try python.evaluate("0.1", as: Float.self) == 0.1)
                #expect(try python.evaluate("float('-inf')", as: Float.self) == -.infinity)
                #expect(try python.evaluate("float('nan')", as: Float.self).isNaN)
                #expect(try refusal("'1'", Double.self, python) == "typeError: expected a float (Double), got '1' (str)")
                #expect(
                    try refusal("1j", Double.self, python) == "typeError: expected a float (Double), got an instance of complex")
                #expect(try refusal("[]", Float.self, python) == "typeError: expected a float (Float), got a list of 0 items")
                #expect(
                    try refusal("10**400", Double.self, python)
                        == "overflowError: expected a float (Double), got a very large number (int)")
                #expect(
                    try refusal("-1e300", Float.self, python).hasPrefix("overflowError: expected a float from -3.4028235e+38 to"))
            }
        }

        @Test("a Bool is Python's or NumPy's, and isTrue what if sees")
        func truth() throws {
            try withPython { python throws in
                try python.importNumPy()
                #expect(try python.evaluate("True", as: Bool.self) && !python.evaluate("np.array([1, 0]).all()", as: Bool.self))
                #expect(try refusal("1", Bool.self, python) == "typeError: expected a bool (Bool), got 1 (int)")
                #expect(try refusal("'False'", Bool.self, python) == "typeError: expected a bool (Bool), got 'False' (str)")
                #expect(try python.evaluate("[0]").isTrue && !python.evaluate("[]").isTrue && !python.none.isTrue)
                #expect(throws: PythonError.self) { try python.evaluate("np.zeros(2)").isTrue }
            }
        }

        @Test("a String is a str of whole characters; describing takes any object")
        func text() throws {
            try withPython { python throws in
                #expect(try python.evaluate("'a\\0\u{1F600}'", as: String.self) == "a\0\u{1F600}")
                #expect(try refusal("[1]", String.self, python) == "typeError: expected a str (String), got a list of 1 item")
                #expect(
                    try refusal("b'a'", String.self, python) == "typeError: expected a str (String), got an instance of bytes")
                #expect(
                    try refusal("'a\\ud800'", String.self, python)
                        == "valueError: expected a str without halves of surrogate pairs (String), got 'a\\ud800' (str)")
                #expect(try String(describing: python.evaluate("[1]")) == "[1]")
                #expect(try String(describing: python.evaluate("'a\\ud800'")) == "a\\ud800")
            }
        }

        @Test("arrays are of any iterable, in any depth, but of no str")
        func arrays() throws {
            try withPython { python throws in
                try python.importNumPy()
                #expect(try python.evaluate("(1, 2)", as: [Int].self) == [1, 2])
                #expect(try python.evaluate("(n * n for n in range(4))", as: [UInt8].self) == [0, 1, 4, 9])
                #expect(try python.evaluate("np.arange(6).reshape(2, 3)", as: [[Int32]].self) == [[0, 1, 2], [3, 4, 5]])
                #expect(try python.evaluate("[['a'], []]", as: [[String]].self) == [["a"], []])
                #expect(try python.evaluate("[1, None]", as: [Int?].self) == [1, nil])
                #expect(try python.evaluate("[b'ab', b'']", as: [[UInt8]].self) == [[97, 98], []])
                #expect(try python.evaluate("{'a': 1}", as: [String].self) == ["a"])
                #expect(try [PythonObject](python.evaluate("[1, 'a']")).map { "\($0)" } == ["1", "a"])
                #expect(
                    try refusal("'abc'", [String].self, python) == "typeError: expected an iterable of String, got 'abc' (str)")
                #expect(try refusal("5", [Int].self, python) == "typeError: expected an iterable of Int, got 5 (int)")
                #expect(
                    try refusal("[[1], [2, 'x']]", [[Int]].self, python)
                        == "typeError: index 1, index 1: expected an int (Int), got 'x' (str)")
                #expect(
                    try refusal("np.zeros((2, 2), int)", [Int].self, python)
                        == "typeError: index 0: expected an int (Int), got an instance of numpy.ndarray")
                try python.run("def items():\n    yield 1\n    raise KeyError('end')")
                let raised = #expect(throws: PythonError.self) { try python.evaluate("items()", as: [Int].self) }
                #expect(raised?.typeName == "KeyError")
            }
        }

        @Test("dictionaries are of any mapping; keys that are equal in Swift alone are refused")
        func dictionaries() throws {
            try withPython { python throws in
                #expect(try python.evaluate("{'a': 1, 'b': 2}", as: [String: Int].self) == ["a": 1, "b": 2])
                #expect(try python.evaluate("{1: {'x': [0.5]}}", as: [Int: [String: [Float]]].self) == [1: ["x": [0.5]]])
                #expect(
                    try python.evaluate("__import__('types').MappingProxyType({'a': None})", as: [String: Int?].self) == [
                        "a": nil
                    ])
                #expect(
                    try refusal("{'a': [0, 256]}", [String: [UInt8]].self, python)
                        == "overflowError: key 'a', index 1: expected an int from 0 to 255 (UInt8), got 256 (int)")
                #expect(
                    try refusal("{5: 1}", [String: Int].self, python) == "typeError: key 5: expected a str (String), got 5 (int)")
                #expect(
                    try refusal("[1]", [String: Int].self, python)
                        == "typeError: expected a dict of String and Int, got a list of 1 item")
                let twice = try refusal("{'\u{E9}': 1, 'e\u{301}': 2}", [String: Int].self, python)
                #expect(twice.hasPrefix("valueError: expected keys that differ in Swift (String), got a second one that equals"))
                try python.run(
                    """
                    class Odd:
                        def keys(self): return [1]
                        def items(self): return [1, 2]
                        def __getitem__(self, key): return 1
                    """)
                #expect(try refusal("Odd()", [Int: Int].self, python).contains("expected an iterable of 2 items, got 1 (int)"))
            }
        }

        @Test("None is nil, and else the value has its type")
        func optionals() throws {
            try withPython { python throws in
                #expect(try python.evaluate("None", as: Int?.self) == nil)
                #expect(try python.evaluate("5", as: Int?.self) == 5)
                #expect(try refusal("'5'", Int?.self, python) == "typeError: expected an int (Int), got '5' (str)")
            }
        }

        @Test("a tuple is unpacked into values of their own types, and as many as there are")
        func unpacking() throws {
            try withPython { python throws in
                let (quotient, rest) = try python.builtins.divmod(7, 2).unpacked(as: (Int, UInt8).self)
                #expect(quotient == 3 && rest == 1)
                let (name, size): (String, [Int]) = try python.evaluate("['a', (1, 2)]").unpacked()
                #expect(name == "a" && size == [1, 2])
                func refusal(_ source: String) -> String {
                    let error = #expect(throws: PythonConversionError.self) {
                        try python.evaluate(source).unpacked(as: (Int, String).self)
                    }
                    return error.map { "\($0.pythonExceptionClass): \($0)" } ?? ""
                }
                #expect(refusal("(1,)") == "valueError: expected an iterable of 2 items, got 1 from a tuple of 1 item")
                #expect(refusal("(1, 2, 3)") == "valueError: expected an iterable of 2 items, got more from a tuple of 3 items")
                #expect(refusal("__import__('itertools').count()").hasSuffix("got more from an instance of itertools.count"))
                #expect(refusal("(1, 2)") == "typeError: index 1: expected a str (String), got 2 (int)")
                #expect(refusal("5") == "typeError: expected an iterable of 2 items, got 5 (int)")
            }
        }

        @Test("an item and an attribute of another type are refused by their names")
        func namedParts() throws {
            try withPython { python throws in
                let table = try python.evaluate("{'width': 'x', 3: [1.5]}")
                func text(_ read: () throws -> Any) -> String {
                    let error = #expect(throws: PythonConversionError.self) { _ = try read() }
                    return error.map { "\($0)" } ?? ""
                }
                #expect(text { try table["width", as: Int.self] } == "key 'width': expected an int (Int), got 'x' (str)")
                #expect(text { try table[3, as: [Int].self] } == "index 3, index 0: expected an int (Int), got 1.5 (float)")
                #expect(try table["width", as: String.self] == "x" && table[3, as: [Double].self] == [1.5])
                #expect(
                    text { try table.attribute("__doc__", as: Double.self) }.hasPrefix(
                        "attribute '__doc__': expected a float (Double)"))
                #expect(throws: PythonError.self) { try table["none", as: Int.self] }
            }
        }

        @Test("an argument of another type is an exception that names the function, the argument and the place")
        func arguments() throws {
            try withPython { python throws in
                let resize = try python.makeFunction(named: "resize") { _, arguments in
                    let size = try arguments[0, as: [UInt8].self]
                    return try size.count * (arguments.keyword("scale", as: Int.self) ?? 1)
                        + (arguments.positional(1, as: Int.self) ?? 0)
                        + arguments["base", as: Int.self]
                }
                try python.run("pass", with: ["resize": resize])
                try python.expect("resize([1, 2], base=1) == 3 and resize([1, 2], 10, scale=5, base=1) == 21")
                python.expect(
                    "resize([1, 640], base=1)", raises: "OverflowError",
                    saying: "resize: argument 0, index 1: expected an int from 0 to 255 (UInt8), got 640 (int)")
                python.expect(
                    "resize([], scale='x', base=1)", raises: "TypeError",
                    saying: "resize: argument 'scale': expected an int (Int), got 'x' (str)")
                python.expect(
                    "resize([], None, base=1)", raises: "TypeError", saying: "resize: argument 1: expected an int (Int), got None"
                )
                python.expect("resize([])", raises: "TypeError", saying: "resize: expected the keyword argument 'base', got none")
                python.expect("resize()", raises: "TypeError", saying: "resize: expected a positional argument 0, got 0 of them")
                let error = #expect(throws: PythonError.self) { try resize("x", base: 0) }
                #expect((error?.swiftError as? PythonConversionError)?.places == [.argument(0)])
            }
        }

        @Test("a refusal of a conversion of one's own has its place as well; what is long is shown in part")
        func ownConversion() throws {
            struct Mode: ConvertibleFromPython {
                init(_ object: PythonObject) throws {
                    guard try object.isEqual(to: "RGB") else {
                        throw PythonConversionError(expected: "'RGB' (Mode)", got: object, as: .valueError)
                    }
                }
            }
            try withPython { python throws in
                #expect(
                    try refusal("['RGB', 'x' * 100]", [Mode].self, python)
                        == "valueError: index 1: expected 'RGB' (Mode), got '\(String(repeating: "x", count: 40))'… (str)")
                #expect(try refusal("[{}]", [Mode].self, python).hasSuffix("got a dict of 0 items"))
            }
        }
    }
}
