/// Runs an operation beside a watcher, and cancels the operation if the watcher returns first.
///
/// The result is always that of the operation. A watcher that throws merely stops watching.
func withWatcher<Success: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Success,
    watcher: @escaping @Sendable () async throws -> Void
) async throws -> Success {
    try await withTaskGroup(of: Ending<Success>.self) { group in
        group.addTask {
            do {
                return .operation(.success(try await operation()))
            } catch {
                return .operation(.failure(error))
            }
        }
        group.addTask {
            do {
                try await watcher()
                return .watcher(wantsCancellation: true)
            } catch {
                return .watcher(wantsCancellation: false)
            }
        }
        while let ending = await group.next() {
            switch ending {
            case .operation(let result):
                group.cancelAll()
                return result
            case .watcher(let wantsCancellation):
                if wantsCancellation { group.cancelAll() }
            }
        }
        return .failure(CancellationError())
    }.get()
}

private enum Ending<Success: Sendable>: Sendable {
    case operation(Result<Success, any Error>)
    case watcher(wantsCancellation: Bool)
}
