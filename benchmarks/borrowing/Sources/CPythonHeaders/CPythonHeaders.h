/* Declares nothing: this module exists for its pkg-config file, python3, which says where Python.h is. */
