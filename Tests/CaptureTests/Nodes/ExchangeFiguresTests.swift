import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("Figures of exchanges", .migrated, .timeLimit(.minutes(5)))
struct ExchangeFiguresTests {
    private func figures(_ side: TestDatabase) async throws -> ExchangeFigures {
        try await side.session { try ExchangeFigures.read($0) }
    }

    @Test("know every status that a master may have")
    func statuses() async throws {
        try await ExchangePair.with { pair in
            let constraint = try await pair.node.value(
                """
                select pg_get_constraintdef(oid) from pg_constraint
                where conname = 'status_is_known' and conrelid = 'pgsync.masters'::regclass
                """
            )
            let names = try #require(constraint).matches(of: /'([a-z_]+)'/).map { String($0.1) }
            #expect(!names.isEmpty && Set(names) == Set(ExchangeFigures.allStatuses))
        }
    }

    @Test("say how each neighbour stands, and count what it does not have as the status does")
    func neighbours() async throws {
        try await ExchangePair.with { pair in
            let fresh = try await figures(pair.master)
            #expect(fresh.neighbours.map(\.name) == ["north"])
            #expect(fresh.neighbours.first?.exchangeAge == nil)
            try await pair.master.run("insert into stock select n, 'x', n from generate_series(1, 30) as n")
            try await pair.exchange()
            try await pair.master.run("update stock set amount = 0 where id <= 7")
            try await pair.node.run(
                "update stock set amount = 1 where id > 25; select pgsync.end_exchange('master', 'success')"
            )
            for side in [pair.master, pair.node] { try await pair.fold(side) }
            try await pair.master.run(
                """
                select pgsync.resync_node('north', 'a test');
                update pgsync.nodes set clock_skew = '-2 seconds', acknowledged_at = clock_timestamp() - interval '1 hour';
                insert into pgsync.conflicts (source_table, record_id, node, type, policy, resolution, state)
                select 'stock'::regclass, n::text, 'north', 'refused', 'newer', 'queued',
                    case when n = 1 then 'settled' else 'open' end
                from generate_series(1, 4) as n
                """
            )
            let there = try await figures(pair.master)
            let north = try #require(there.neighbours.first)
            #expect(north.role == .node && north.pending == 7 && north.mustResync && north.clockSkew == -2)
            #expect((3_600..<3_700).contains(north.exchangeAge ?? 0))
            #expect(there.openConflicts == 3)
            #expect(try await pair.master.value("select pgsync.pending_records('north')") == "7")
            let here = try await figures(pair.node)
            let master = try #require(here.neighbours.first)
            #expect(master.role == .master && master.name == "master" && master.status == "success")
            #expect(master.pending == 5 && (0..<60).contains(master.exchangeAge ?? -1))
            #expect(try await pair.node.value("select pgsync.unsent_count('master')") == "5")
            #expect(here.openConflicts == 0)
            // However many there are, reading them ends.
            #expect(
                try await pair.master.lines(
                    "select pending::text from pgsync.exchange_figures(2) order by role"
                )
                    == ["2", "2"]
            )
        }
    }
}
