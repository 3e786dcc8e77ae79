// What the functions do: everything of SwiftBuf that an extension uses.

import CProbe
@_spi(SwiftBufKit) import SwiftBuf

struct Particle: BufferRecord {
    var position: InlineArray<3, Float>
    var isFixed: BufferItem<Bool>
    var mass: Double

    static let bufferFields = BufferFields<Particle>([
        BufferField("position") { $0.position }, BufferField("fixed") { $0.isFixed }, BufferField("mass") { $0.mass },
    ])
}

enum Quality: UInt8, BufferRawValue { case unknown, good, poor }

struct SwappedFields: BufferRecord {
    var a: Float
    var b: Int32
    static let bufferFields = BufferFields<SwappedFields>([BufferField("b") { $0.b }, BufferField("a") { $0.a }])
}

struct ConvertedField: BufferRecord {
    var a: Float
    var b: Int32
    static let bufferFields = BufferFields<ConvertedField>([BufferField("a") { Int32($0.a) }, BufferField("b") { $0.b }])
}

struct MissingField: BufferRecord {
    var a: Float
    var b: Int32
    static let bufferFields = BufferFields<MissingField>([BufferField("b") { $0.b }])
}

struct RecordWithBool: BufferRecord {
    var a: Float
    var b: Bool
    static let bufferFields = BufferFields<RecordWithBool>([BufferField("a") { $0.a }, BufferField("b") { $0.b }])
}

/// What only `unsafe` can say.
struct OtherStride: BufferElement {
    var a: Int32
    var b: Int32
    static var bufferFormat: BufferFormat<OtherStride> { unsafe BufferFormat(unsafeSameAs: Int32.self) }
}

typealias Objects = UnsafePointer<UnsafeMutableRawPointer?>?

@_cdecl("probe_total")
func total(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .double(
            arguments[0].withBuffer(as: Double.self) { (samples) throws(BufferError) in
                var sum = 0.0
                let span = samples.span
                for index in span.indices { sum += span[index] }
                return sum
            })
    }
}

/// As a program does, which has no module: the type of Buffers is looked for by the borrow.
@_cdecl("probe_total_of_program")
func totalOfProgram(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        // SAFETY: CPython lends the one object for the time of the call, with the GIL.
        let argument = unsafe PythonArgument(unsafeObject: objects.unsafelyUnwrapped[0].unsafelyUnwrapped)
        return try .double(
            argument.withBuffer(as: Double.self) { (samples) throws(BufferError) in
                var sum = 0.0
                let span = samples.span
                for index in span.indices { sum += span[index] }
                return sum
            })
    }
}

@_cdecl("probe_total_of_copy")
func totalOfCopy(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .double(
            arguments[0].withBuffer(as: Double.self, copyIfNeeded: true) { (samples) throws(BufferError) in
                var sum = 0.0
                for index in 0..<samples.count { sum += samples.span[index] }
                return sum
            })
    }
}

@_cdecl("probe_total_of_strides")
func totalOfStrides(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        // Without check(count:): the subscript refuses what is not there.
        return try .double(
            arguments[0].withStridedBuffer(as: Double.self) { (samples) throws(BufferError) in
                var sum = 0.0
                samples.forEach { sum += $0 }
                return sum
            })
    }
}

@_cdecl("probe_double_strides")
func doubleStrides(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        try arguments[0].withMutableStridedBuffer(as: Double.self) { (samples) throws(BufferError) in
            samples.modifyEach { $0 *= 2 }
        }
        return try .none()
    }
}

@_cdecl("probe_address")
func address(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .int(
            arguments[0].withBuffer(as: Double.self) { (samples) throws(BufferError) in
                // SAFETY: the address is a number here, never followed.
                unsafe samples.span.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
            })
    }
}

@_cdecl("probe_double_in_place")
func doubleInPlace(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        try arguments[0].withMutableBuffer(as: Double.self) { (samples) throws(BufferError) in
            var span = samples.mutableSpan
            for index in span.indices { span[index] *= 2 }
        }
        return try .none()
    }
}

@_cdecl("probe_trace")
func trace(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .double(
            arguments[0].withStridedBuffer(as: Double.self, shape: .rank(2)) { (square) throws(BufferError) in
                var sum = 0.0
                for index in 0..<min(square.count(alongAxis: 0), square.count(alongAxis: 1)) { sum += square[index, index] }
                return sum
            })
    }
}

@_cdecl("probe_mass")
func mass(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .double(
            arguments[0].withBuffer(as: Particle.self, shape: .rank(1)) { (particles) throws(BufferError) in
                var sum = 0.0
                for index in 0..<particles.count { sum += particles[index].mass }
                return sum
            })
    }
}

@_cdecl("probe_halve_masses")
func halveMasses(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .int(
            arguments[0].withMutableBuffer(as: Particle.self, shape: .rank(1)) { (particles) throws(BufferError) in
                var fixed = 0
                for index in 0..<particles.count {
                    particles[index].mass /= 2
                    if particles[index].isFixed.value { fixed += 1 }
                }
                return fixed
            })
    }
}

@_cdecl("probe_count_true")
func countTrue(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .int(
            arguments[0].withBuffer(as: Bool.self) { (flags) throws(BufferError) in
                var total = 0
                for index in 0..<flags.count where flags[index] { total += 1 }
                return total
            })
    }
}

@_cdecl("probe_count_good")
func countGood(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        return try .int(
            arguments[0].withBuffer(as: Quality.self) { (qualities) throws(BufferError) in
                var total = 0
                for index in 0..<qualities.count {
                    switch qualities[index] {
                    case .good: total += 1
                    case .poor, .unknown: break
                    case nil: total += 1000
                    }
                }
                return total
            })
    }
}

@_cdecl("probe_wrong_records")
func wrongRecords(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 2)
        switch try arguments[1].withBuffer(as: UInt8.self, { (which) throws(BufferError) in which[0] }) {
        case 0: try arguments[0].withBuffer(as: SwappedFields.self) { (_) throws(BufferError) in }
        case 1: try arguments[0].withBuffer(as: ConvertedField.self) { (_) throws(BufferError) in }
        case 2: try arguments[0].withBuffer(as: MissingField.self) { (_) throws(BufferError) in }
        case 3: try arguments[0].withBuffer(as: RecordWithBool.self) { (_) throws(BufferError) in }
        default: try arguments[0].withBuffer(as: OtherStride.self) { (_) throws(BufferError) in }
        }
        return try .none()
    }
}

@_cdecl("probe_adopted")
func adopted(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 1)
        let items = try arguments[0].withBuffer(as: UInt8.self) { (bytes) throws(BufferError) in
            var items: [Double] = []
            for index in 0..<bytes.count { items.append(Double(bytes[index])) }
            return items
        }
        return try .buffer(SharedBuffer(adopting: items))
    }
}

@_cdecl("probe_particles")
func particles(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 0)
        let buffer = try SharedBuffer<Particle>(shape: [3])
        try buffer.withMutableSpan { (span) throws(BufferError) in
            for index in span.indices {
                span[index] = Particle(
                    position: [Float(index), 0, 0.5], isFixed: BufferItem(index == 1), mass: Double(index) + 0.25)
            }
        }
        return try .buffer(buffer)
    }
}

@_cdecl("probe_item")
func item(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 2)
        let index = try arguments[1].withBuffer(as: UInt8.self) { (bytes) throws(BufferError) in Int(bytes[0]) }
        return try .double(
            arguments[0].withStridedBuffer(as: Double.self) { (doubles) throws(BufferError) in doubles[index] })
    }
}

/// As generated code borrows: in a frame of C's, by what `@_spi` shows.
@_cdecl("probe_total_by_kit")
func totalByKit(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withUnsafeTemporaryAllocation(byteCount: KitBorrow.roomByteCount, alignment: 1) { room in
        // SAFETY: CPython lends the object for the time of the call; the room stays in place until the borrow is ended.
        guard
            unsafe KitBorrow.begin(
                in: room, of: objects![0]!, as: Double.self, shape: .rank(1), isMutable: false, isStrided: false, mayCopy: false,
                api: nil)
        else { return nil }
        let total = unsafe KitBorrow.view(in: room, as: Double.self).span.reduceInAnyOrder(0, +)
        unsafe KitBorrow.end(in: room)
        return unsafe withExtensionArguments(module, objects, count: count) { (_) throws(BufferError) in try .double(total) }
    }
}

@_cdecl("probe_borrow_twice")
func borrowTwice(_ module: UnsafeMutableRawPointer?, _ objects: Objects, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe withExtensionArguments(module, objects, count: count) { (arguments) throws(BufferError) in
        try arguments.check(count: 2)
        try arguments[0].withMutableBuffer(as: Double.self) { (_) throws(BufferError) in
            try arguments[1].withMutableBuffer(as: Double.self) { (_) throws(BufferError) in }
        }
        return try .none()
    }
}
