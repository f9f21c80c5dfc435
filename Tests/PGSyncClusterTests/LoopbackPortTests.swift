import Testing

@testable import PGSyncCluster

@Suite("Loopback port")
struct LoopbackPortTests {
    @Test("is free when the kernel says so, and never outside its range")
    func isFree() throws {
        #expect((1...65_535).contains(try LoopbackPort.free()))
        #expect(!LoopbackPort.isFree(70_000))
        #expect(!LoopbackPort.isFree(-1))
    }
}
