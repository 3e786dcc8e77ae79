// A complex number as memory: two numbers beside each other, as C and NumPy have it. Arithmetic is not done here.

/// A real number that a ``Complex`` can be made of: `Float` and `Double`.
public protocol ComplexPart: BufferElement where BufferStored == Self {
    /// How Python reads a complex number of such parts.
    static var complexBufferFormat: BufferFormat<Complex<Self>> { get }
}

extension Float: ComplexPart {
    /// NumPy's complex64, `Zf`.
    @inlinable
    public static var complexBufferFormat: BufferFormat<Complex<Float>> { BufferFormat("Zf", kind: 15, byteCount: 8) }
}

extension Double: ComplexPart {
    /// NumPy's complex128, `Zd`.
    @inlinable
    public static var complexBufferFormat: BufferFormat<Complex<Double>> { BufferFormat("Zd", kind: 16, byteCount: 16) }
}

/// A complex number in memory, real part first: C's `float _Complex` and `double _Complex`.
///
/// Only a place for the two parts; swiftbuf computes nothing.
@frozen
public struct Complex<Part: ComplexPart>: BufferElement {
    /// The real part.
    public var real: Part
    /// The imaginary part.
    public var imaginary: Part

    /// A complex number of these parts.
    @inlinable
    public init(_ real: Part, _ imaginary: Part) {
        self.real = real
        self.imaginary = imaginary
    }

    /// `Zf` or `Zd`.
    @inlinable
    public static var bufferFormat: BufferFormat<Complex<Part>> { Part.complexBufferFormat }
}

extension Complex: Equatable where Part: Equatable {}
