/// What a test waited for in vain.
public struct NeverHappened: Error, CustomStringConvertible {
    /// Says how long the wait was and where.
    public let description: String
}

/// Waits until a condition holds, and throws ``NeverHappened`` if it does not in good time.
///
/// This is the one place in the tests that waits by time. The limit is generous, because it is only ever
/// reached by a test that fails.
public func eventually(
    within limit: Duration = .seconds(60),
    fileID: StaticString = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NeverHappened(description: "\(fileID):\(line): did not happen within \(limit)")
        }
        try await Task.sleep(for: .milliseconds(1))
    }
}
