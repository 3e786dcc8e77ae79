"""CPython's test_buffer, with Buffer in memoryview's place: see cpython_suite.py."""

from __future__ import annotations

from cpython_suite import Difference, Suite

SUITE = Suite("test.test_buffer")

BY_LETTER = "a format in native order is its letter alone: `i`, not `@i`"
N_DIMENSIONS = (
    "Buffer does slices and parts of several dimensions, and items of every format, which memoryview does not"
)
READS_MORE = "formats that the struct module does not know are read, and compared by their values"
BROADCASTS = "one item is assigned to all that a slice names, where memoryview wants as many"
MADE_BY_C = "what C makes is a memoryview, and is not asked to be a Buffer"
ANY_CAST = "cast() goes between any two formats; memoryview's only from and to bytes"
NAMED_BUFFER = "the repr of a Buffer names the type Buffer"
SAME_FORMAT = r"assertEqual\('(\S+)', '@\1'"

DIFFERENCES = [
    *[
        Difference(f"TestBufferProtocol.{method}", BY_LETTER, SAME_FORMAT)
        for method in (
            "test_memoryview_cast", "test_memoryview_cast_1D_ND", "test_ndarray_format_scalar", "test_ndarray_format_shape",
            "test_ndarray_format_strides",
        )
    ],
    Difference("test_memoryview_array", BROADCASTS, r"assertIs\(None, ValueError"),
    Difference("test_ndarray_slice_assign_single", BROADCASTS),
    Difference("test_memoryview_cast_invalid", ANY_CAST, r"assertRaises\(TypeError, cast, '\S+', \[\d+\]$"),
    Difference("test_memoryview_cast_invalid", ANY_CAST, r"assertRaises\(TypeError, cast, format='d', shape=\[2, 2, 2\]$"),
    Difference("test_memoryview_cast_invalid", ANY_CAST, r"assertRaises\(ValueError, cast, '([=!<>].|x?BI)'$"),
    Difference("test_memoryview_cast_invalid", ANY_CAST, r"assertRaises\(ValueError, cast, '\S+', \[\d+\]$"),
    Difference(
        "test_memoryview_cast_invalid",
        "a dimension beyond every number is a ValueError, as everywhere in swiftbuf",
        r"assertRaises\(OverflowError, cast, 'B', shape=\[18446744073709551616\]",
        times=(1,),
    ),
    Difference(
        "test_memoryview_cast_invalid",
        "a dimension of 0 is a dimension: the bytes do not fit it, a TypeError",
        r"assertRaises\(ValueError, cast, 'B', shape=\[2, 3, 4, 5, 6, 7, 0\]",
        times=(1,),
    ),
    Difference("test_memoryview_cast_invalid", N_DIMENSIONS, r"assertRaises\(NotImplementedError, (__.etitem__|tolist)", times=(3,)),
    Difference("test_memoryview_cast_zero_shape", "what is empty is cast like the rest", r"assertRaises\(TypeError, cast, 'c'", times=(3,)),
    Difference(
        "test_memoryview_cast_zero_strides",
        "items of the same size are cast whatever their strides",
        r"assertRaises\(TypeError, cast, 'c'",
        times=(1,),
    ),
    Difference(
        "test_memoryview_check_released",
        "a request for the memory of a released Buffer is a BufferError, as every refusal of an exporter has to be",
        r"assertRaises\(ValueError, ndarray",
        times=(1,),
    ),
    *[
        Difference(method, "a 0-dimensional Buffer has no length, as a memoryview from 3.12 on", until=(3, 11))
        for method in (
            "test_memoryview_cast", "test_memoryview_construction", "test_ndarray_format_scalar", "test_ndarray_getbuf",
        )
    ],
    Difference(
        "test_memoryview_compare_special_cases_deprecated_u_type_code", READS_MORE, r"assertNotEqual\(", since=(3, 13)
    ),
    Difference(
        "test_memoryview_compare_special_cases",
        READS_MORE,
        r"assertNotEqual\(",
    ),
    Difference(
        "test_memoryview_compare_special_cases",
        N_DIMENSIONS,
        r"assertRaises\(NotImplementedError, tolist",
        times=(1,),
    ),
    *[
        Difference(method, "an error names the index", r"assertEqual\('index -?\d+ is out of bounds", times=(4,))
        for method in ("test_memoryview_index", "test_memoryview_assign")
    ],
    Difference("test_memoryview_index", N_DIMENSIONS, r"assertRaises\(NotImplementedError, __getitem__", times=(3,)),
    Difference("test_memoryview_slice", N_DIMENSIONS, r"assertRaises\(NotImplementedError, __.etitem__"),
    Difference("test_memoryview_assign", N_DIMENSIONS, r"assertRaises\(NotImplementedError, __setitem__"),
    Difference("test_memoryview_tolist", N_DIMENSIONS, r"assertRaises\(NotImplementedError, tolist", times=(3,)),
    Difference(
        "test_ndarray_slice_invalid",
        "a step of 0 is a ValueError in a tuple as well",
        r"assertRaises\(NotImplementedError, __.etitem__",
        times=(2,),
    ),
    Difference("test_ndarray_slice_invalid", BROADCASTS, r"assertRaises\(ValueError, __setitem__, slice\(0, 2, 1\)", times=(1,)),
    Difference("test_ndarray_slice_invalid", BROADCASTS, r"assertEqual\(\[8, 8, 3,", times=(1,)),
    Difference("test_memoryview_repr", NAMED_BUFFER, r"assertTrue\(False", times=(1,), until=(3, 13)),
    Difference("test_memoryview_repr", NAMED_BUFFER, r"assertStartsWith\(", times=(1,), since=(3, 14)),
    Difference("test_memoryview_sizeof", "the size of memoryview's own C struct"),
    Difference(
        "test_ndarray_getbuf",
        "bytes with their format are granted to who asks for no shape",
        r"assertRaises\(BufferError, ndarray, Buffer\('B'",
    ),
    Difference("TestPythonBufferProtocol.test_buffer_flags", "uses memoryview._from_flags(), which is private", since=(3, 12)),
    Difference("TestPythonBufferProtocol.test_c_buffer", MADE_BY_C, r"assertIsInstance\(<memory", since=(3, 12)),
]  # fmt: skip


@SUITE.parametrize
def test_cpython_says_of_buffer_objects_what_it_says_of_memoryview(case):
    SUITE.run(case, DIFFERENCES)


def test_every_difference_names_a_test_that_this_python_has():
    assert list(SUITE.unknown(DIFFERENCES)) == []
