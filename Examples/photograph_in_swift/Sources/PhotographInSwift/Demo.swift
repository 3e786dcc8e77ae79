// The demo: one photograph in Python's memory and in Swift's, and nothing copied between them.
//
//     scripts/demo --swift [IMAGE]
//
// Each file shows one idea; this one holds their order. Every line that begins with "ok" is a claim that was checked. Exit codes:
// 0, all is so; 1, something is not, or is missing; 2, the image or the command line cannot be used.

import Foundation
import SwiftBufEmbed

@main
struct Demo {
    static func main() {
        exit(exitCode(of: run))
    }

    private static func run() throws {
        let options = try Options(CommandLine.arguments.dropFirst())
        let interpreter = try Interpreter.start()
        let claims = Claims()
        let picture = try interpreter.withGIL { python in
            let photograph = try Photograph(options.image, python)

            claims.section("\(photograph.name), decoded by Pillow into an ndarray")
            try showAddresses(of: photograph, python, claims)

            claims.section("Smoothed in place, on two threads without the GIL")
            let time = try smooth(photograph, interpreter, python, claims)

            claims.section("What Swift owns, drawn by matplotlib")
            let detail = try shareDetail(of: photograph, python, claims)
            let histograms = try shareHistograms(of: photograph, python, claims)

            claims.section("Swift structs, a table in pandas")
            let tiles = try shareTiles(of: photograph, python, claims)

            claims.section("Refused, and why")
            try showRefusals(of: photograph, python, claims)

            claims.section("What was copied")
            try showWhatWasCopied(python, claims)

            let picture = Picture(
                photograph: photograph, detail: detail, histograms: histograms, liveliest: tiles, smoothingTime: time,
                sharedByteCount: claims.sharedByteCount, copiedByteCount: claims.copiedByteCount)
            return try picture.write(to: options.output, python)
        }
        try interpreter.stop()
        print("\nAll \(claims.count) claims hold. The picture: \(picture)")
    }
}
