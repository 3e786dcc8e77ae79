/* The type swiftbuf.Buffer: tables that CPython reads, and the object's birth and death.

   Ownership rules
   ---------------
   A Buffer owns one reference to its type (it is a heap type), one to `base` if there is one, and, through its export block,
   one to the storage. The storage is shared with views and with owners outside Python; whoever drops the last reference
   disposes of it. A Buffer that has handed out a Py_buffer cannot die, because each Py_buffer owns a reference to it. */
#include "CSwiftBuf.h"

#include <stddef.h>
#include <string.h>

#include "buffer_locks.h"
#include "buffer_pickling.h"
#include "buffer_type.h"
#include "last_reference.h"

PyObject *swiftbuf_object_new(PyTypeObject *type, PyObject *base) {
    swiftbuf_object *self = PyObject_GC_New(swiftbuf_object, type);
    if (self == NULL) {
        return NULL;
    }
    self->weakrefs = NULL;
    Py_XINCREF(base);
    self->base = base;
    self->hash = -1;
    memset(&self->export, 0, offsetof(swiftbuf_export, inline_dimensions));
    return (PyObject *)self;
}

PyObject *swiftbuf_repr(const char *format, PyObject *shape, Py_ssize_t byte_count, int readonly) {
    return PyUnicode_FromFormat("Buffer('%s', %R, %zd bytes%s)", format, shape, byte_count, readonly ? ", read-only" : "");
}

void swiftbuf_object_clear_base(PyObject *self) {
    Py_CLEAR(((swiftbuf_object *)self)->base);
}

static PyObject *buffer_new(PyTypeObject *type, PyObject *arguments, PyObject *names) {
    static char *parameters[] = {"object", NULL};
    PyObject *object;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "O:Buffer", parameters, &object)) {
        return NULL;
    }
    return swiftbuf_buffer_from_object(type, object);
}

/* hex(): that of the items as bytes. As with memoryview, the separator's __len__ cannot release the Buffer meanwhile. */
static PyObject *buffer_hex(PyObject *self, PyObject *arguments, PyObject *names) {
    static char *parameters[] = {"sep", "bytes_per_sep", NULL};
    PyObject *separator = Py_None;
    int bytes_per_separator = 1;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "|Oi:hex", parameters, &separator, &bytes_per_separator)) {
        return NULL;
    }
    PyObject *bytes = LOCKED(swiftbuf_buffer_tobytes_in_order)(self, NULL, 0, NULL);
    if (bytes == NULL) {
        return NULL;
    }
    Py_buffer pinned;
    if (PyObject_GetBuffer(self, &pinned, PyBUF_FULL_RO) != 0) {
        swiftbuf_drop_reference(bytes);
        return NULL;
    }
    PyObject *result = swiftbuf_is_none(separator) ? PyObject_CallMethod(bytes, "hex", NULL)
                                                   : PyObject_CallMethod(bytes, "hex", "Oi", separator, bytes_per_separator);
    swiftbuf_give_back(&pinned);
    swiftbuf_drop_reference(bytes);
    return result;
}

static void buffer_dealloc(PyObject *self) {
    PyObject_GC_UnTrack(self);
    if (((swiftbuf_object *)self)->weakrefs != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    swiftbuf_export_clear(swiftbuf_export_of(self));
    swiftbuf_object_end(self);
}

int swiftbuf_is_any_buffer(PyObject *object) {
    return PyType_GetSlot(Py_TYPE(object), Py_tp_dealloc) == (void *)buffer_dealloc;
}

static int buffer_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((swiftbuf_object *)self)->base);
    return 0;
}

/* Breaks a cycle at `base` only once nobody can reach the memory that it keeps: while Py_buffers of this object are live, their
   consumers may still read it, so the cycle is broken elsewhere or when they are gone. */
static int buffer_clear(PyObject *self) {
    if (swiftbuf_exports_count(&swiftbuf_export_of(self)->exports) == 0) {
        swiftbuf_export_clear(swiftbuf_export_of(self));
        swiftbuf_object_clear_base(self);
    }
    return 0;
}

#define ATTRIBUTE(name, doc) {#name, LOCKED(swiftbuf_buffer_get_##name), NULL, PyDoc_STR(doc), NULL}

static PyGetSetDef buffer_attributes[] = {
    ATTRIBUTE(obj, "The exporter whose memory this is; None if it is Swift's own."),
    ATTRIBUTE(nbytes, "Bytes that the items take, packed: product(shape) * itemsize. Py_buffer's `len`."),
    ATTRIBUTE(itemsize, "Bytes of one item; above zero, also when the buffer is empty."),
    ATTRIBUTE(format, "The item's type in the syntax of the struct module and PEP 3118."),
    ATTRIBUTE(ndim, "Number of dimensions, 0 to 64."),
    ATTRIBUTE(shape, "Items along each dimension: a tuple of ndim ints."),
    ATTRIBUTE(strides, "Bytes from one item to the next along each dimension: a tuple of ndim ints, which may be negative."),
    ATTRIBUTE(suboffsets, "Where items are reached through pointers: for each dimension the bytes to add behind the pointer, -1 if there\n"
                          "is none. Empty if there are no pointers."),
    ATTRIBUTE(readonly, "Whether the memory may not be written to through this Buffer."),
    ATTRIBUTE(c_contiguous, "Whether the items are packed in C order (last index fastest)."),
    ATTRIBUTE(f_contiguous, "Whether the items are packed in Fortran order (first index fastest)."),
    ATTRIBUTE(contiguous, "Whether the items are packed, in C or in Fortran order."),
    ATTRIBUTE(exports, "Py_buffers and derived views of this memory that are live. While above zero, resize() is refused."),
    {"T", LOCKED(swiftbuf_buffer_get_transposed), NULL, PyDoc_STR("The same memory with the dimensions reversed: transpose()."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(transpose_doc,
"transpose($self, /, *axes)\n--\n\n"
"The same memory with its dimensions in another order; no byte is moved.\n\n"
"Parameters\n----------\n"
"*axes : int, or one tuple or list of ints\n"
"    Dimension i of the result is dimension axes[i] of this Buffer. Without axes: reversed.\n\n"
"Returns\n-------\n"
"Buffer\n    A view: it shares the memory, keeps it alive, and counts as one of its exports.\n\n"
"Raises\n------\n"
"ValueError\n    If the axes are no permutation of range(ndim), or the Buffer is released.");

PyDoc_STRVAR(reshape_doc,
"reshape($self, /, *shape)\n--\n\n"
"The same items, in the same order, in another shape; no byte is moved.\n\n"
"Parameters\n----------\n"
"*shape : int, or one tuple or list of ints\n"
"    Items along each dimension, as many in all as there are. One of them may be -1: what the others leave.\n\n"
"Returns\n-------\n"
"Buffer\n    A view: it shares the memory, keeps it alive, and counts as one of its exports.\n\n"
"Raises\n------\n"
"ValueError\n    If the number of items is another, if no strides show the items in that shape so that they would have to be copied\n"
"    first, or if the Buffer is released.");

PyDoc_STRVAR(cast_doc,
"cast($self, /, format, shape=None)\n--\n\n"
"The same bytes read as items of another format; no byte is moved.\n\n"
"Parameters\n----------\n"
"format : str\n    The new items' type, in the syntax of the struct module and PEP 3118.\n"
"shape : int, tuple or list of ints, or None\n"
"    Items along each dimension; then the Buffer has to be C-contiguous. None: C-contiguous memory cast to or from bytes\n"
"    ('B', 'b' or 'c') gets one dimension, as memoryview's; otherwise the dimensions stay, and the bytes of the last one,\n"
"    which has to be contiguous, are cut anew, as by numpy.ndarray.view.\n\n"
"Returns\n-------\n"
"Buffer\n    A view: it shares the memory, keeps it alive, and counts as one of its exports.\n\n"
"Raises\n------\n"
"TypeError\n    If the memory is not contiguous as needed, or the bytes do not suffice or leave a rest; as memoryview.\n"
"ValueError\n    If the format is not understood or holds references or pointers, or the Buffer is released.");

PyDoc_STRVAR(broadcast_to_doc,
"broadcast_to($self, shape, /)\n--\n\n"
"A read-only view in which items repeat, by strides of zero: new dimensions come in front, and dimensions of one item have as\n"
"many as the shape says, as numpy.broadcast_to.\n\n"
"Raises ValueError if the shape does not fit, or the Buffer is released.");

PyDoc_STRVAR(toreadonly_doc,
"toreadonly($self, /)\n--\n\n"
"A view of the same memory that refuses writers: item assignment through it is a TypeError, and a writable export\n"
"a BufferError. The memory can still change through this Buffer.\n\n"
"Raises ValueError if the Buffer is released.");

PyDoc_STRVAR(tolist_doc,
"tolist($self, /)\n--\n\n"
"The items as nested lists of Python objects, as memoryview.tolist(); one item alone if ndim is 0.\n\n"
"Raises NotImplementedError if items of this format cannot be read, ValueError if the Buffer is released.");

PyDoc_STRVAR(tobytes_doc,
"tobytes($self, /, order='C')\n--\n\n"
"A copy of the items, packed, as bytes of length nbytes.\n\n"
"Parameters\n----------\n"
"order : 'C', 'F', 'A' or None\n"
"    Which index varies fastest: the last or the first. 'A' is 'F' for items that are packed in Fortran order, else 'C'.\n\n"
"Raises\n------\n"
"MemoryError\n    If it does not fit.\n"
"ValueError\n    For another order, or if the Buffer is released.");

PyDoc_STRVAR(hex_doc,
"hex($self, /, sep=None, bytes_per_sep=1)\n--\n\n"
"tobytes().hex(): two hexadecimal digits for each byte, with a separator between groups unless it is None; as bytes.hex().");

PyDoc_STRVAR(copy_doc,
"copy($self, /, order='C', format=None)\n--\n\n"
"A new Buffer with a copy of the items, in memory that Swift owns: writable, whatever this Buffer is.\n\n"
"Parameters\n----------\n"
"order : 'C', 'F', 'A' or 'K'\n"
"    Which index varies fastest in memory: the last or the first. 'A' is 'F' for items that are packed in Fortran order, else\n"
"    'C'; 'K' keeps the order of the dimensions in memory, without gaps.\n"
"format : str or None\n    The same format in another byte order, such as '>i' for 'i'; None keeps it.\n\n"
"From 1 MiB on other threads run meanwhile.\n\n"
"Raises\n------\n"
"ValueError\n    If the formats differ in more than their byte order, or the Buffer is released.\n"
"NotImplementedError\n    If the items hold references to objects, which a copy would not count.\n"
"MemoryError\n    If there is no room.");

PyDoc_STRVAR(fill_doc,
"fill($self, value, /)\n--\n\n"
"Writes one value into every item: what b[i] = value takes, also the item of an exporter without dimensions.\n\n"
"Raises TypeError if the Buffer is read-only or the value of the wrong type, ValueError if it does not fit or the Buffer is\n"
"released, NotImplementedError if items of this format cannot be written; then nothing is written.");

PyDoc_STRVAR(index_doc,
"index($self, value, start=0, stop=sys.maxsize, /)\n--\n\n"
"The position of the first item that is equal to value, in one dimension.\n\n"
"Raises ValueError if there is none, NotImplementedError for more dimensions than one.");

PyDoc_STRVAR(count_doc,
"count($self, value, /)\n--\n\n"
"How many items are equal to value, in one dimension. Raises NotImplementedError for more.");

PyDoc_STRVAR(class_getitem_doc, "__class_getitem__($type, item, /)\n--\n\nBuffer[...], for annotations: a types.GenericAlias.");

PyDoc_STRVAR(resize_doc,
"resize($self, shape, /)\n--\n\n"
"Gives the memory another shape, in place or by moving it.\n\n"
"The items that fit are kept in flat order (the order in which they lie in memory), new ones are zero. The order of the\n"
"dimensions stays: what was Fortran-ordered is so afterwards.\n\n"
"Parameters\n----------\n"
"shape : int or tuple of ints\n    Items along each dimension.\n\n"
"Raises\n------\n"
"BufferError\n"
"    If Py_buffers or views of this memory are live, if it is shared with an owner outside this Buffer, or if Swift\n"
"    has borrowed it. The memory is as before.\n"
"ValueError\n    If the shape is negative or too large, or the Buffer is released.\n"
"MemoryError\n    If there is no room. The memory is as before.");

PyDoc_STRVAR(release_doc,
"release($self, /)\n--\n\n"
"Lets go of the memory at once instead of when this object dies. Afterwards each use is a ValueError, and a request for a\n"
"buffer a BufferError; a second release does nothing.\n\n"
"Views made from this Buffer stay valid: each owns the memory too.\n\n"
"Raises BufferError if Py_buffers of this object are live, or if Swift has borrowed the memory.");

PyDoc_STRVAR(flush_doc,
"flush($self, /)\n--\n\n"
"Writes what was changed in a mapped file's memory to the file, and waits until the disk has it. All of the mapping, also when this\n"
"is a view of a part; other processes that read the file see changes at once on Linux, with or without it. For a file mapped with the\n"
"mode 'r' or 'c' there is nothing to write, and nothing is done. Meanwhile other threads run, but none can release this Buffer.\n\n"
"Raises ValueError if the memory is no file that mapped() has mapped, or if the Buffer is released; OSError if the file cannot be\n"
"written.");

PyDoc_STRVAR(reduce_ex_doc,
"__reduce_ex__($self, protocol, /)\n--\n\n"
"What pickle writes: format, shape, the order of the dimensions, whether it is read-only, and the bytes.\n\n"
"By protocol 5 with a buffer_callback the bytes are PickleBuffers over the memory itself: none is copied, and what is loaded\n"
"shares the memory that loads() is given. Otherwise they stand in the pickle (multiprocessing and ProcessPoolExecutor pickle so),\n"
"and what is loaded rests on a bytearray, or on bytes if it is read-only: that object is its obj, and resize() is refused.\n\n"
"Items with gaps between them, with negative or zero strides, or behind pointers are packed in C order first, which copies them.\n\n"
"Raises TypeError for items that hold references or pointers, or whose format does not say their size, or not where their fields\n"
"are; ValueError if the Buffer is released.");

PyDoc_STRVAR(copy_module_doc,
"__copy__($self, /)\n--\n\n"
"A copy of the items in memory that Swift owns, in the same order of dimensions; read-only if this Buffer is.");

PyDoc_STRVAR(deepcopy_doc, "__deepcopy__($self, memo, /)\n--\n\nThe same as __copy__(): the items are no objects.");

PyDoc_STRVAR(enter_doc, "__enter__($self, /)\n--\n\nThis Buffer itself. Raises ValueError if it is released.");
PyDoc_STRVAR(exit_doc, "__exit__($self, /, *exc_info)\n--\n\nCalls release().");
PyDoc_STRVAR(sizeof_doc,
"__sizeof__($self, /)\n--\n\nBytes of this object, with the memory that it owns; a view owns none.");

static PyMethodDef buffer_methods[] = {
    {"transpose", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_transpose), METH_FASTCALL, transpose_doc},
    {"reshape", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_reshape), METH_FASTCALL, reshape_doc},
    {"cast", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_cast), METH_FASTCALL | METH_KEYWORDS, cast_doc},
    {"broadcast_to", LOCKED(swiftbuf_buffer_broadcast_to), METH_O, broadcast_to_doc},
    {"toreadonly", LOCKED(swiftbuf_buffer_toreadonly), METH_NOARGS, toreadonly_doc},
    {"tolist", LOCKED(swiftbuf_buffer_tolist), METH_NOARGS, tolist_doc},
    {"tobytes", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_tobytes_in_order), METH_FASTCALL | METH_KEYWORDS, tobytes_doc},
    {"hex", (PyCFunction)(void (*)(void))buffer_hex, METH_VARARGS | METH_KEYWORDS, hex_doc},
    {"copy", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_copy), METH_FASTCALL | METH_KEYWORDS, copy_doc},
    {"fill", LOCKED(swiftbuf_buffer_fill), METH_O, fill_doc},
    {"index", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_index), METH_FASTCALL, index_doc},
    {"count", LOCKED(swiftbuf_buffer_count), METH_O, count_doc},
    {"__class_getitem__", (PyCFunction)Py_GenericAlias, METH_O | METH_CLASS, class_getitem_doc},
    {"resize", LOCKED(swiftbuf_buffer_resize), METH_O, resize_doc},
    {"release", LOCKED(swiftbuf_buffer_release), METH_NOARGS, release_doc},
    {"flush", LOCKED(swiftbuf_buffer_flush), METH_NOARGS, flush_doc},
    {"__enter__", LOCKED(swiftbuf_buffer_enter), METH_NOARGS, enter_doc},
    {"__exit__", (PyCFunction)(void (*)(void))LOCKED(swiftbuf_buffer_exit), METH_FASTCALL, exit_doc},
    {"__reduce_ex__", swiftbuf_buffer_reduce_ex, METH_O, reduce_ex_doc},
    {"__copy__", swiftbuf_buffer_copy_module, METH_NOARGS, copy_module_doc},
    {"__deepcopy__", swiftbuf_buffer_deepcopy, METH_O, deepcopy_doc},
    {"__sizeof__", LOCKED(swiftbuf_buffer_sizeof), METH_NOARGS, sizeof_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyMemberDef buffer_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(swiftbuf_object, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyDoc_STRVAR(buffer_doc,
"Buffer(object)\n--\n\n"
"An n-dimensional array of items in memory that Swift owns.\n\n"
"memoryview(), numpy.asarray() and every other consumer of the buffer protocol (PEP 3118) share its memory: nothing is\n"
"copied. Buffer(object) shares the memory of any exporter; zeros(), empty(), full(), copy() and mapped() make new memory. The\n"
"type cannot be subclassed.\n\n"
"b[i, j] reads one item as a Python object and writes one. A value that does not fit the format is a ValueError, of the\n"
"wrong type a TypeError, as memoryview's; nothing wraps around.");

static PyType_Slot buffer_slots[] = {
    {Py_tp_doc, (void *)buffer_doc},
    {Py_tp_new, buffer_new},
    {Py_tp_dealloc, buffer_dealloc},
    {Py_tp_traverse, buffer_traverse},
    {Py_tp_clear, buffer_clear},
    {Py_tp_repr, LOCKED(swiftbuf_buffer_repr)},
    {Py_tp_iter, LOCKED(swiftbuf_buffer_iter)},
    {Py_tp_richcompare, LOCKED(swiftbuf_buffer_richcompare)},
    {Py_tp_hash, LOCKED(swiftbuf_buffer_hash)},
    {Py_tp_getset, buffer_attributes},
    {Py_tp_members, buffer_members},
    {Py_tp_methods, buffer_methods},
    {Py_mp_length, LOCKED(swiftbuf_buffer_length)},
    {Py_mp_subscript, LOCKED(swiftbuf_buffer_subscript)},
    {Py_mp_ass_subscript, LOCKED(swiftbuf_buffer_assign_subscript)},
    {Py_sq_length, LOCKED(swiftbuf_buffer_length)},
    {Py_sq_item, LOCKED(swiftbuf_buffer_item)},
    {Py_sq_contains, LOCKED(swiftbuf_buffer_contains)},
    {Py_bf_getbuffer, swiftbuf_buffer_getbuffer},
    {Py_bf_releasebuffer, swiftbuf_buffer_releasebuffer},
    {0, NULL},
};

/* Py_TPFLAGS_SEQUENCE, by which `match b: case [x, y]` knows a sequence. The limited API of 3.11 does not name it, and
   collections.abc.Sequence.register() sets it on mutable types alone; memoryview has both, the flag and the immutable type. */
#define SEQUENCE (1UL << 5)
#ifdef Py_TPFLAGS_SEQUENCE
_Static_assert(SEQUENCE == Py_TPFLAGS_SEQUENCE, "CPython's flag");
#endif

/* No Py_TPFLAGS_BASETYPE: every extension recognises a Buffer by this one type, and memoryview allows no subclass either. */
static PyType_Spec buffer_spec = {
    .name = "swiftbuf.Buffer",
    .basicsize = sizeof(swiftbuf_object),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | SEQUENCE,
    .slots = buffer_slots,
};

PyTypeObject *swiftbuf_buffer_type_new(PyObject *module) {
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &buffer_spec, NULL);
}
