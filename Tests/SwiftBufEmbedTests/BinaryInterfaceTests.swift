// What C and Swift must agree on, and the capsule as another extension would use it.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBuf
import SwiftBufCore
import SwiftBufEmbed
import Synchronization
import Testing

/// How often foreign memory was given back.
private let releases = Atomic(0)

extension EmbedTests {
    @Suite struct BinaryInterfaceTests {
        @Test("the traits of the core are the C ABI's bits")
        func traitsAreTheSameBits() {
            #expect(Traits.readonly.rawValue == UInt32(SWIFTBUF_READONLY))
            #expect(Traits.cContiguous.rawValue == UInt32(SWIFTBUF_C_CONTIGUOUS))
            #expect(Traits.fContiguous.rawValue == UInt32(SWIFTBUF_F_CONTIGUOUS))
            #expect(Traits.formatIsBytes.rawValue == UInt32(SWIFTBUF_FORMAT_IS_BYTES))
            #expect(Traits.released.rawValue == UInt32(SWIFTBUF_RELEASED))
            #expect(Traits.indirect.rawValue == UInt32(SWIFTBUF_INDIRECT))
            #expect(Traits.view.rawValue == UInt32(SWIFTBUF_VIEW))
        }

        // The numbers are those that the headers assert for C.

        @Test("Swift lays the export block out as C does")
        func exportBlockLayout() {
            #expect(unsafe MemoryLayout<swiftbuf_export>.size == 184)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.buf) == 0)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.len) == 8)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.itemsize) == 16)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.ndim) == 24)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.traits) == 28)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.format) == 32)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.shape) == 40)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.strides) == 48)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.suboffsets) == 56)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.exports) == 64)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.storage) == 72)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.block) == 80)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.denied) == 88)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.required) == 92)
            #expect(unsafe MemoryLayout<swiftbuf_export>.offset(of: \.item_kind) == 96)
            #expect(
                unsafe MemoryLayout<swiftbuf_export>.offset(of: \.inline_dimensions)
                    == Int(SWIFTBUF_EXPORT_INLINE_DIMENSIONS_OFFSET))
            #expect(
                unsafe MemoryLayout<swiftbuf_export>.offset(of: \.inline_format) == Int(SWIFTBUF_EXPORT_INLINE_FORMAT_OFFSET))
        }

        @Test("Swift lays the storage block and the capsule's struct out as C does")
        func otherLayouts() {
            #expect(unsafe MemoryLayout<swiftbuf_storage>.size == 72)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.capacity) == 8)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.references) == 16)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.exports) == 24)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.borrows) == 32)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.owner) == 40)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.release) == 48)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.dispose) == 56)
            #expect(unsafe MemoryLayout<swiftbuf_storage>.offset(of: \.flags) == 64)
            #expect(unsafe MemoryLayout<swiftbuf_api>.size == 48)
            #expect(unsafe MemoryLayout<swiftbuf_api>.offset(of: \.version) == 8)
            #expect(unsafe MemoryLayout<swiftbuf_api>.offset(of: \.buffer_type) == 16)
            #expect(unsafe MemoryLayout<swiftbuf_api>.offset(of: \.buffer_from_storage) == 24)
            #expect(unsafe MemoryLayout<swiftbuf_api>.offset(of: \.buffer_export) == 32)
            #expect(unsafe MemoryLayout<swiftbuf_api>.offset(of: \.ledger) == 40)
        }

        @Test("`import swiftbuf` finds the type that the program hands over")
        func oneType() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try withPython { python in
                try python.run("import swiftbuf, _swiftbuf, sys", with: ["b": samples])
                try python.expect("type(b) is swiftbuf.Buffer is _swiftbuf.Buffer is type(swiftbuf.zeros(1))")
                try python.expect("'_swiftbuf' in sys.builtin_module_names")
            }
        }

        @Test("the export block of a Buffer says what its attributes say")
        func exportBlockOfABuffer() throws {
            let samples = try SharedBuffer<Double>(shape: [5, 7])
            let address = try samples.address()
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                try unsafe withExport("b", python) { export in
                    let export = unsafe export.pointee
                    #expect(unsafe Int(bitPattern: export.buf) == address)
                    #expect(unsafe export.len == 280 && export.itemsize == 8 && export.ndim == 2)
                    #expect(unsafe Traits(rawValue: export.traits) == [.cContiguous])
                    #expect(unsafe String(cString: export.format) == "d")
                    #expect(unsafe export.shape[0] == 5 && export.shape[1] == 7)
                    #expect(unsafe export.strides[0] == 56 && export.strides[1] == 8)
                    #expect(unsafe export.exports == 0 && export.suboffsets == nil && export.block == nil)
                    #expect(unsafe swiftbuf_storage_references(export.storage) == 2)
                }
            }
        }

        @Test("the capsule names its version and type, and recognises nothing but Buffers")
        func capsule() throws {
            try withPython { python in
                let api = try unsafe swiftbufAPI()
                #expect(unsafe api.pointee.size == MemoryLayout<swiftbuf_api>.size)
                #expect(unsafe api.pointee.version == UInt32(SWIFTBUF_API_VERSION))
                for expression in ["1", "None", "memoryview(b'x')", "type(b)"] {
                    try python.run("import _swiftbuf; b = _swiftbuf.zeros(1)")
                    try unsafe withObject(expression, python) { object in
                        #expect(unsafe api.pointee.buffer_export(api, object) == nil)
                        #expect(unsafe PyErr_Occurred() == nil)
                    }
                }
                try unsafe withObject("_swiftbuf.zeros(1)", python) { object in
                    #expect(unsafe swiftbuf_type_of(object) == api.pointee.buffer_type)
                }
            }
        }

        @Test("foreign memory is given back exactly once, by whichever owner goes last")
        func foreignMemoryIsReleasedOnce() throws {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
            // SAFETY: freed at the end, after the last owner is gone.
            defer { unsafe memory.deallocate() }
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 4, count: 16)
            let before = releases.load(ordering: .relaxed)
            try withPython { python in
                try unsafe assign(
                    "b", memory: memory, readonly: false, shape: [2, 3], strides: [8, 2], format: "B", python)
                try python.run("t = b.T; m = memoryview(t)")
                try python.expect("m.tolist() == [[4, 4], [4, 4], [4, 4]] and not m.contiguous")
                python.expect("b.resize(1)", raises: "BufferError")
                try python.run("del b, t")
                #expect(releases.load(ordering: .relaxed) == before)
                try python.expect("m[1, 1] == 4")
                try python.run("del m")
                #expect(releases.load(ordering: .relaxed) == before + 1)
            }
            #expect(releases.load(ordering: .relaxed) == before + 1)
        }

        @Test("read-only memory makes no writable Buffer, and a read-only one refuses writers")
        func readOnlyMemory() throws {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            defer { unsafe memory.deallocate() }
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: 8)
            try withPython { python in
                #expect(throws: SetException(kind: SWIFTBUF_BUFFER_ERROR)) {
                    try unsafe assign(
                        "b", memory: memory, storageIsReadonly: true, readonly: false, shape: [8], format: "B", python)
                }
                try unsafe assign("b", memory: memory, storageIsReadonly: true, readonly: true, shape: [8], format: "B", python)
                try python.expect("b.readonly and memoryview(b).readonly")
                python.expect("b[0] = 1", raises: "TypeError")
            }
        }

        @Test("a layout that leaves the memory, and a format that says nothing, make no Buffer")
        func wrongDescriptions() throws {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            defer { unsafe memory.deallocate() }
            unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: 8)
            let before = releases.load(ordering: .relaxed)
            try withPython { python in
                let wrong: [(shape: [Int], strides: [Int]?, format: String)] = [
                    ([9], nil, "B"), ([2], nil, "q"), ([2], [8], "B"), ([2], [-1], "B"), ([-1], nil, "B"),
                    ([1 << 62, 1 << 62], nil, "B"), ([2, 2], [1 << 62, 1 << 62], "B"), ([1], nil, "!!"), ([1], nil, ""),
                ]
                for each in wrong {
                    #expect(throws: SetException(kind: SWIFTBUF_VALUE_ERROR), "\(each)") {
                        try unsafe assign(
                            "b", memory: memory, readonly: false, shape: each.shape, strides: each.strides, format: each.format,
                            python)
                    }
                }
            }
            #expect(releases.load(ordering: .relaxed) == before + 9)
        }

        @Test("a view in which one item stands at several places is read-only")
        func broadcastsAreReadOnly() throws {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            defer { unsafe memory.deallocate() }
            unsafe memory.initializeMemory(as: Int.self, repeating: 3, count: 1)
            try withPython { python in
                try unsafe assign("b", memory: memory, readonly: false, shape: [4], strides: [0], format: "q", python)
                try python.expect("b.readonly and b.tolist() == [3] * 4")
            }
        }
    }
}

/// An exception that C code left set.
private struct SetException: Error, Equatable {
    let kind: swiftbuf_exception
}

/// Makes a Buffer over foreign memory of `count` bytes through the capsule, as another extension would, and names it.
///
/// - Throws: ``SetException`` for a refusal.
private func assign(
    _ name: String, memory: UnsafeMutableRawPointer, storageIsReadonly: Bool = false, readonly: Bool, shape: [Int],
    strides: [Int]? = nil, format: String, _ python: Python
) throws {
    let api = try unsafe swiftbufAPI()
    // SAFETY: with the GIL. All callers hand over memory of at least 8 bytes that outlives the Buffer.
    let capacity = shape == [2, 3] ? 16 : 8
    let storage = unsafe Storage.adopt(base: memory, capacity: capacity, readonly: storageIsReadonly, owner: nil) { _, _, _ in
        releases.add(1, ordering: .relaxed)
    }
    let block = unsafe storage!.relinquish()
    defer { unsafe swiftbuf_storage_release(block) }
    let object = unsafe shape.withUnsafeBufferPointer { shape in
        unsafe (strides ?? []).withUnsafeBufferPointer { items in
            unsafe api.pointee.buffer_from_storage(
                api, block, memory, CInt(shape.count), shape.baseAddress, strides == nil ? nil : items.baseAddress, format,
                readonly ? 1 : 0, nil)
        }
    }
    guard let object = unsafe object else {
        for kind in [SWIFTBUF_BUFFER_ERROR, SWIFTBUF_VALUE_ERROR, SWIFTBUF_TYPE_ERROR] where swiftbuf_raised(kind) != 0 {
            PyErr_Clear()
            throw SetException(kind: kind)
        }
        PyErr_Clear()
        throw Missing(description: "an exception of an expected class")
    }
    defer { unsafe swiftbuf_drop_reference(object) }
    _ = unsafe PyObject_SetAttrString(PyImport_AddModule("__main__"), name, object)
}
