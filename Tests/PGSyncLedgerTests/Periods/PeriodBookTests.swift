import Days
import Postgres
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("PeriodBook", .ledger, .timeLimit(.minutes(10)))
struct PeriodBookTests {
    private func book<Result: Sendable>(_ body: @Sendable (PeriodBook) throws -> Result) async throws
        -> Result
    {
        try await TestDatabase.current.session { session in
            try session.transaction { try body(PeriodBook(session)) }
        }
    }

    private func refusal(_ body: @Sendable (PeriodBook) throws -> Void) async -> String {
        do {
            try await book(body)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("leads a period from open to closed and back, and says who and why")
    func steps() async throws {
        let (from, until) = (try #require(Day("2027-01-01")), try #require(Day("2027-01-31")))
        let opened = try await book { try $0.open("2027-01", from: from, until: until) }
        #expect(opened.status == .open && opened.firstDay == from && opened.lastDay == until)
        #expect(try await book { try $0.startClosing("2027-01") }.status == .closing)
        let closed = try await book { try $0.close("2027-01") }
        #expect(closed.status == .closed && closed.closedBy == "postgres" && closed.closedAt != nil)
        let again = try await book { try $0.reopen("2027-01", reason: "a bill was late") }
        #expect(again.status == .open && again.closedBy == nil && again.reason == "a bill was late")
        #expect(try await book { try $0.list() }.count == 13)
    }

    @Test("says what is in the way, and what to do")
    func refusals() async throws {
        let (from, until) = (try #require(Day("2026-12-15")), try #require(Day("2027-01-31")))
        _ = try await book { try $0.startClosing("2026-02") }
        _ = try await book {
            try $0.startClosing("2026-03")
            return try $0.close("2026-03")
        }
        #expect(
            await refusal { try $0.open("winter", from: from, until: until) }
                == "period 2026-12 covers 2026-12-01 to 2026-12-31, and periods do not overlap"
        )
        #expect(await refusal { try $0.open("2026-02", from: until, until: until) }.contains("is closing"))
        #expect(await refusal { try $0.close("2026-01") }.contains("pgsync period start-closing '2026-01'"))
        #expect(await refusal { try $0.startClosing("2026-02") } == "period 2026-02 is already closing")
        #expect(await refusal { try $0.startClosing("2026-03") }.contains("pgsync period reopen '2026-03'"))
        #expect(await refusal { try $0.reopen("2026-01", reason: "x") } == "period 2026-01 is already open")
        #expect(
            await refusal { try $0.reopen("2026-03", reason: " ") }
                == "a reason is required to reopen a period"
        )
        #expect(await refusal { try $0.close("2026-13") }.hasPrefix("unknown period 2026-13"))
    }
}
