// The Python files of swiftbuf inside the program: no installation is needed, and none of another version is taken.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct CarriedFilesTests {
        @Test("swiftbuf is imported without any search path, and has the program's type")
        func importsWithoutSearchPath() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try withPython { python in
                try python.run("import swiftbuf, _swiftbuf", with: ["b": samples])
                try python.expect("swiftbuf.Buffer is _swiftbuf.Buffer is type(b)")
                try python.expect("swiftbuf.__version__ == _swiftbuf.__version__")
                try python.expect("swiftbuf.zeros(3).tolist() == [0, 0, 0] and 'memoryview' in swiftbuf.__doc__")
            }
        }

        @Test("its modules have a spec and a loader like any other, and no file")
        func modulesHaveSpecs() throws {
            try withPython { python in
                try python.run(
                    """
                    import importlib.util, swiftbuf, swiftbuf._pickling
                    package, module = swiftbuf.__spec__, swiftbuf._pickling.__spec__
                    """)
                try python.expect("package.name == 'swiftbuf' and module.name == 'swiftbuf._pickling'")
                try python.expect("package.origin == 'swiftbuf/__init__.py (carried by the program)'")
                try python.expect("module.origin == 'swiftbuf/_pickling.py (carried by the program)'")
                try python.expect("swiftbuf.__path__ == [] and swiftbuf.__package__ == module.parent == 'swiftbuf'")
                try python.expect("not hasattr(swiftbuf, '__file__') and not package.has_location and not module.has_location")
                try python.expect("package.loader is module.loader is swiftbuf.__loader__")
                try python.expect("importlib.util.find_spec('swiftbuf').loader is package.loader")
                python.expect("import swiftbuf.nothing", raises: "ModuleNotFoundError", saying: "swiftbuf.nothing")
                python.expect("package.loader.get_source('os')", raises: "ImportError", saying: "carries no module 'os'")
            }
        }

        @Test("they are all the Python files of the package in this checkout")
        func carriesEveryFile() throws {
            let file: String = #filePath
            let checkout = "/" + file.split(separator: "/").dropLast(3).joined(separator: "/")
            try withPython { python in
                try python.run(
                    """
                    import pathlib, swiftbuf
                    folder = pathlib.Path(checkout, "python")
                    loader = swiftbuf.__loader__
                    files = sorted(folder.glob("swiftbuf/**/*.py"))
                    names = [".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__") for file in files]
                    """, with: ["checkout": checkout])
                try python.expect("len(files) > 1")
                try python.expect(
                    "[loader.get_source(name) for name in names] == [file.read_text(encoding='utf-8') for file in files]")
            }
        }

        @Test("tracebacks and inspect show their source lines")
        func sourceLinesAreShown() throws {
            try withPython { python in
                try python.run("import inspect, swiftbuf, swiftbuf._pickling")
                try python.expect("inspect.getsource(swiftbuf._pickling.check_format).startswith('def check_format(')")
                do {
                    try python.run("swiftbuf._rebuild_buffer(99, b'', 'B', (0,), (0,), False)")
                    Issue.record("nothing was raised")
                } catch let error as PythonError {
                    #expect(error.typeName == "ValueError")
                    #expect(error.traceback.contains(#"File "swiftbuf/_pickling.py (carried by the program)", line "#))
                    #expect(error.traceback.contains("\n    raise ValueError(\n"), "\(error)")
                }
            }
        }

        @Test("Buffers are pickled and copied inside the program")
        func buffersArePickled() throws {
            let samples = try SharedBuffer<Float>(repeating: 1.5, shape: [2, 3])
            try withPython { python in
                try python.run(
                    """
                    import copy, pickle, swiftbuf
                    buffers = []
                    pickled = pickle.dumps(b, protocol=5, buffer_callback=buffers.append)
                    shared = pickle.loads(pickled, buffers=buffers)
                    loaded = [pickle.loads(pickle.dumps(b.T, protocol)) for protocol in range(6)]
                    """, with: ["b": samples])
                try python.expect("type(shared) is swiftbuf.Buffer and shared == b")
                try python.run("shared[1, 2] = 7.5")
                let written = try samples.items()
                #expect(written == [1.5, 1.5, 1.5, 1.5, 1.5, 7.5])
                try python.expect("all(type(each) is swiftbuf.Buffer and each.shape == (3, 2) for each in loaded)")
                try python.expect("all(each.tolist() == [[1.5] * 2] * 3 for each in loaded)")
                try python.expect("copy.deepcopy(b) == b")
            }
        }

        @Test("a swiftbuf of another version on sys.path does not win, nor is a module of it mixed in")
        func otherVersionDoesNotWin() async throws {
            try await withFolder { folder in
                try write("__version__ = '0.0.1'", to: "swiftbuf/__init__.py", in: folder)
                try write("raise AssertionError", to: "swiftbuf/other.py", in: folder)
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    let configuration = Interpreter.Configuration(virtualEnvironment: .none, searchPaths: [folder])
                    try Interpreter.start(configuration).withGIL { python in
                        try python.run("import _swiftbuf, swiftbuf, sys", with: ["folder": folder])
                        try python.expect("sys.path[0] == folder")
                        try python.expect("swiftbuf.__version__ == _swiftbuf.__version__ != '0.0.1'")
                        try python.expect("swiftbuf.Buffer is _swiftbuf.Buffer")
                        python.expect("import swiftbuf.other", raises: "ModuleNotFoundError")
                    }
                }
            }
        }

        @Test("a swiftbuf that a .pth file of the environment imported at start does not stay")
        func earlierImportDoesNotStay() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: folder)
                try environment.install("__version__ = '0.0.1'", as: "swiftbuf/__init__.py")
                try environment.install("import swiftbuf, sys; sys.version_at_start = swiftbuf.__version__", as: "early.pth")
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    try Interpreter.start(.init(virtualEnvironment: .at(folder))).withGIL { python in
                        try python.run("import _swiftbuf, swiftbuf, sys")
                        try python.expect("sys.version_at_start == '0.0.1'")
                        try python.expect("swiftbuf.__version__ == _swiftbuf.__version__")
                    }
                }
            }
        }
    }
}
