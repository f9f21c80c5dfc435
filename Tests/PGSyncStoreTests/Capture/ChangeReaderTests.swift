import PGSyncCore
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("ChangeReader", .migratedDatabase, .timeLimit(.minutes(10)))
struct ChangeReaderTests {
    @Test("hands over each change between two ticks once, in pages, also one that committed late")
    func reads() async throws {
        let database = TestDatabase.current
        try await database.session { session in
            try session.runScript("create table bills (id int primary key, amount int)")
            let store = SourceStore(session)
            _ = try store.attach(try store.table(named: "bills"), CaptureOptions())
        }
        let (first, second, third) = try await database.connect { late in
            _ = try await late.withSession { try $0.runScript("begin; insert into bills values (100, 1)") }
            let ticks = try await database.session { session in
                let reader = ChangeReader(session)
                let first = try reader.tick()
                try session.execute("insert into bills select g, g from generate_series(1, 25) as g")
                try session.execute("update bills set amount = 0 where id = 3")
                return (first, try reader.tick())
            }
            _ = try await late.withSession { try $0.runScript("commit") }
            let third = try await database.session { try ChangeReader($0).tick() }
            return (ticks.0, ticks.1, third)
        }
        let (early, late, all) = try await database.session { session in
            (
                try read(session, first, second), try read(session, second, third),
                try read(session, nil, third)
            )
        }
        #expect(early.count == 26 && Set(early.map(\.id)).count == 26)
        #expect(early.last?.action == .update && early.last?.recordID == "3")
        #expect(early.last?.data == #"{"id": 3, "amount": 0}"#)
        #expect(late.map(\.recordID) == ["100"])
        #expect(Set(all.map(\.id)) == Set((early + late).map(\.id)))
    }

    private func read(
        _ session: Session,
        _ after: ChangeReader.Tick?,
        _ until: ChangeReader.Tick
    ) throws -> [Change] {
        var changes: [Change] = []
        try session.transaction {
            try ChangeReader(session).changes(after: after, until: until, pageSize: 10) { page in
                #expect(page.count <= 10)
                changes += page
            }
        }
        return changes
    }
}
