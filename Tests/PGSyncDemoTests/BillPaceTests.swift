import Testing

@testable import PGSyncDemo

@Suite("BillPace")
struct BillPaceTests {
    private func options(rate: Int, edits: Double = 0, limit: Int? = nil) -> DemoOptions {
        var options = DemoOptions()
        (options.rate, options.editShare, options.limit) = (rate, edits, limit)
        return options
    }

    @Test("comes to its rate, of few bills and of many", arguments: [1, 3, 5, 7, 64, 5_000])
    func rate(_ rate: Int) throws {
        var pace = BillPace(options(rate: rate))
        var elapsed = Duration.zero
        var bills = 0
        while elapsed < .seconds(20) {
            let batch = try #require(pace.next)
            elapsed += pace.delay(at: elapsed)
            pace.wrote(batch, at: elapsed)
            bills += batch.bills
        }
        // The last batch may begin just before the end, after one that is ahead of the rate.
        #expect((20 * rate...20 * rate + 2 * max(rate / 5, 1)).contains(bills))
    }

    @Test("does not make up for a long wait, but for a short one")
    func lateness() throws {
        var pace = BillPace(options(rate: 5))
        pace.wrote(try #require(pace.next), at: .milliseconds(900))
        #expect(pace.delay(at: .milliseconds(900)) == .zero)
        pace.wrote(try #require(pace.next), at: .seconds(60))
        #expect(pace.delay(at: .seconds(60)) == .milliseconds(200))
    }

    @Test("ends at its limit")
    func limit() throws {
        var pace = BillPace(options(rate: 20, limit: 10))
        var bills: [Int] = []
        while let batch = pace.next {
            bills.append(batch.bills)
            pace.wrote(batch, at: .zero)
        }
        #expect(bills == [4, 4, 2])
    }

    @Test("spreads the edits over the bills", arguments: [0, 0.3, 1, 2.5, 10])
    func edits(_ share: Double) throws {
        var pace = BillPace(options(rate: 5, edits: share))
        var changes: [Int] = []
        for _ in 0..<100 {
            let batch = try #require(pace.next)
            changes.append(batch.changes)
            pace.wrote(batch, at: .zero)
        }
        #expect(changes.reduce(0, +) == Int(100 * share))
        let bounds = Int(share)...Int(share.rounded(.up))
        #expect(changes.allSatisfy { bounds.contains($0) }, "\(changes)")
    }
}
