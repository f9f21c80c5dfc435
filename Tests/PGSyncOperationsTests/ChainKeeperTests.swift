import FoundationEssentials
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@Suite(
    "The job that keeps the chain",
    .migrated(as: "chain_keeper", LittleLedger.cashBook),
    .timeLimit(.minutes(5))
)
struct ChainKeeperTests {
    private let database = TestDatabase.current
    private let file = "\(ScratchSpace.directory)/anchors-\(UInt64.random(in: 0 ... .max))"

    private func run(_ destinations: [AnchorDestination]) async throws -> JobRunner.Report? {
        try await database.run("select pgsync.request_job('chain', 'all')")
        return try await database.connect { connection in
            try await JobRunner(JobOperations.all(anchoringTo: destinations).filter { $0.kind == "chain" })
                .runNext(on: connection, until: Shutdown())
        }
    }

    private func post(_ key: String) async throws {
        try await database.run(
            """
            select ledger.post_entry(
                '2026-04-10', 'INR', 'Sale', '[{"account": "1000", "debit": 5}, {"account": "4000", "credit": 5}]', '\(key)'
            )
            """
        )
    }

    @Test("chains, and anchors what grew; what did not is anchored again after an hour")
    func kept() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await post("1")
        for (posts, lines) in [(false, 1), (false, 1), (true, 2)] {
            if posts { try await post("2") }
            #expect(try await run([.file(file)])?.state == .completed)
            #expect(try await database.value("select count(*) from pgsync.chain_anchors") == "\(lines)")
        }
        #expect(
            try await database.value(
                "select counts ->> 'rows' from pgsync.sync_jobs order by id desc limit 1"
            ) == "1"
        )
        #expect(try await database.value("select lag_seconds < 60 from pgsync.chain_state") == "t")
        #expect(
            try await database.value("select enabled from pgsync.sync_schedules where kind = 'chain'") == "t"
        )
    }

    @Test("fails with what is wrong, after it has anchored in the other places")
    func broken() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await post("1")
        let report = try await run([.command(["false"]), .file(file)])
        #expect(report?.state == .failed && report?.reason?.contains("command:false") == true)
        #expect(try await database.value("select error_class from pgsync.sync_jobs") == "chain.anchor")
        #expect(try await database.lines("select kind from pgsync.chain_anchors") == ["file"])
        try await database.run(
            """
            alter table pgsync.audit_chain disable trigger all;
            delete from pgsync.audit_chain where seq = (select max(seq) from pgsync.audit_chain);
            """
        )
        #expect(
            try await run([.command(["false"]), .file(file)])?.reason?.contains("was written anew") == true
        )
        #expect(
            try await database.value("select error_class from pgsync.sync_jobs order by id desc limit 1")
                == "chain.broken"
        )
    }

    @Test("tells two commands of one program apart, so that one does not stand for the other")
    func commands() async throws {
        try await post("1")
        let places = [
            AnchorDestination.command(["test", "a", "=", "a"]), .command(["test", "a", "=", "b"]),
            .command(["true"]),
        ]
        #expect(Set(places.map(\.place)).count == 3)
        #expect(places[2].place == "true")
        for _ in 1...2 {
            let report = try await run(places)
            #expect(report?.state == .failed && report?.reason?.contains(places[1].place) == true)
        }
        #expect(
            try await database.lines("select destination from pgsync.chain_anchors order by 1")
                == [places[0].place, "true"]
        )
    }

    @Test("reads places as they are written, and no others")
    func places() {
        for text in ["file:/a b/c", "syslog", "database:archive", "command:git-anchor /srv x"] {
            #expect(AnchorDestination(text)?.text == text)
        }
        for text in ["", "file:", "ftp:x", "command: ", "syslog:x", "/a/b"] {
            #expect(AnchorDestination(text) == nil, "\(text)")
        }
    }

    @Test("finds an anchor in any line of a log, whatever the database is called, and none that is not whole")
    func lines() throws {
        var line = AnchorLine(
            seq: 12,
            head: String(repeating: "0f", count: 32),
            rows: 7,
            at: Timestamp(microsecondsSinceEpoch: 1_764_437_901_010_877),
            system: 7_713_647_868_115_537_392,
            database: "a b\n%ü seq=9 head=x"
        )
        #expect(AnchorLine(line.text) == line)
        #expect(AnchorLine("Nov 29 17:38:21 host pgsync[7]: \(line.text) trailing words") == line)
        line.database = "shop"
        let text = line.text
        #expect(text.hasSuffix(" at=2025-11-29T17:38:21.010877Z system=7713647868115537392 database=shop"))
        #expect(AnchorLine(text.replacing("v=1", with: "v=2")) == nil)
        for end in text.indices where end < text.index(text.endIndex, offsetBy: -4) {
            #expect(AnchorLine(text[..<end]) == nil, "\(text[..<end])")
        }
        #expect(AnchorLine(text.replacing("2025-11", with: "2025-13")) == nil)
    }
}
