import FoundationEssentials
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("scripts/docker/logins.sql", .timeLimit(.minutes(10)))
struct LoginsScriptTests {
    private static let script = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "scripts/docker/logins.sql").path

    @Test(
        "makes logins whose passwords work and stand in no log, though the server writes down every statement"
    )
    func passwordsStaySecret() async throws {
        let settings = [
            "log_min_duration_statement": "0", "log_statement": "all", "log_transaction_sample_rate": "1",
            "log_min_duration_sample": "0", "debug_print_parse": "on", "password_encryption": "scram-sha-256",
            "logging_collector": "on", "log_filename": "server.log",
        ]
        try await OwnCluster.with(settings: settings) { cluster in
            let files = FileManager.default.temporaryDirectory.appending(
                path: "logins-\(UInt32.random(in: 0 ... .max))"
            )
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: files) }
            let passwords = [
                "owner": "first-secret-0123456789", "worker": "second-secret-0123456789",
                "dashboard": "third-secret-0123456789",
            ]
            for (login, password) in passwords {
                try Data("*:*:*:*:\(password)\n".utf8).write(to: files.appending(path: login))
            }
            func run(worker: String, _ more: String...) async throws -> ProcessOutput {
                try await ChildProcess.run(
                    Invocation(
                        cluster.binaries.psql,
                        [
                            "-qX", "-v", "ON_ERROR_STOP=1", "-d",
                            cluster.connectionString(database: "postgres"),
                            "-v", "owner=own", "-v", "owner_pgpass=\(files.path)/owner",
                            "-v", "worker=work", "-v", "worker_pgpass=\(files.path)/\(worker)",
                            "-v", "dashboard=show", "-v", "dashboard_pgpass=\(files.path)/dashboard",
                            "-f", Self.script,
                        ] + more
                    ),
                    timeout: .seconds(100)
                )
            }
            try Data("*:*:*:*:short\n".utf8).write(to: files.appending(path: "short"))
            let refused = try await run(worker: "short")
            #expect(refused.status.isSuccess == false)
            #expect(refused.standardError.text.contains("at least 16 characters"))
            _ = try await run(worker: "worker").checked()
            // Again, as at every start, which takes back what somebody granted.
            try await TestDatabase.with(on: cluster) { database in
                _ = try await database.run("grant pgsync_owner to work; grant pgsync_worker to show")
            }
            _ = try await run(worker: "worker").checked()

            try await TestDatabase.with(on: cluster) { database in
                let logins = try await database.run(
                    "select rolname from pg_authid where rolpassword ~ '^SCRAM' and rolname <> 'postgres' order by 1"
                )
                #expect(logins == ["own", "show", "work"])
                let list = """
                    select member.rolname || ' ' || held.rolname
                    from pg_auth_members as membership
                    inner join pg_roles as held on membership.roleid = held.oid
                    inner join pg_roles as member on membership.member = member.oid
                    where member.rolcanlogin and member.rolname <> 'postgres'
                    order by 1
                    """
                let usual = ["own pgsync_owner", "show pgsync_dashboard", "work pgsync_worker"]
                #expect(try await database.run(list) == usual)
                // Of a node, until it is none any more.
                _ = try await run(worker: "worker", "-v", "exchanges=on").checked()
                let ofNode = [
                    "own pgsync_owner", "show pgsync_dashboard", "work pgsync_node", "work pgsync_worker",
                ]
                #expect(try await database.run(list) == ofNode)
                _ = try await run(worker: "worker").checked()
                #expect(try await database.run(list) == usual)
            }
            // The log is one that would show it.
            var log = ""
            try await eventually {
                log = String(
                    decoding: try Data(contentsOf: URL(filePath: "\(cluster.logDirectory)/server.log")),
                    as: UTF8.self
                )
                return log.contains("pg_authid")
            }
            for password in passwords.values { #expect(!log.contains(password)) }
        }
    }
}
