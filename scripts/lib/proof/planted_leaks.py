"""Leaks made on purpose: a hunt that finds nothing is believed only after it has found these."""

import ctypes
import os

import swiftbuf

KEPT: list[object] = []


def test_lost_reference() -> None:
    """Never drop a reference."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(object()))


def test_kept_object() -> None:
    """Keep an object in a list."""
    KEPT.append(object())


def test_open_file() -> None:
    """Leave a file open."""
    os.dup(0)


def test_export_not_given_back() -> None:
    """Take an export of a Buffer and never give it back."""
    view = (ctypes.c_char * 80)()  # a Py_buffer
    assert ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(swiftbuf.zeros(8)), view, 0) == 0
