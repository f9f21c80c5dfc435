import JSON
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("A table that is only logged", .servedDatabase, .timeLimit(.minutes(5)))
struct UnpostedTests {
    @Test("is said to be so, and so are its changes")
    func shown() async throws {
        try await Served.with { served in
            try await served.database.run(
                "create table stock (id integer primary key); select pgsync.attach('stock', posts => false)"
            )
            try await served.database.run("insert into stock values (1)")
            let token = try await served.token(.read)
            let newest = try await served.database.run("select max(id)::text from pgsync.sync_logs").first
            let change = try #require(newest ?? nil)
            let shown = try await served.api("GET", "/changes/\(change)", token)
            #expect(
                shown.data?["state"] == "unposted" && shown.data?["queued"] == .null,
                "\(shown.answer.body)"
            )
            let sources = try await served.api("GET", "/sources", token)
            let posts = sources.data?.array?.filter { $0["table"] == "public.stock" }.map { $0["posts"] }
            #expect(posts == [false], "\(sources.answer.body)")
        }
    }
}
