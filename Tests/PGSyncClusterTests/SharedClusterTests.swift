import PGSyncCluster
import TestSupport
import Testing

@Suite("Shared cluster", .timeLimit(.minutes(10)))
struct SharedClusterTests {
    @Test("is one for all who ask, and runs")
    func isOneForAll() async throws {
        let clusters = try await withThrowingTaskGroup(of: PrivateCluster.self) { group in
            for _ in 0..<4 { group.addTask { try await SharedCluster.cluster() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(clusters.count == 4 && clusters.allSatisfy { $0 === clusters[0] })
        #expect(try await clusters[0].query("select 1") == "1")
    }
}
