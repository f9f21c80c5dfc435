import Concurrency
import Services

/// What posters have met for whoever reads tables: one emptied part at a time, for the others are met again.
final class PartList: Sendable {
    private struct State {
        var current: Int64?
        var isTaken = false
        /// How many were read.
        var count = 0
    }

    private let state = Locked(State())
    private let latch = Latch<Void, Never>()

    /// At such intervals the parts that were passed over come up again, one by one.
    static let turn = Duration.milliseconds(60)

    /// Names a change that emptied a part; while another is being read, it is passed over.
    func offer(_ id: Int64) {
        let isNew = state.withLock { state in
            guard state.current == nil else { return false }
            state.current = id
            return true
        }
        if isNew { latch.open() }
    }

    /// Waits for a change that emptied a part.
    func next() async throws -> Int64 {
        while true {
            try await latch.wait()
            latch.close()
            let next = state.withLock { state -> Int64? in
                guard !state.isTaken else { return nil }
                state.isTaken = state.current != nil
                return state.current
            }
            if let next { return next }
        }
    }

    /// The table was read for it, whatever came of that.
    func end() {
        state.withLock { state in
            state.current = nil
            state.isTaken = false
            state.count += 1
        }
    }

    /// Waits until nothing is being read, and returns how many parts were by then.
    func countWhenIdle(until shutdown: Shutdown, clock: any Clock<Duration>) async throws -> Int {
        while true {
            let (isIdle, count) = state.withLock { ($0.current == nil, $0.count) }
            if isIdle { return count }
            if try await shutdown.sleep(for: .milliseconds(20), clock: clock) { return count }
        }
    }
}
