import TestSupport
import Testing

@Suite("The generator of clinic bills", .packs, .timeLimit(.minutes(5)))
struct GeneratorTests {
    private static let kinds: Set = [
        "data.missing", "data.precision", "data.range", "data.unknown_mode", "rule.assert_failed",
        "rule.unbalanced",
    ]

    /// How the rules judge what was generated: how often each failure, `entry` or `nothing` came out.
    private func outcomes() async throws -> [String: Int] {
        let replay = Replay(try Pack.clinic.rules())
        var counts: [String: Int] = [:]
        for (table, image) in try await TestDatabase.current.lastImages() {
            switch try replay.outcome(of: image, in: table) {
            case .nothing: counts["nothing", default: 0] += 1
            case .entry: counts["entry", default: 0] += 1
            case .failure(let kind): counts[kind, default: 0] += 1
            }
        }
        return counts
    }

    @Test("writes bills that can all be posted, unless told otherwise")
    func good() async throws {
        try await TestDatabase.current.run("select clinic.generate(3000, 7, bad_share => 0)")
        let outcomes = try await outcomes()
        #expect(Set(outcomes.keys) == ["entry", "nothing"], "\(outcomes)")
        #expect(outcomes["entry", default: 0] > 3_000)
    }

    @Test("writes the share of bad bills that is asked for, bad in every way")
    func bad() async throws {
        try await TestDatabase.current.run(
            "select clinic.generate(4000, 7, bad_share => 0.1, change_share => 0)"
        )
        let outcomes = try await outcomes()
        #expect(Set(outcomes.keys) == Self.kinds.union(["entry"]), "\(outcomes)")
        let failures = outcomes.filter { Self.kinds.contains($0.key) }.values.reduce(0, +)
        let share = Double(failures) / Double(outcomes.values.reduce(0, +))
        #expect((0.08...0.12).contains(share), "\(outcomes)")
    }

    @Test("edits, cancels, reinstates, deletes and mends, in later calls also what earlier ones wrote")
    func changes() async throws {
        let database = TestDatabase.current
        try await database.run("select clinic.generate(1000, bad_share => 0.1, change_share => 0)")
        let before = try await outcomes()
        try await database.run("select clinic.generate(1000, bad_share => 0, change_share => 3)")
        let actions = try await database.run("select distinct action from pgsync.sync_logs order by action")
        #expect(actions == ["create", "delete", "update"])
        let earlier = try await database.run(
            """
            select count(*) || ' ' || count(*) filter (where action = 'delete')
            from pgsync.sync_logs where action <> 'create' and record_id ~ '^1.{6}$'
            """
        )
        let counts = (earlier.first ?? nil)?.split(separator: " ").compactMap { Int($0) } ?? []
        #expect(counts.count == 2 && counts[0] > 500 && counts[1] > 20, "\(counts)")
        let after = try await outcomes()
        #expect(after["nothing", default: 0] > 0)
        for kind in Self.kinds where kind != "rule.unbalanced" {
            #expect(after[kind, default: 0] < before[kind, default: 0], "\(kind): \(before) \(after)")
        }
    }

    @Test("writes the same for the same seed, and other bills for another")
    func seeds() async throws {
        func bills(seed: Int) async throws -> String {
            let texts = try await TestDatabase.current.run(
                """
                begin;
                alter sequence clinic.generated_blocks restart;
                select count(*) from clinic.generate(500, \(seed), 0.1, 0.5, '2026-06-30');
                create temporary table written on commit drop as
                select string_agg(last::text, E'\\n' order by last::text collate "C") as text
                from (
                    select source_table::text, record_id, action, data from pgsync.sync_logs
                ) as last;
                select text from written;
                """
            )
            // Closing the session takes it all back.
            return try #require(texts.first ?? nil)
        }
        let first = try await bills(seed: 5)
        #expect(try await bills(seed: 5) == first)
        #expect(try await bills(seed: 6) != first)
    }

    @Test("says what it cannot do")
    func refuses() async throws {
        for call in [
            "generate(0)", "generate(1000000)", "generate(10, bad_share => 2)", "generate(10, 1, 0, -1)",
            "generate(null)",
        ] {
            let condition = try await TestDatabase.current.condition(of: "select clinic.\(call)")
            #expect(condition == "22023", "\(call)")
        }
    }
}
