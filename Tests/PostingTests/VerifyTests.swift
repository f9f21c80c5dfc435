import Postgres
import TestSupport
import Testing

extension DatabaseTemplate {
    /// Bills with one entry, with two and with none, and a record of each other table.
    fileprivate static var filled: DatabaseTemplate {
        .posting.with(
            "filled",
            [
                """
                insert into bills (id, amount, fee, status)
                values (1, 100, null, 'final'), (2, 200, 20, 'final'), (3, 300, null, 'draft'), (4, 400, null, 'final');
                insert into moves (id, amount) values (1, 10), (2, 20);
                insert into parts (id, amount) values (1, 10), (4, 40);
                insert into notes values (1, 1);
                """,
                "select pgsync.process_batch('test', 100)",
                "update bills set amount = 110 where id = 4; delete from moves where id = 2",
                "select pgsync.process_batch('test', 100)",
            ]
        )
    }

    /// The same, with everything verified.
    fileprivate static var verified: DatabaseTemplate {
        .shared("verified", copyOf: filled) { connection in
            try await connection.withSession { try $0.verify() }
        }
    }
}

extension Session {
    /// Verifies everything.
    fileprivate func verify(heals: Bool = false, dryRun: Bool = false, rows: Int = 20) throws {
        let job = try value("select job from pgsync.begin_verify(heals => \(heals), dry_run => \(dryRun))")
        for _ in 1...1000 {
            let state = try value("select state from pgsync.verify_step(\(job), \(rows))")
            if state != "running" {
                #expect(state == "completed")
                break
            }
        }
    }
}

@Suite("A verification", .timeLimit(.minutes(5)))
struct VerifyTests {
    let database = TestDatabase.current

    /// Verifies everything in a session of its own.
    private func verify(heals: Bool = false, rows: Int = 20) async throws {
        try await database.session { try $0.verify(heals: heals, rows: rows) }
    }

    private func open() async throws -> [String] {
        try await database.lines(
            "select kind from pgsync.sync_differences where state in ('open', 'investigating') order by kind, id"
        )
    }

    /// All differences, for the comment of an expectation.
    private func details() async throws -> Comment {
        let lines = try await database.lines(
            """
            select concat_ws(' ', kind, record_id, entry_id, change_id, found, state, reason)
            from pgsync.sync_differences order by id
            """
        )
        return Comment(rawValue: lines.joined(separator: "\n"))
    }

    private func expectOpen(_ kinds: Set<String>, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let (found, details) = (try await open(), try await details())
        #expect(Set(found) == kinds, details, sourceLocation: sourceLocation)
    }

    @Test(
        "finds nothing where nothing is wrong, whatever the size of its steps",
        .database(copyOf: .filled),
        arguments: [1, 2, 7, 1000]
    )
    func clean(rows: Int) async throws {
        try await verify(rows: rows)
        try await expectOpen([])
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', source_table, records, equal, no_entry) from pgsync.verified_sources
                where job = 1 order by source_table::text
                """
            ) == ["bills 4 3 1", "moves 1 1 0", "notes 1 0 1", "parts 2 2 0"]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', source_table, captured, posted, amended, reversed, failed, waiting)
                from pgsync.verified_days order by source_table::text
                """
            ) == ["bills 5 3 1 0 0 0", "moves 3 2 0 1 0 0", "notes 1 0 0 0 1 0", "parts 2 2 0 0 0 0"]
        )
        #expect(
            try await database.value(
                "select digest = sha256(convert_to(report, 'UTF8')) and report::jsonb ->> 'job' = '1' from pgsync.verify_runs"
            ) == "t"
        )
    }

    @Test(
        "names a planted fault, heals it where that is right, and is clean after that",
        .database(copyOf: .verified),
        arguments: PlantedFault.records + PlantedFault.journal + PlantedFault.bookkeeping + PlantedFault.signs
    )
    func finds(fault: PlantedFault) async throws {
        try await expectOpen([])
        try await database.run(fault.sql)
        for _ in 1...Profile.size(1, full: 2) {
            try await verify()
            try await expectOpen(fault.kinds)
        }

        try await database.run("select pgsync.set_configuration('heal_limit_percent', '100')")
        try await verify(heals: true)
        try await database.drain()
        try await verify()
        try await expectOpen(fault.left)
        if fault.left.isEmpty {
            #expect(try await database.value("select count(*) > 0 from pgsync.sync_heals") == "t")
        }
    }
}
