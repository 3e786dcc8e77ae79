/* Declares nothing: this module exists for its pkg-config file, python3-embed, which adds libpython to the link of programs
   and tests that embed the interpreter. What they call is declared by CPython and CSwiftBufEmbed. */
