import FoundationEssentials
import Subprocesses
import Testing

@Suite("README", .timeLimit(.minutes(10)))
struct ReadmeTests {
    private static let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// The blocks of the tour, one after the other, as a shell would read them.
    private static func tour() throws -> String {
        let readme = try String(contentsOfFile: "\(package)/README.md", encoding: .utf8)
        let marker = "<!-- tour -->\n```sh\n"
        let blocks = readme.split(separator: marker).dropFirst()
        return blocks.compactMap { $0.split(separator: "```\n").first.map(String.init) }.joined()
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
        let readme = try String(contentsOfFile: "\(Self.package)/README.md", encoding: .utf8)
        for script in ["scripts/up", "scripts/test"] {
            #expect(readme.contains("\n\(script) "))
            #expect(FileManager.default.isExecutableFile(atPath: "\(Self.package)/\(script)"))
        }
    }

    @Test("links to files that exist")
    func links() throws {
        let readme = try String(contentsOfFile: "\(Self.package)/README.md", encoding: .utf8)
        let targets = readme.matches(of: /\]\(([^):]+)\)/).map { String($0.output.1) }
        #expect(targets.count >= 5)
        for target in targets {
            #expect(FileManager.default.fileExists(atPath: "\(Self.package)/\(target)"), "\(target)")
        }
    }
}
