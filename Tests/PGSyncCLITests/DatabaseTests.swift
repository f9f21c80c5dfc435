import Arguments
import FoundationEssentials
import Glibc
import Postgres
import Testing

@testable import PGSyncCLI

@Suite("Database of a command line")
struct DatabaseTests {
    private func database(
        _ change: (inout GlobalOptions) -> Void = { _ in },
        _ environment: Environment = [:],
        errors: CapturedOutput = CapturedOutput()
    ) throws -> Database {
        var globals = GlobalOptions()
        change(&globals)
        let context = CommandContext(
            output: CapturedOutput(),
            errors: errors,
            environment: environment,
            program: PGSyncProgram.program.outline
        )
        return try Database(globals, in: context, program: "pgsync test")
    }

    private let both: Environment = [
        "PGSYNC_DATABASE_URL": "postgresql:///ours", "DATABASE_URL": "postgresql:///other",
    ]

    @Test("is that of the command line, else of our variable, else of the usual one, else of libpq")
    func order() throws {
        let given = try database({ $0.databaseURL = "postgresql:///given" }, both)
        #expect(given.options["dbname"] == "given")
        #expect(given.source == .commandLine)
        let ours = try database({ _ in }, both)
        #expect(ours.options["dbname"] == "ours")
        #expect(ours.source == .variable("PGSYNC_DATABASE_URL"))
        let usual: Environment = ["PGSYNC_DATABASE_URL": "", "DATABASE_URL": "dbname=other"]
        let other = try database({ _ in }, usual)
        #expect(other.options["dbname"] == "other")
        #expect(other.source == .variable("DATABASE_URL"))
        #expect(try database().source == .libpq)
        #expect(try database().options["dbname"] == nil)
    }

    @Test("is read from the first line of a file, and told where the file cannot be read")
    func file() throws {
        let path = "/tmp/pgsync-url-\(UInt64.random(in: 0 ... .max))"
        try Data("postgresql:///filed\nignored\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let filed = try database({ $0.databaseURLFile = path }, both)
        #expect(filed.options["dbname"] == "filed")
        #expect(filed.source == .file(path))
        #expect(throws: CommandError.self) { try database({ $0.databaseURLFile = "/nonexistent" }) }
    }

    @Test("names the files that let it in, so that nobody sends them anywhere")
    func credentialFiles() throws {
        let path = "/tmp/pgsync-url-\(UInt64.random(in: 0 ... .max))"
        try Data("postgresql:///filed?passfile=/one".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let files = try database { $0.databaseURLFile = path }.credentialFiles(in: [
            "PGPASSFILE": "/two", "PGSSLKEY": "/three", "HOME": "/h",
        ])
        #expect(
            Set(files) == [
                "/one", "/two", "/h/.pgpass", "/three", "/h/.postgresql/postgresql.key",
                "/h/.pg_service.conf", path,
            ]
        )
    }

    @Test(
        "is read from no file that everybody can read without a word about it",
        arguments: [mode_t(0o600), 0o640, 0o644]
    )
    func readableFile(mode: mode_t) throws {
        let path = "/tmp/pgsync-url-\(UInt64.random(in: 0 ... .max))"
        try Data("postgresql:///filed\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(unsafe chmod(path, mode) == 0)
        let errors = CapturedOutput()
        #expect(try database({ $0.databaseURLFile = path }, errors: errors).options["dbname"] == "filed")
        #expect(errors.text.contains("chmod 600 \(path)") == (mode == 0o644))
    }

    @Test("is not waited for in a pipe that nobody writes into")
    func pipe() throws {
        let path = "/tmp/pgsync-url-\(UInt64.random(in: 0 ... .max))"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        defer { unsafe unlink(path) }
        let error = #expect(throws: CommandError.self) { try database({ $0.databaseURLFile = path }) }
        #expect(error.map { "\($0)" }?.contains("it is empty") == true)
    }

    @Test("shows no part of what is in a file that holds something else")
    func wrongFile() throws {
        let path = "/tmp/pgsync-url-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for line in ["TopSecret99", "root:$6$TopSecret99:19000:0:99999:7:::", "db:5432:shop:ann:TopSecret99"]
        {
            try Data("\(line)\n".utf8).write(to: URL(filePath: path))
            let error = #expect(throws: CommandError.self) { try database({ $0.databaseURLFile = path }) }
            #expect(error.map { "\($0)" }?.contains("TopSecret99") == false)
        }
    }

    @Test("says where a password belongs when the server asks for one", arguments: [true, false])
    func passwords(isWrong: Bool) {
        let words = isWrong ? "password authentication failed" : "fe_sendauth: no password supplied"
        let error = PostgresError(.cannotConnect, words, sqlState: .invalidPassword)
        let text = "\(CommandError.cannotConnect(error, source: .libpq))"
        #expect(text.contains("~/.pgpass"))
        #expect(text.contains("asks for a password") == !isWrong)
    }

    @Test("shows the server which command it is, unless the address has a name of its own")
    func applicationName() throws {
        #expect(try database().options["fallback_application_name"] == "pgsync test")
        #expect(try database().options["application_name"] == nil)
    }

    @Test(
        "never shows a password when it cannot be reached",
        arguments: [
            "postgresql://alice:secret@127.0.0.1:1/shop", "host=127.0.0.1 port=1 password=secret",
            "postgresql://alice:secret@[::1/shop", "password=secret nonsense",
        ]
    )
    func noPassword(address: String) async {
        let run = await CommandLineRun("config", "list", environment: ["DATABASE_URL": address])
        #expect([ExitCode.cannotConnect, .usage].contains(run.exitCode))
        #expect(run.errors.contains("from the variable DATABASE_URL"))
        #expect(!run.errors.contains("secret"))
    }
}
