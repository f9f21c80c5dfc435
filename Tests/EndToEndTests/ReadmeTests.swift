import FoundationEssentials
import Subprocesses
import Testing

@Suite("README", .timeLimit(.minutes(10)))
struct ReadmeTests {
    private static let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    private static func readme() throws -> String {
        try String(contentsOfFile: "\(package)/README.md", encoding: .utf8)
    }

    /// The blocks of the tour, which goes on in the manual, one after the other, as a shell would read them.
    private static func tour() throws -> String {
        let rest = try String(contentsOfFile: "\(package)/Sources/PGSync.docc/Tour.md", encoding: .utf8)
        return try [readme(), rest].map { page in
            let blocks = page.split(separator: "<!-- tour -->\n```sh\n").dropFirst()
            return blocks.compactMap { $0.split(separator: "```\n").first.map(String.init) }.joined()
        }.joined()
    }

    @Test("every command of the tour works")
    func tourWorks() async throws {
        let tour = try Self.tour()
        #expect(tour.split(separator: "\n").count >= 10)
        try await RunningServer.withDirectory { state in
            try await RunningServer.with(state, "--no-worker") { _ in
                let program = try BuiltProgram.invocation([])
                let directory = program.executable.split(separator: "/").dropLast().map { "/" + $0 }.joined()
                var shell = Invocation("bash", ["-euxo", "pipefail", "-c", tour])
                shell.workingDirectory = Self.package
                shell.environment = .merging([
                    "PATH": directory + ":" + (ProcessEnvironment.current["PATH"] ?? ""),
                    "PGSYNC_STATE_DIR": state,
                    "PGSYNC_DATABASE_URL": nil,
                    "PAGER": "cat",
                ])
                let output = try await ChildProcess.run(shell, timeout: .seconds(200))
                #expect(output.status == .exited(0), "\(output.standardError.text)")
                #expect(output.standardOutput.text.contains("queue_batch_size = 500 changes"))
            }
        }
    }

    @Test("begins with what scripts there are")
    func scripts() throws {
        let readme = try Self.readme()
        for script in ["scripts/up", "scripts/test"] {
            #expect(readme.contains("\n\(script) "))
            #expect(FileManager.default.isExecutableFile(atPath: "\(Self.package)/\(script)"))
        }
    }

    @Test("is at most 250 lines long, and names tests that exist")
    func promises() throws {
        let readme = try Self.readme()
        #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 251)
        let rows = readme.split(separator: "\n").filter { $0.hasPrefix("| **") }
        #expect(rows.count >= 10)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: "\(Self.package)/Tests")
        let files = Set(paths.compactMap { $0.split(separator: "/").last })
        for row in rows {
            let tests = row.matches(of: /`([A-Za-z]+Tests)`/).map { "\($0.output.1).swift" }
            #expect(!tests.isEmpty, "\(row)")
            for test in tests { #expect(files.contains(test[...]), "\(test)") }
        }
    }

    @Test("links to files that exist")
    func links() throws {
        let readme = try Self.readme()
        let targets = readme.matches(of: /\]\(([^):]+)\)/).map { String($0.output.1) }
        #expect(targets.count >= 5)
        for target in targets {
            #expect(FileManager.default.fileExists(atPath: "\(Self.package)/\(target)"), "\(target)")
        }
    }
}
