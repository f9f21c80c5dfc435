import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCompare

@Suite("What was mended", .twoSides, .timeLimit(.minutes(5)))
struct UndoTests {
    private let bench = CompareBench()

    private static func items(_ heal: String) -> String {
        CompareBench.items + "\n    sync above 5\n    heal \(heal)"
    }

    @Test("can be undone, but for rows that somebody has changed since")
    func undone() async throws {
        try await bench.database.run(
            """
            delete from books.items where id <= 10;
            delete from shop.items where id between 101 and 110;
            update books.items set name = 'other', note = 'mine' where id between 201 and 210;
            create table books.before as table books.items;
            """
        )
        try await bench.apply(Self.items("by copy with deletes"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        #expect(run.count("healed") == 30)
        try await bench.database.run("update books.items set name = 'later' where id = 205")
        let outcome = try await CompareUndo(to: bench.database.options, site: bench.site)
            .run(run.job, entity: nil)
        #expect(outcome.undone == 29)
        #expect(outcome.left.map(\.problem) == ["it has changed since it was compared or mended"])
        #expect(
            try await bench.database.lines(
                """
                select own.id from books.items as own full join books.before as was using (id)
                where row(own.*)::text is distinct from row(was.*)::text
                """
            ) == ["205"]
        )
        let again = try await CompareUndo(to: bench.database.options, site: bench.site).run(
            run.job,
            entity: nil
        )
        #expect(again.undone == 0)
    }

    @Test("leaves a row whole that a user has filled in since it was mended")
    func undoneNot() async throws {
        try await bench.database.run("delete from books.items where id <= 10")
        try await bench.apply(Self.items("by copy"), head: "settle 0 s")
        let run = try await bench.run(heals: true)
        try await bench.database.run("update books.items set note = 'by a user' where id = 3")
        let outcome = try await CompareUndo(to: bench.database.options, site: bench.site).run(
            run.job,
            entity: nil
        )
        #expect(outcome.undone == 9)
        #expect(
            try await bench.database.lines("select note from books.items where id <= 10") == ["by a user"]
        )
    }
}
