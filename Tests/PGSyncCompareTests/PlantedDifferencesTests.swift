import Concurrency
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncCompare

/// A kind of difference, and how 100 of it are made.
enum Planted: String, CaseIterable, CustomTestStringConvertible {
    case missingLeft = "missing on the left"
    case missingRight = "missing on the right"
    case beyondBothEnds = "beyond both ends of the keys"
    case neighbours = "in keys one after the other"
    case nullAgainstEmpty = "null against an empty text"
    case shiftedBorder = "'a|b', 'c' against 'a', 'b|c'"
    case lastDigit = "in the last digit of a float"
    case fraction = "in a fraction of a second"
    case caseAndBlank = "in capitals and in a blank at the end"
    case compositeKey = "in a key of two columns"
    case uuidAgainstText = "in a row whose key is a uuid and a text"
    case duplicateKey = "in a key that one side has twice"
    case swapped = "in values that two rows have swapped"

    var testDescription: String { rawValue }

    /// The script that plants them, and what is found of each number n, which is within 1 and 100.
    var script: String {
        switch self {
        case .missingLeft: "delete from shop.items where id % 20 = 3"
        case .missingRight: "delete from books.items where id % 20 = 3"
        case .beyondBothEnds:
            """
            insert into books.items (id, name) select -n, 'low' from generate_series(1, 50) as n;
            insert into shop.items (id, name) select 9000000000 + n, 'high' from generate_series(1, 50) as n;
            """
        case .neighbours: "update books.items set name = name || '!' where id between 1001 and 1100"
        case .nullAgainstEmpty:
            """
            update shop.items set name = null where id between 501 and 600;
            update books.items set name = '' where id between 501 and 600;
            """
        case .shiftedBorder:
            """
            update shop.items set name = 'a|b', status = 'c' where id between 501 and 600;
            update books.items set name = 'a', status = 'b|c' where id between 501 and 600;
            """
        case .lastDigit:
            """
            update shop.items set weight = 0.1 where id between 501 and 600;
            update books.items set weight = 0.1::float8 + 2e-17 where id between 501 and 600;
            """
        case .fraction:
            "update books.items set changed = changed + interval '1 microsecond' where id between 501 and 600"
        case .caseAndBlank:
            """
            update books.items set name = upper(name) where id between 501 and 550;
            update books.items set name = name || ' ' where id between 551 and 600;
            """
        case .compositeKey, .uuidAgainstText, .duplicateKey:
            """
            create table shop.parts (kind text, place integer, code uuid, value text);
            create table books.parts (kind text, place integer, code text, value text);
            insert into shop.parts
            select 'k' || n % 3, n, md5(n::text)::uuid, 'v' || n from generate_series(1, 1000) as n;
            insert into books.parts select kind, place, upper(code::text), value from shop.parts;
            """
                + (self == .duplicateKey
                    ? "insert into books.parts select * from books.parts where place between 501 and 600"
                    : "update books.parts set value = 'x' where place between 501 and 600")
        case .swapped:
            """
            update books.items as own set (name, rate) = (select other.name, other.rate from shop.items as other
                where other.id = case when own.id % 2 = 1 then own.id + 1 else own.id - 1 end)
            where own.id between 501 and 600
            """
        }
    }

    var entity: String {
        switch self {
        case .compositeKey, .duplicateKey:
            """
              entity items
                left shop.parts
                right books.parts
                key (kind, place)
                columns value
            """
        case .uuidAgainstText:
            """
              entity items
                left shop.parts
                right books.parts
                key code uuid
                columns value
            """
        default: CompareBench.items
        }
    }

    var found: [String: Int] {
        switch self {
        case .missingLeft: ["missing_left": 100]
        case .missingRight: ["missing_right": 100]
        case .beyondBothEnds: ["missing_left": 50, "missing_right": 50]
        case .duplicateKey: ["ambiguous": 100]
        default: ["different": 100]
        }
    }

    /// The columns that are named.
    var columns: String {
        switch self {
        case .missingLeft, .missingRight, .beyondBothEnds, .duplicateKey: ""
        case .shiftedBorder: "name,status"
        case .lastDigit: "weight"
        case .fraction: "changed"
        case .compositeKey, .uuidAgainstText: "value"
        case .swapped: "name,rate"
        case .neighbours, .nullAgainstEmpty, .caseAndBlank: "name"
        }
    }
}

@Suite("A comparison", .twoSides, .timeLimit(.minutes(5)))
struct PlantedDifferencesTests {
    private static let kinds = ["missing_left", "missing_right", "different", "ambiguous"]

    @Test("finds and names 100 differences", arguments: Planted.allCases)
    func planted(_ planted: Planted) async throws {
        let bench = CompareBench()
        try await bench.database.run(planted.script)
        try await bench.apply(planted.entity, head: "settle 0 s")
        let run = try await bench.run()
        #expect(run.ended.state == .completed)
        #expect(run.entity("items")?["state"]?.string == "compared", "\(run.report)")
        for kind in Self.kinds { #expect(run.count(kind) == planted.found[kind] ?? 0, "\(kind)") }
        let named = try await bench.differences(run)
        #expect(named.count == 100)
        let wrong = named.filter { !$0.hasSuffix(": \(planted.columns)") }
        #expect(wrong == [])
        #expect(Set(named).count == 100)
    }

    @Test("invents nothing where both sides are equal, and needs no second look")
    func equal() async throws {
        let bench = CompareBench()
        try await bench.apply()
        let run = try await bench.run()
        #expect(run.count("matched") == 2_000)
        #expect(run.count("differences") == 0)
        #expect(run.entity("items")?["verdict"]?.string == "perfect")
        #expect(run.report["health"]?.number?.description == "100.0")
    }

    @Test("gives two sides without rows no match, and no health")
    func nothing() async throws {
        let bench = CompareBench()
        try await bench.database.run("truncate shop.items, books.items")
        try await bench.apply()
        let run = try await bench.run()
        let items = try #require(run.entity("items"))
        #expect(items["state"]?.string == "compared")
        #expect(items["match"] == .null && items["verdict"] == .null)
        #expect(run.report["health"] == .null && run.report["match"] == .null)
    }

    @Test("says at least where there are more differences than it keeps, and gives no good verdict")
    func capped() async throws {
        let bench = CompareBench()
        try await bench.database.run(
            """
            insert into shop.items (id, name) select n, 'more' from generate_series(10001, 20050) as n;
            insert into shop.items (id, name) select n, 'same' from generate_series(100001, 320000) as n;
            insert into books.items (id, name) select id, name from shop.items where id > 100000;
            """
        )
        try await bench.apply(head: "settle 0 s")
        let run = try await bench.run()
        #expect(run.entity("items")?["capped"]?.bool == true)
        #expect(run.count("missing_right") == EntityComparison.mostDifferences)
        #expect(run.entity("items")?["verdict"]?.string == "critical")
        #expect(run.entity("items")?["due"]?.bool == true)
    }

    @Test("takes rows that arrive late for no difference, and finds those that were planted")
    func whileWriting() async throws {
        let bench = CompareBench()
        try await bench.database.run(
            """
            update books.items set name = 'planted' where id between 1901 and 1950;
            delete from books.items where id between 1951 and 2000;
            create table shop.late (id bigint, at timestamptz default clock_timestamp(), rate numeric);
            create function shop.note() returns trigger language plpgsql as
            'begin insert into shop.late (id, rate) values (new.id, new.rate); return null; end';
            create trigger note after update on shop.items for each row execute function shop.note();
            """
        )
        try await bench.apply(head: "settle 3 s")
        let written = try await Self.withWriters(bench.database) { _ in
            // All of the first rows are being written when it begins.
            try await eventually {
                try await bench.database.value("select count(*) > 200 from shop.late") == "t"
            }
            let run = try await bench.run()
            #expect(run.count("different") == 50)
            #expect(run.count("missing_right") == 50)
            #expect(run.count("missing_left") == 0)
            let named = try await bench.differences(run)
            #expect(named.allSatisfy { $0.hasSuffix(": name") || $0.hasPrefix("missing_right") })
        }
        #expect(written > 500)
    }

    /// Lends the time while rows 1 to 1,900 of the left side change, and the right side follows a second later.
    private static func withWriters(
        _ database: TestDatabase,
        _ body: (TestDatabase) async throws -> Void
    ) async throws -> Int {
        let isOver = Locked(false)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var generator = SeededGenerator(seed: 7)
                var count = 0
                try await database.connect { connection in
                    while !isOver.withLock({ $0 }) {
                        let id = Int.random(in: 1...1_900, using: &generator)
                        _ = try await connection.withSession { session in
                            try session.execute("update shop.items set rate = rate + 1 where id = \(id)")
                        }
                        count += 1
                    }
                }
                return count
            }
            group.addTask {
                try await database.connect { connection in
                    while !isOver.withLock({ $0 }) {
                        _ = try await connection.withSession { session in
                            try session.runScript(
                                """
                                with arrived as (
                                    delete from shop.late where at < clock_timestamp() - interval '1 s' returning id, rate
                                )
                                update books.items as own set rate = newest.rate
                                from (select id, max(rate) as rate from arrived group by id) as newest
                                where own.id = newest.id
                                """
                            ).count
                        }
                    }
                }
                return 0
            }
            do {
                try await body(database)
            } catch {
                isOver.withLock { $0 = true }
                throw error
            }
            isOver.withLock { $0 = true }
            return try await group.reduce(0, +)
        }
    }
}
