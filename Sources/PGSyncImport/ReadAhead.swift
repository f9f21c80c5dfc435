import Concurrency
import PGSyncRemote
import PGSyncRules

/// Asks for pages before their turn, while those before them are written.
///
/// Answers are taken in the order of the pages, so that a walk is what it would be without it.
struct ReadAhead {
    typealias Fetched = (page: ImportPage, answer: CallRunner.Answer?)

    private struct Call {
        let task: Task<Fetched, any Error>
        let hasEnded: Locked<Bool>
        /// Who waits for its end is woken by the bell: at the end, or after some time.
        let news: AsyncStream<Void>
        let bell: AsyncStream<Void>.Continuation

        init(_ body: @escaping @Sendable () async throws -> Fetched) {
            let (hasEnded, (news, bell)) = (Locked(false), AsyncStream<Void>.makeStream())
            (self.hasEnded, self.news, self.bell) = (hasEnded, news, bell)
            task = Task {
                defer {
                    hasEnded.withLock { $0 = true }
                    bell.finish()
                }
                return try await body()
            }
        }
    }

    private var asked: [String: Call] = [:]
    private let get: @Sendable (String) async throws -> Fetched

    init(_ get: @escaping @Sendable (String) async throws -> Fetched) { self.get = get }

    mutating func ask(_ url: String) {
        guard asked[url] == nil else { return }
        asked[url] = Call { [get] in try await get(url) }
    }

    /// Whether the answer to a call is there, or comes within some time.
    func has(_ url: String, within time: Duration) async -> Bool {
        guard let call = asked[url] else { return false }
        if call.hasEnded.withLock({ $0 }) { return true }
        guard time > .zero else { return false }
        let timer = Task {
            try await Task.sleep(for: time)
            call.bell.yield()
        }
        defer { timer.cancel() }
        for await _ in call.news { break }
        return call.hasEnded.withLock { $0 }
    }

    /// The answer to a call that was made before its turn, or is made now.
    mutating func answer(to url: String) async throws -> Fetched {
        guard let task = asked.removeValue(forKey: url)?.task else { return try await get(url) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Ends the calls that nobody waits for.
    mutating func forget() async {
        let tasks = asked.values.map(\.task)
        asked = [:]
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }
}

/// The calls of a stream that may be under way at once: one for each slot that its sessions hold, whoever makes it.
final class CallSlots: Sendable {
    private struct State {
        var free = 0
        var waiting: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
        var lastID = 0
    }

    private let state = Locked(State())

    /// How many calls wait for one.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func add() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            state.free += 1
            guard state.free > 0, !state.waiting.isEmpty else { return nil }
            state.free -= 1
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }

    /// Calls that are under way go on; the next one waits for them.
    func remove() { state.withLock { $0.free -= 1 } }

    func hold<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await take()
        defer { add() }
        return try await body()
    }

    private func take() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Swift.Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.free > 0 else {
                        state.waiting.append((id, continuation))
                        return nil
                    }
                    state.free -= 1
                    return .success(())
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let ended = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            ended?.resume(throwing: CancellationError())
        }
    }
}
