/* Whether this extension was compiled for the interpreter that imports it. */
#ifndef SWIFTBUF_INTERPRETER_H
#define SWIFTBUF_INTERPRETER_H

/* 0; or -1 with ImportError set. Called before anything that depends on how an object is laid out. With the GIL, where there is one. */
int swiftbuf_check_interpreter(void);

#endif /* SWIFTBUF_INTERPRETER_H */
