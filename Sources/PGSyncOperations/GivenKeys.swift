import Concurrency

/// Secrets that came with requests, for the jobs of this process alone; nothing writes them anywhere.
package final class GivenKeys: Sendable {
    private struct State {
        var keys: [Int64: String] = [:]
        /// Jobs that nobody has begun to serve.
        var isNew: Set<Int64> = []
        var isServed = false
    }

    private let state = Locked(State())
    private let arrival = Latch<Void, Never>()

    package init() {}

    /// Whether a worker of this process runs the jobs.
    package var isServed: Bool { state.withLock { $0.isServed } }

    package func put(_ key: String, for job: Int64) {
        state.withLock { state in
            state.keys[job] = key
            state.isNew.insert(job)
        }
        arrival.open()
    }

    package func key(for job: Int64) -> String? { state.withLock { $0.keys[job] } }

    package func forget(_ job: Int64) { state.withLock { _ = $0.keys.removeValue(forKey: job) } }

    /// Says whether the jobs are run; those that were not begun are found again by whoever runs them next.
    package func serve(_ isServed: Bool) {
        state.withLock { state in
            state.isServed = isServed
            if isServed { state.isNew = Set(state.keys.keys) }
        }
        if isServed { arrival.open() }
    }

    /// Waits for a job that nobody serves.
    package func next() async throws -> Int64 {
        while true {
            try await arrival.wait()
            let job = state.withLock { state -> Int64? in
                let first = state.isNew.min()
                if let first { state.isNew.remove(first) }
                if state.isNew.isEmpty { arrival.close() }
                return first
            }
            if let job { return job }
        }
    }
}
