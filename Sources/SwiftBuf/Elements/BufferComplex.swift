// A complex number as memory: two numbers beside each other, as C and NumPy have it. Arithmetic is not done here.

/// A real number that a ``BufferComplex`` can be made of: `Float` and `Double`.
public protocol _ComplexPart: BufferElement where BufferStored == Self {
    /// How Python reads a complex number of such parts.
    static var _complexBufferFormat: BufferFormat<BufferComplex<Self>> { get }
}

extension Float: _ComplexPart {
    /// NumPy's complex64, `Zf`.
    @inlinable
    public static var _complexBufferFormat: BufferFormat<BufferComplex<Float>> { BufferFormat("Zf", kind: 15, byteCount: 8) }
}

extension Double: _ComplexPart {
    /// NumPy's complex128, `Zd`.
    @inlinable
    public static var _complexBufferFormat: BufferFormat<BufferComplex<Double>> { BufferFormat("Zd", kind: 16, byteCount: 16) }
}

/// A complex number in memory, real part first: C's `float _Complex` and `double _Complex`.
///
/// It stores the two parts; swiftbuf computes nothing. A `Complex` of swift-numerics cannot be an element itself, because only its own module can
/// declare that it is `BitwiseCopyable`. Convert each item: `Complex(item.real, item.imaginary)`.
@frozen
public struct BufferComplex<Part: _ComplexPart>: BufferElement {
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
    public static var bufferFormat: BufferFormat<BufferComplex<Part>> { Part._complexBufferFormat }
}

extension BufferComplex: Equatable where Part: Equatable {}

#if !hasFeature(Embedded)
    // Embedded Swift's hashes want a newer C library.
    extension BufferComplex: Hashable where Part: Hashable {}
#endif
