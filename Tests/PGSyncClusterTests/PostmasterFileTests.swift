import Testing

@testable import PGSyncCluster

@Suite("Postmaster file")
struct PostmasterFileTests {
    @Test("is read in each state of being written")
    func isRead() throws {
        let start = "6401\n/state/data\n1795242382\n"
        let early = try #require(PostmasterFile(start))
        #expect(early.pid == 6_401 && early.startTime == .seconds(1_795_242_382))
        #expect(early.port == nil && !early.listens && !early.isReady)

        let socketOnly = try #require(
            PostmasterFile(start + "5432\n/state/run\n\n  16230069    8\nstarting\n")
        )
        #expect(socketOnly.port == 5_432 && !socketOnly.listens && !socketOnly.isReady)

        let ready = try #require(
            PostmasterFile(start + "5499\n/state/run\n127.0.0.1\n  16230069  8\nready   \n")
        )
        #expect(ready.port == 5_499 && ready.listens && ready.isReady)

        #expect(PostmasterFile("-12\n/state/data\n1\n")?.pid == 12, "single-user mode")
    }

    @Test(
        "is nothing while it does not tell the process",
        arguments: ["", "64", "x\n/state\n1\n", "0\n/state\n1\n"]
    )
    func isNothing(text: String) {
        #expect(PostmasterFile(text) == nil)
    }
}
