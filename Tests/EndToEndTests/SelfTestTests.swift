import Glibc
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync selftest, as built", .migratedAsBuilt, .timeLimit(.minutes(10)))
struct SelfTestTests {
    private let database = TestDatabase.current

    /// The databases of a user.
    private func databases(of user: String) async throws -> [String?] {
        try await database.run(
            "select datname::text from pg_database where pg_get_userbyid(datdba) = '\(user)'"
        )
    }

    @Test("drops its database when it is told to stop half way", arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopped(by signal: Int32) async throws {
        let user = "tester_\(UInt32.random(in: 0 ... .max))"
        try await database.run(
            """
            create table bills (id bigint primary key, amount numeric(12, 2), day date, note text);
            select pgsync.attach('bills');
            create role \(user) superuser login
            """
        )
        var invocation = try BuiltProgram.invocation(
            ["selftest"],
            environment: [
                "PGSYNC_DATABASE_URL": database.cluster.connectionString(database: database.name, role: user)
            ]
        )
        // As with `nohup`.
        if signal == SIGTERM {
            invocation.arguments = ["-c", "trap '' HUP; exec \"$0\" selftest", invocation.executable]
            invocation.executable = "/bin/sh"
        }
        let output = try await ChildProcess.withRunning(invocation) { process in
            try await eventually { try await !databases(of: user).isEmpty }
            let busy = """
                select count(*)::text from pg_stat_activity
                where usename = '\(user)' and datname like 'pgsync_selftest_%'
                """
            try await eventually { try await database.run(busy) != ["0"] }
            if signal == SIGTERM { process.send(signal: SIGHUP) }
            process.send(signal: signal)
            return try await process.wait()
        }
        #expect(output.status == .exited(128 + signal), "\(output.standardError.text)")
        #expect(
            output.standardOutput.text.contains("✓ database")
                && !output.standardOutput.text.contains("passed")
        )
        #expect(try await databases(of: user) == [])
        try await database.run("drop role \(user)")
    }
}
