import Compression
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("The files of the page")
struct PageTests {
    private let files = EmbeddedPage.files

    private func text(_ name: String) throws -> String {
        try #require(files.first { $0.name == name }?.text, "\(name)")
    }

    /// The files that a module loads before it runs.
    private func imports(of name: String) throws -> [String] {
        try text(name).matches(of: /(?m)^(?:import|export) (?:[^;"]* from )?"\.\/([a-z]+\.js)";/).map {
            String($0.1)
        }
    }

    @Test("of the first screen are at most 60 kB in 12 requests, compressed as they are sent")
    func budget() throws {
        var known = ["index.html", "app.css", "app.js", "overview.js", "worker.js"]
        var next = 0
        while next < known.count {
            defer { next += 1 }
            guard known[next].hasSuffix(".js") else { continue }
            for name in try imports(of: known[next]) where !known.contains(name) { known.append(name) }
        }
        #expect(known.count > 8, "the modules that import each other are found")
        let sizes = try known.map { try #require(Gzip.compress(Array(text($0).utf8), level: 9)).count }
        #expect(sizes.reduce(0, +) <= 60 << 10, "\(sizes.reduce(0, +)) bytes")
        let all = files.compactMap { Gzip.compress(Array($0.text.utf8), level: 9)?.count }.reduce(0, +)
        #expect(all <= 160 << 10, "\(all) bytes")
    }

    @Test("ask no other host, and make no markup of texts", arguments: EmbeddedPage.files.map(\.name))
    func safety(name: String) throws {
        let text = try text(name)
        for address in text.matches(of: /https?:\/\/[^\s"'`)]+/).map({ String($0.0) }) {
            // Names of vocabularies, and examples that are shown.
            #expect(
                address.hasPrefix("http://www.w3.org/") || address.contains("example"),
                "\(name): \(address)"
            )
        }
        for call in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        ] {
            #expect(!text.contains(call), "\(name): \(call)")
        }
        #expect(!text.contains("\t") && text.hasSuffix("\n"))
    }

    @Test("are all reached from the first one")
    func reached() throws {
        let texts = files.map(\.text).joined(separator: "\n")
        for file in files where file.name != "index.html" {
            let stem = file.name.split(separator: ".")[0]
            #expect(
                texts.contains(file.name) || texts.contains("\"\(stem)\""),
                "\(file.name) is used nowhere"
            )
        }
    }
}
