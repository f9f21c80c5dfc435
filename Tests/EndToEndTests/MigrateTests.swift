import Glibc
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync migrate, as built", .timeLimit(.minutes(10)))
struct MigrateTests {
    private func withDatabase(_ body: (String) async throws -> Void) async throws {
        let cluster = try await SharedCluster.cluster()
        let name = "e2e_\(UInt32.random(in: 0 ... .max))"
        let administration = cluster.connectionString(database: "postgres")
        _ = try await psql("create database \(name)", administration)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(cluster.connectionString(database: name)))
        } catch {
            result = .failure(error)
        }
        _ = try await psql("drop database \(name) with (force)", administration)
        try result.get()
    }

    private func psql(_ sql: String, _ url: String) async throws -> String {
        try await ChildProcess.run(Invocation("psql", ["-XAtqv", "ON_ERROR_STOP=1", "-c", sql, url]))
            .checked()
            .standardOutput.text
    }

    /// What is in our schemas, and what is on record.
    private func contents(_ url: String) async throws -> String {
        let dump = try await ChildProcess.run(
            Invocation("pg_dump", ["--schema=pgsync", "--schema=ledger", "--schema-only", url])
        ).checked().standardOutput.text
        let records = try await psql("select path, checksum from pgsync.migrations order by path", url)
        // Each dump has a key of its own in \restrict and \unrestrict.
        return dump.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
            + records
    }

    @Test("several at once all succeed, and one more does nothing")
    func parallel() async throws {
        try await withDatabase { url in
            let runs = try await withThrowingTaskGroup(of: ProcessOutput.self) { group in
                for _ in 1...4 { group.addTask { try await BuiltProgram.run("migrate", database: url) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for run in runs { #expect(run.status == .exited(0), "\(run.standardError.text)") }
            let again = try await BuiltProgram.run("migrate", database: url)
            #expect(again.standardOutput.text == "the schema is up to date\n")
        }
    }

    @Test("Ctrl-C ends it at once, on the server, too")
    func interrupted() async throws {
        try await withDatabase { url in
            let holder = Invocation(
                "psql",
                ["-XAtqc", "select pg_advisory_lock(\(lock)); select pg_sleep(60)", url]
            )
            try await ChildProcess.withRunning(holder) { _ in
                try await eventually { try await locks("granted", url) == "1" }
                var invocation = try BuiltProgram.invocation(
                    ["migrate", "--lock-timeout", "1h"],
                    environment: ["PGSYNC_DATABASE_URL": url]
                )
                invocation.standardError = .discarded
                let output = try await ChildProcess.withRunning(invocation) { process in
                    try await eventually { try await locks("not granted", url) == "1" }
                    process.send(signal: SIGINT)
                    return try await process.wait()
                }
                #expect(output.status == .exited(130))
                try await eventually { try await locks("not granted", url) == "0" }
            }
        }
    }

    /// The key of the migrator's lock: "pgsync" in ASCII.
    private let lock = 0x7067_7379_6e63

    /// How many sessions hold the lock, or wait for it.
    private func locks(_ condition: String, _ url: String) async throws -> String {
        let sql = """
            select count(*) from pg_locks
            where locktype = 'advisory' and \(condition)
                and database = (select oid from pg_database where datname = current_database())
            """
        return String(try await psql(sql, url).dropLast())
    }

    @Test("the printed script does the same by hand")
    func printed() async throws {
        try await withDatabase { byHand in
            let script = try await BuiltProgram.run("migrate", "--print", "all").checked().standardOutput
                .bytes
            var invocation = Invocation("psql", ["-Xqv", "ON_ERROR_STOP=1", byHand])
            invocation.standardInput = .bytes(script)
            _ = try await ChildProcess.run(invocation).checked()
            try await withDatabase { byProgram in
                _ = try await BuiltProgram.run("migrate", database: byProgram).checked()
                #expect(try await contents(byHand) == contents(byProgram))
            }
            let again = try await BuiltProgram.run("migrate", database: byHand)
            #expect(again.standardOutput.text == "the schema is up to date\n")
        }
    }

    @Test(
        "ends with the documented exit codes",
        arguments: [
            ("postgresql://127.0.0.1:1/none", Int32(69)), ("postgresql://[::1/none", Int32(64)),
        ]
    )
    func exitCodes(url: String, code: Int32) async throws {
        let run = try await BuiltProgram.run("migrate", database: url)
        #expect(run.status == .exited(code))
        #expect(run.standardError.text.hasPrefix("error: "))
    }
}
