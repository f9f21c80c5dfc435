import Testing

@testable import Services

@Suite("Watcher", .timeLimit(.minutes(10)))
struct WatcherTests {
    @Test("lets the operation go on when the watcher fails")
    func outlivesTheWatcher() async throws {
        let watcherHasEnded = Shutdown()
        let result = try await withWatcher {
            try await watcherHasEnded.wait()
            return 7
        } watcher: {
            watcherHasEnded.request()
            throw Refused()
        }
        #expect(result == 7)
    }

    @Test("cancels the operation when the watcher returns")
    func cancels() async {
        await #expect(throws: CancellationError.self) {
            try await withWatcher {
                try await Shutdown().wait()
            } watcher: {
            }
        }
    }
}
