import Testing

@Suite("Pages")
struct PageTests {
    @Test(
        "name no source file that is not there",
        arguments: [
            "Architecture", "Capture", "Posting", "Worker", "Rules", "Security", "Guarantees", "Operating",
        ].map {
            "Sources/PGSync.docc/\($0).md"
        } + ["sql/README.md"]
    )
    func files(page: String) throws {
        let paths =
            try ["Sources", "Tests", "sql", "migrations"].flatMap(SourceFile.paths) + ["Package.swift"]
        for match in try SourceFile.text(of: page).matches(of: /[\w\/+.-]+\.(sql|swift)\b/) {
            let name = match.0.drop { $0 == "." || $0 == "/" }
            #expect(paths.contains { $0 == name || $0.hasSuffix("/\(name)") }, "\(name)")
        }
    }
}
