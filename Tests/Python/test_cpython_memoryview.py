"""CPython's test_memoryview, with Buffer in memoryview's place: see cpython_suite.py."""

from __future__ import annotations

from cpython_suite import Difference, Suite

SUITE = Suite("test.test_memoryview")
CPYTHON_SKIPS = "CPython itself skips it for array.array"
DIFFERENCES = [
    *[
        Difference(f"Array*.{method}", CPYTHON_SKIPS)
        for method in (
            "test_attributes_readonly", "test_getbuffer", "test_hash", "test_setitem_readonly", "test_tolist",
            "test_writable_readonly",
        )
    ],
    Difference("test_getitem", "b[None] is a view with one more dimension", r"assertRaises\(TypeError, <lambda>", times=(1, 2)),
    Difference(
        "test_setitem_writable",
        "two indices for one dimension are a TypeError: memoryview knows no slices in a tuple at all",
        r"assertRaises\(NotImplementedError, setitem, \(slice",
        times=(1,),
    ),
    Difference(
        "test_setitem_writable",
        "one item is assigned to all that a slice names, where memoryview wants as many",
        r"assertRaises\(ValueError, setitem, slice\((0, 2|1, 1),",
        times=(2,),
    ),
    *[
        Difference(method, "the repr of a Buffer names the type Buffer", r"assertIn\('released memory'", times=(2, 4, 8))
        for method in ("test_contextmanager", "test_release")
    ],
    *[
        Difference(
            method,
            "a request for the memory of a released Buffer is a BufferError, as every refusal of an exporter has to be",
            r"assertRaisesRegex\(ValueError, 'released'",
            times=(1, 2, 4),
        )
        for method in ("test_contextmanager", "test_release")
    ],
    Difference("test_copy", "a Buffer can be copied by copy.copy(): see test_pickle.py", r"assertRaises\(TypeError$", times=(1,)),
    Difference("test_pickle", "a Buffer can be pickled: see test_pickle.py", r"assertRaises\(TypeError$"),
    Difference(
        "test_use_released_memory",
        "a Buffer that an index releases while it is read is a ValueError, where a memoryview sometimes goes on",
    ),
]  # fmt: skip


@SUITE.parametrize
def test_cpython_says_of_buffer_objects_what_it_says_of_memoryview(case):
    SUITE.run(case, DIFFERENCES)


def test_every_difference_names_a_test_that_this_python_has():
    assert list(SUITE.unknown(DIFFERENCES)) == []
