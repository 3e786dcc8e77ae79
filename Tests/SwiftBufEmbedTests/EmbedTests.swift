// The suite that holds all tests with an interpreter: one interpreter for the process, one test at a time.
//
// A test that stops the interpreter, changes the process, or counts the bytes of the whole process runs as an exit test, in a process
// of its own.

import Testing

@Suite(.serialized) enum EmbedTests {}
