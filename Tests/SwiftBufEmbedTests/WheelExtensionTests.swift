// The wheel's extension, another copy of swiftbuf in Embedded Swift, beside the program's own: two types, foreign to each other.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct WheelExtensionTests {
        /// Loads the extension by its path, as `wheel`, beside the built-in `_swiftbuf`.
        private func loadWheelExtension(_ python: Python) throws {
            let variable = "SWIFTBUF_WHEEL_EXTENSION"
            try python.run("import os; path = os.environ.get(variable, '')", with: ["variable": variable])
            guard try python.evaluate("os.path.isfile(path)", as: Bool.self) else {
                let path = try python.evaluate("path", as: String.self)
                throw Missing(description: "\(variable) must name the _swiftbuf.abi3.so of a built wheel, and is '\(path)'.")
            }
            try python.run(
                """
                import importlib.machinery, importlib.util, _swiftbuf
                loader = importlib.machinery.ExtensionFileLoader("_swiftbuf", path)
                wheel = importlib.util.module_from_spec(importlib.util.spec_from_file_location("_swiftbuf", path, loader=loader))
                loader.exec_module(wheel)
                """)
        }

        @Test("loaded by path it is a second module with a second type, and the program's own stays the one that is imported")
        func twoTypes() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try withPython { python in
                try loadWheelExtension(python)
                try python.run("import sys, swiftbuf", with: ["b": samples])
                try python.expect("wheel is not _swiftbuf and wheel.__file__ == path and not hasattr(_swiftbuf, '__file__')")
                try python.expect("sys.modules['_swiftbuf'] is _swiftbuf and swiftbuf.Buffer is _swiftbuf.Buffer")
                try python.expect("wheel.Buffer is not _swiftbuf.Buffer")
                try python.expect("type(wheel.zeros(1)) is wheel.Buffer and type(b) is _swiftbuf.Buffer")
                try python.expect("not isinstance(b, wheel.Buffer) and not isinstance(wheel.zeros(1), _swiftbuf.Buffer)")
            }
        }

        @Test("each copies the other's Buffers, as those of any foreign exporter")
        func eachCopiesTheOther() throws {
            let samples = try SharedBuffer<Float>(repeating: 1.5, shape: [2, 3])
            try withPython { python in
                try loadWheelExtension(python)
                try python.run(
                    """
                    theirs = wheel.full((2, 3), 2.5, 'f', 'F')
                    mine_there = wheel.copy(b.T)
                    theirs_here = _swiftbuf.copy(theirs)
                    """, with: ["b": samples])
                try python.expect("type(mine_there) is wheel.Buffer and mine_there.tolist() == [[1.5] * 2] * 3")
                try python.expect("type(theirs_here) is _swiftbuf.Buffer and theirs_here.tolist() == [[2.5] * 3] * 2")
                try python.expect("mine_there.c_contiguous and theirs_here.c_contiguous and theirs_here.format == 'f'")
                try python.expect("b.exports == 0 and theirs.exports == 0")
            }
        }

        @Test("memoryview and NumPy share both, and see one another's writes")
        func bothAreShared() throws {
            let samples = try SharedBuffer<Double>(shape: [4])
            try withPython { python in
                try loadWheelExtension(python)
                try python.importNumPy()
                try python.run(
                    """
                    theirs = wheel.zeros(4, 'd')
                    a, t = np.asarray(mine), np.asarray(theirs)
                    memoryview(theirs)[0] = 5.0
                    memoryview(mine)[1] = 6.0
                    a[2:] = t[:2]
                    """, with: ["mine": samples])
                try python.expect("theirs.tolist() == [5.0, 0.0, 0.0, 0.0] and t[0] == 5.0")
                let items = try samples.items()
                #expect(items == [0, 6, 5, 0])
                try python.expect("mine.exports == 1 and theirs.exports == 1")
                python.expect("theirs.resize(8)", raises: "BufferError", saying: "1 exports")
                try python.run("del t; theirs.resize(8)")
                try python.expect("theirs.tolist() == [5.0] + [0.0] * 7")
            }
        }

        @Test("each counts the bytes of its own memory")
        func eachCountsItsOwn() throws {
            try withPython { python in
                try loadWheelExtension(python)
                try python.run("before = wheel.allocated_bytes(); theirs = wheel.zeros(4096); mine = _swiftbuf.zeros(100)")
                try python.expect("wheel.allocated_bytes() == before + 4096")
                try python.run("del theirs, mine")
                try python.expect("wheel.allocated_bytes() == before")
            }
        }
    }
}
