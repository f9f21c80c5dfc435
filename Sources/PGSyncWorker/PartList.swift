import Locking
import Services

/// What posters have met for whoever reads tables: one emptied part at a time in each lane, for the others are met
/// again.
///
/// An owner one of whose tables took long is read in the slow lane from then on: so he holds up the parts of others once,
/// however many tables and parts he has.
final class PartList: Sendable {
    enum Lane: CaseIterable {
        case usual, slow
    }

    private struct Place {
        var change: Int64?
        var isTaken = false
    }

    private struct State {
        var places: [Lane: Place] = [:]
        var slowOwners: Set<String> = []
        /// Changes that the slow lane has been handed, and those of them that were met again.
        var slowChanges: Set<Int64> = []
        /// How many were read.
        var count = 0
    }

    private let state = Locked(State())
    private let bells: [Lane: Bell] = [.usual: Bell(), .slow: Bell()]

    /// At such intervals the parts that were passed over come up again, one by one.
    static let turn = Duration.milliseconds(60)

    /// What takes longer than this is slow.
    static let slowness = Duration.seconds(2)

    /// Only so many changes are known to be slow; the others are found to be.
    private static let knownChanges = 1_000

    /// Names a change that emptied a part; while another is being read, it is passed over.
    func offer(_ id: Int64) {
        place(id, in: state.withLock { $0.slowChanges.contains(id) } ? .slow : .usual)
    }

    /// Whether a change of this owner is for the other lane, which then has been offered it.
    func passOn(_ id: Int64, of owner: String) -> Bool {
        let isSlow = state.withLock { state in
            guard state.slowOwners.contains(owner) else { return false }
            if state.slowChanges.count >= Self.knownChanges { state.slowChanges = [] }
            state.slowChanges.insert(id)
            return true
        }
        if isSlow { place(id, in: .slow) }
        return isSlow
    }

    private func place(_ id: Int64, in lane: Lane) {
        let isNew = state.withLock { state in
            guard state.places[lane]?.change == nil else { return false }
            state.places[lane] = Place(change: id)
            return true
        }
        if isNew { bells[lane]?.ring() }
    }

    /// Waits for a change that emptied a part.
    func next(in lane: Lane) async throws -> Int64 {
        while true {
            try await bells[lane]?.wait()
            bells[lane]?.clear()
            let next = state.withLock { state -> Int64? in
                guard let place = state.places[lane], !place.isTaken else { return nil }
                state.places[lane]?.isTaken = true
                return place.change
            }
            if let next { return next }
        }
    }

    /// A table was read, whatever came of that, or was not for this lane.
    func end(in lane: Lane) {
        state.withLock { state in
            state.places[lane] = nil
            state.count += 1
        }
    }

    /// The tables of this owner take long.
    func noteSlow(_ owner: String) {
        state.withLock { _ = $0.slowOwners.insert(owner) }
    }

    /// Waits until nothing is being read, and returns how many parts were by then.
    func countWhenIdle(until shutdown: Shutdown, clock: any Clock<Duration>) async throws -> Int {
        while true {
            let (isIdle, count) = state.withLock { ($0.places.isEmpty, $0.count) }
            if isIdle { return count }
            if try await shutdown.sleep(for: .milliseconds(20), clock: clock) { return count }
        }
    }
}
