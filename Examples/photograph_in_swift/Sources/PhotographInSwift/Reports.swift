// Python takes part while Swift works: each thread reports to it what is done.

import SwiftBufEmbed

/// A list in Python, to which any thread reports.
struct Reports: Sendable {
    let interpreter: Interpreter

    init(_ interpreter: Interpreter, _ python: Python) throws {
        self.interpreter = interpreter
        try python.run("import threading; reports = []")
    }

    /// Reports rows, from a thread that does not have the GIL, and that Python may never have seen.
    func add(_ rows: Range<Int>) {
        // A report that cannot be made is missing, and the claim about them sees it.
        try? interpreter.withGIL { python in
            try python.run("reports.append((rows, threading.get_ident()))", with: ["rows": rows.count])
        }
    }

    /// How many there are.
    func count(_ python: Python) throws -> Int { try python.evaluate("len(reports)", as: Int.self) }

    /// How many rows they report in all.
    func rowCount(_ python: Python) throws -> Int { try python.evaluate("sum(rows for rows, thread in reports)", as: Int.self) }

    /// From how many threads they came.
    func threadCount(_ python: Python) throws -> Int {
        try python.evaluate("len({thread for rows, thread in reports})", as: Int.self)
    }
}
