import Glibc
import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

/// What befalls machines rather than programs: a disk without room, a clock that jumps, a pooler in between.
@Suite("A worker in hardship", .timeLimit(.minutes(5)))
struct HardshipTests {
    @Test("goes on by itself when a full disk has room again", .enabled(if: SmallDisk.canBeMade))
    func fullDisk() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                let books = try await Books.open(in: database)
                try await SmallDisk.with(megabytes: 16) { disk in
                    try await books.keepLines(on: disk.directory)
                    try disk.fill(leaving: 256 << 10)
                    let output = try await ChildProcess.withRunning(try books.worker("--batch", "100")) {
                        worker in
                        try await books.write(6_000)
                        try await eventually { try disk.free() < 8_192 }
                        #expect(try await !books.isIdle())
                        #expect(try await books.broken().isEmpty)
                        disk.makeRoom()
                        try await eventually(within: .seconds(60)) { try await books.isIdle() }
                        worker.send(signal: SIGTERM)
                        return try await worker.wait()
                    }
                    #expect(output.status == .exited(0))
                    #expect(output.standardError.text.contains("53100"), "the worker has to have met it")
                    #expect(try await books.count("select count(*) from ledger.journal_entries") == 6_000)
                    #expect(try await books.isEmpty())
                    #expect(try await books.broken().isEmpty)
                    try await database.run("alter table ledger.journal_lines set tablespace pg_default")
                    try await cluster.asSuperuser(in: database.name, "drop tablespace small")
                }
            }
        }
    }

    @Test("posts on when the clock of its machine jumps ahead and back")
    func clockSteps() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                let books = try await Books.open(in: database)
                let clock = "\(ScratchSpace.directory)/pgsync-clock-\(UInt64.random(in: 0 ... .max))"
                try Files.write("0", to: clock)
                defer { unsafe unlink(clock) }
                var invocation = try books.worker(
                    "--log-format",
                    "logfmt",
                    "--verbose",
                    environment: [
                        "LD_PRELOAD": try BuiltProgram.path(of: "libSteppedClock.so"), "STEPPED_CLOCK": clock,
                    ]
                )
                invocation.arguments.removeAll { $0 == "--quiet" }
                let output = try await ChildProcess.withRunning(invocation) { worker in
                    for step in ["0", "108000", "-108000", "3600"] {
                        try Files.write(step, to: clock)
                        // Twice, because what it says of a batch may come after the next step, but not after the next batch.
                        for _ in 1...2 {
                            try await books.write(10)
                            try await books.database.run("insert into public.bills (total) values (null)")
                            try await eventually { try await books.isIdle() }
                        }
                    }
                    worker.send(signal: SIGTERM)
                    return try await worker.wait()
                }
                #expect(output.status == .exited(0))
                #expect(try await books.count("select count(*) from ledger.journal_entries") == 80)
                #expect(try await books.broken().isEmpty)
                // Two days lie between the first and the last of what it says.
                let days = Set(
                    output.standardError.text.matches(of: /time=(\d{4}-\d{2}-\d{2})/).map(\.output.1)
                )
                #expect(days.count >= 3, "its clock has to have jumped: \(days)")
            }
        }
    }

    @Test("posts through a pooler that gives each transaction another session")
    func pooler() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                let books = try await Books.open(in: database)
                try await database.run("select pgsync.set_configuration('poll_interval_seconds', '1')")
                try await Pooler.with(before: cluster, as: database.owner, sessions: 2) { directory, port in
                    let address =
                        "host=\(directory) port=\(port) user=\(database.owner) dbname=\(database.name)"
                    let poll = ["PGSYNC_DATABASE_URL": address, "PGSYNC_POLL": "true"]
                    try await ChildProcess.withRunning(try books.worker(environment: poll)) { first in
                        try await ChildProcess.withRunning(
                            try books.worker("--posters", "3", environment: poll)
                        ) {
                            second in
                            for _ in 1...5 { try await books.write(100) }
                            try await books.database.run(
                                "update public.bills set total = total + 1 where id <= 50"
                            )
                            try await eventually(within: .seconds(60)) { try await books.isIdle() }
                            // Eight connections of two workers, of which the server sees two sessions.
                            let sessions = try await books.count(
                                """
                                select count(*) from pg_stat_activity
                                where datname = current_database() and pid <> pg_backend_pid()
                                    and backend_type = 'client backend'
                                """
                            )
                            #expect((1...2).contains(sessions))
                            for worker in [first, second] {
                                worker.send(signal: SIGTERM)
                                #expect(try await worker.wait().status == .exited(0))
                            }
                        }
                    }
                }
                #expect(
                    try await books.count(
                        "select count(distinct record_id) from ledger.journal_entries where purpose = 'posting'"
                    ) == 500
                )
                #expect(try await books.broken().isEmpty)
            }
        }
    }
}

extension Books {
    /// Puts the lines of the journal into a directory of their own.
    fileprivate func keepLines(on directory: String) async throws {
        try await database.cluster.asSuperuser(
            in: database.name,
            "create tablespace small location '\(directory)'"
        )
        try await database.cluster.asSuperuser(
            in: database.name,
            "alter table ledger.journal_lines set tablespace small"
        )
    }
}

extension PrivateCluster {
    fileprivate func asSuperuser(in database: String, _ statement: String) async throws {
        let options = try ConnectionOptions(connectionString(database: database)).likePsql
        try await PostgresConnection.withConnection(to: options) { connection in
            _ = try await connection.withSession { try $0.runScript(statement) }
        }
    }
}
