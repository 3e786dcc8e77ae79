"""Every field of the photograph's `Py_buffer`, as C gets it, beside those of its transposed view."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields

from claims import Claims
from decoding import Photograph
from pybuffer import Fields, fields
from swiftbuf import Buffer


def show_fields(photograph: Photograph, transposed: Buffer, claims: Claims) -> None:
    """Print the fields of both, and claim that they obey the protocol and agree with the Buffer's attributes."""
    memory = photograph.memory
    own, turned = fields(memory), fields(transposed)
    claims.show(f"{'field':<12}{'the photograph':<24}{'transposed':<24}")
    for field in dataclass_fields(Fields):
        mine, other = (_text(field.name, getattr(each, field.name)) for each in (own, turned))
        claims.show(f"{field.name:<12}{mine:<24}{other:<24}")
    height, width, bands = memory.shape
    claims.claim(
        own.len == height * width * bands == memory.nbytes
        and (own.itemsize, own.format, own.ndim) == (memory.itemsize, memory.format, memory.ndim) == (1, "B", 3)
        and own.shape == memory.shape
        and own.strides == memory.strides == (width * bands, bands, 1)
        and own.suboffsets is None
        and bool(own.readonly) is memory.readonly is False,
        "the fields say what the Buffer's attributes say",
        "len is the product of shape and itemsize, suboffsets is NULL",
    )
    claims.claim(
        (turned.buf, turned.len, turned.strides) == (own.buf, own.len, (bands, width * bands, 1)),
        "the transposed view differs in shape and strides alone",
        "buf and len are the same",
    )


def _text(name: str, value: object) -> str:
    if value is None:
        return "NULL"
    return f"{value:#x}" if name == "buf" and isinstance(value, int) else str(value)
