import Postgres
import TestSupport
import Testing

@Suite("By hand, a worker's login", .posting, .timeLimit(.minutes(2)))
struct ByHandTests {
    let database = TestDatabase.current

    private static let hand = "set role pgsync_worker;"

    private func announce(_ body: (PostgresConnection, String) async throws -> Void) async throws {
        try await database.run("insert into bills (id, amount) values (1, 1)")
        try await database.connect { announcer in
            let id = try await announcer.withSession {
                try $0.query("select pgsync.begin_careful('w')").onlyRow().decode(0, as: Int64.self)
            }
            try await body(announcer, "\(id)")
        }
    }

    private var waiting: [String] {
        get async throws {
            try await database.lines(
                "select concat_ws(' ', sync_status, retry_count, locked_at is not null) from pgsync.sync_queue"
            )
        }
    }

    @Test("ends no attempt that another session has announced")
    func othersAttempt() async throws {
        try await announce { announcer, id in
            for (holdsSlot, state) in [("true", "55000"), ("false", "55P03")] {
                let error = try await database.refusal(
                    of: """
                        \(Self.hand) set lock_timeout = '100ms';
                        select pgsync.end_careful('w', \(id), 'unexpected', 'no reason', \(holdsSlot))
                        """
                )
                #expect(error.sqlState?.code == state)
            }
            #expect(try await waiting == ["pending 0 t"])
            _ = try await announcer.withSession { try $0.query("select pgsync.process_one('w', 1)") }
            #expect(try await database.outcomes() == ["1 posted"])
        }
    }

    @Test("notes no failure of a class that no worker meets")
    func classes() async throws {
        try await announce { announcer, id in
            for errorClass in ["data.missing", "rule.missing", "crash", "blocked", "anything"] {
                let error = try await #require(throws: PostgresError.self) {
                    try await announcer.withSession {
                        _ = try $0.runScript("select pgsync.end_careful('w', \(id), '\(errorClass)', 'x')")
                    }
                }
                #expect(error.sqlState?.code == "22023", "\(errorClass)")
            }
            #expect(try await waiting == ["pending 0 t"])
            for code in [
                "XX000", "22012", "23505", "40001", "PL005", "PL006", "PL007", "PL008", "PL001", "PL002",
            ] {
                try await announcer.withSession {
                    _ = try $0.runScript(
                        """
                        begin;
                        select pgsync.end_careful('w', \(id), pgsync.error_class_of('\(code)'), 'x', false);
                        rollback
                        """
                    )
                }
            }
        }
    }

    @Test("posts nothing that was not announced, nor what another session has announced")
    func unannounced() async throws {
        try await database.run("insert into bills (id, amount) values (1, 1)")
        let error = try await database.refusal(of: "\(Self.hand) select pgsync.process_one('w', 1, false)")
        #expect(error.message == "change 1 was not announced")
        for call in ["process_one('w', 1)", "process_one('w', 77)", "end_careful('w', 77)"] {
            let error = try await database.refusal(of: "\(Self.hand) select pgsync.\(call)")
            #expect(error.message.hasSuffix("was not announced in this session"), "\(call)")
        }
        #expect(try await waiting == ["pending 0 f"])
        #expect(try await database.value("\(Self.hand) select pgsync.begin_careful('w')") == "1")
        // Once it is over, whoever comes late finds nothing, as a worker whose change an operator has skipped.
        for expected in ["1", "0"] {
            #expect(
                try await database.value("\(Self.hand) select posted from pgsync.process_one('w', 1, false)")
                    == expected
            )
        }
    }

    @Test(
        "posts nothing while posting is paused, and lets go of what it has announced",
        arguments: [true, false]
    )
    func paused(holdsSlot: Bool) async throws {
        try await database.run("insert into bills (id, amount) values (1, 1)")
        try await database.connect { worker in
            let told = try await worker.withSession { session in
                _ = try session.runScript(
                    "select pgsync.begin_careful('w', holds_slot => \(holdsSlot)); select pgsync.pause()"
                )
                return try session.query(
                    "select is_paused, claimed from pgsync.process_one('w', 1, \(holdsSlot))"
                )
                .onlyRow()
            }
            #expect(try told.decode("is_paused", as: Bool?.self) == true)
            #expect(try told.decode("claimed", as: Int.self) == 0)
            #expect(try await waiting == ["pending 0 f"])
            #expect(try await database.post("select pgsync.resume()") == "posted 1")
        }
    }

    @Test("neither stops a worker nor speaks for one that lives by a lock of another session")
    func othersWorker() async throws {
        try await database.connect { worker in
            let id = try await worker.withSession {
                try $0.query("select pgsync.register_worker('w', 'here', 7, '1.0', 1)").onlyRow()
                    .decode(0, as: Int.self)
            }
            let error = try await database.refusal(of: "\(Self.hand) select pgsync.stop_worker(\(id))")
            #expect(error.sqlState?.code == "42501")
            #expect(
                try await database.value("\(Self.hand) select pgsync.report_worker(\(id), '{\"a\": 1}')")
                    == "f"
            )
            let standing = "select state || figures from pgsync.sync_workers"
            #expect(try await database.value(standing) == "running{}")
            try await worker.withSession {
                _ = try $0.runScript(
                    "select pgsync.report_worker(\(id), '{\"b\": 2}'); select pgsync.stop_worker(\(id))"
                )
            }
            #expect(try await database.value(standing) == "stopped{}")
        }
    }

    @Test("does not touch a worker behind a pooler that another login has started")
    func othersPooledWorker() async throws {
        let id =
            try await database.value("select pgsync.register_worker('w', 'here', 7, '1.0', 1, false)") ?? ""
        let role = "worker_by_hand_of_\(database.name)"
        try await database.run("create role \(role) login in role pgsync_worker")
        try await database.connect(as: database.options.with("user", role)) { other in
            for call in ["report_worker(\(id))", "resume_worker(\(id))"] {
                let answer = try await other.withSession {
                    try $0.query(Query("select coalesce(pgsync.\(call), false)", [])).onlyRow().decode(
                        0,
                        as: Bool.self
                    )
                }
                #expect(!answer, "\(call)")
            }
            await #expect(throws: PostgresError.self) {
                try await other.withSession { _ = try $0.runScript("select pgsync.stop_worker(\(id))") }
            }
        }
        try await database.run("drop role \(role)")
        #expect(try await database.value("select state from pgsync.sync_workers") == "running")
    }
}
