import Testing

@testable import PGSyncWorker

@Suite("PartList", .timeLimit(.minutes(1)))
struct PartListTests {
    private let list = PartList()

    @Test(
        "reads in the slow lane the parts of an owner whose tables took more than their share, until that is paid off"
    )
    func lanes() async throws {
        list.note(.seconds(20), of: "slow", at: .zero)
        list.note(.milliseconds(900), of: "quick", at: .zero)
        // Nobody knows yet whose it is: it is met in the usual lane, and passed on.
        list.offer(1, at: .zero)
        #expect(try await list.next(in: .usual) == 1)
        #expect(list.passOn(1, of: "slow", from: .usual, at: .zero))
        list.end(in: .usual)
        #expect(try await list.next(in: .slow) == 1)

        // While it is read, the part of another owner is, too; another one of the same owner waits for its turn.
        list.offer(2, at: .zero)
        #expect(try await list.next(in: .usual) == 2)
        #expect(!list.passOn(2, of: "quick", from: .usual, at: .zero))
        list.end(in: .usual)
        list.offer(1, at: .zero)
        list.offer(3, at: .zero)
        #expect(try await list.next(in: .usual) == 3)
        list.end(in: .usual)
        list.end(in: .slow)

        // A tenth of the time goes to each owner.
        list.offer(1, at: .seconds(180))
        #expect(try await list.next(in: .slow) == 1)
        list.end(in: .slow)
        list.offer(1, at: .seconds(200))
        #expect(try await list.next(in: .usual) == 1)
        #expect(!list.passOn(1, of: "slow", from: .usual, at: .seconds(200)))
    }

    @Test("bars an owner for ten minutes, and no other")
    func bars() {
        list.barOwner("locking", at: .seconds(5))
        #expect(list.isBarred("locking", at: .seconds(604)) && !list.isBarred("locking", at: .seconds(605)))
        #expect(!list.isBarred("other", at: .seconds(5)))
    }
}
