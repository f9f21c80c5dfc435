import Concurrency
import Services

/// Emptied parts that posters have met, for the part readers: one at a time in each lane, because the others
/// are met again.
///
/// Code of a table's owner runs while the table is read. Tables of an owner that take more than a tenth of a
/// reader's time are read in the slow lane: so they hardly delay the parts of other owners, however many
/// tables and parts there are.
final class PartList: Sendable {
    enum Lane: CaseIterable {
        case usual, slow
    }

    private struct Place {
        var change: Int64?
        var isTaken = false
    }

    private struct Owner {
        /// How long the owner's tables took, less a tenth of the time since.
        var debt = Duration.zero
        var debtAt = Duration.zero
        /// Until then none of the owner's tables is read.
        var isBarredUntil = Duration.zero

        func debt(at now: Duration) -> Duration { max(.zero, debt - (now - debtAt) / 10) }
    }

    private struct State {
        var places: [Lane: Place] = [:]
        var owners: [String: Owner] = [:]
        /// The owners of the changes that were met recently.
        var ownerOfChange: [Int64: String] = [:]
        /// How many were read.
        var count = 0

        func lane(of owner: String, at now: Duration) -> Lane {
            owners[owner].map { $0.debt(at: now) > PartList.allowance } == true ? .slow : .usual
        }
    }

    private let state = Locked(State())
    private let latches: [Lane: Latch<Void, Never>] = [.usual: Latch(), .slow: Latch()]

    /// The interval at which skipped parts come up again, one by one.
    static let turn = Duration.milliseconds(60)

    /// How long an owner's tables may take at once and still be read with those of others.
    private static let allowance = Duration.seconds(1)
    /// How long no table is read of an owner whose code took locks that posting needs.
    private static let bar = Duration.seconds(600)
    /// For how many changes the owner is remembered; for others it is looked up.
    private static let knownChanges = 1_000

    /// Names a change that emptied a part; it is skipped while another one is being read.
    func offer(_ id: Int64, at now: Duration) {
        let lane = state.withLock { state in
            state.ownerOfChange[id].map { state.lane(of: $0, at: now) } ?? .usual
        }
        place(id, in: lane)
    }

    /// Whether a change of this owner is not to be read in a lane; then the other lane was offered it.
    func passOn(_ id: Int64, of owner: String, from lane: Lane, at now: Duration) -> Bool {
        let right = state.withLock { state in
            if state.ownerOfChange.count >= Self.knownChanges { state.ownerOfChange = [:] }
            state.ownerOfChange[id] = owner
            return state.lane(of: owner, at: now)
        }
        // An owner that was slow a moment ago can be read here, too.
        guard lane == .usual, right == .slow else { return false }
        place(id, in: .slow)
        return true
    }

    private func place(_ id: Int64, in lane: Lane) {
        let isNew = state.withLock { state in
            guard state.places[lane]?.change == nil else { return false }
            state.places[lane] = Place(change: id)
            return true
        }
        if isNew { latches[lane]?.open() }
    }

    /// Waits for a change that emptied a part.
    func next(in lane: Lane) async throws -> Int64 {
        while true {
            try await latches[lane]?.wait()
            latches[lane]?.close()
            let next = state.withLock { state -> Int64? in
                guard let place = state.places[lane], !place.isTaken else { return nil }
                state.places[lane]?.isTaken = true
                return place.change
            }
            if let next { return next }
        }
    }

    /// A table was read, with whatever result, or was not for this lane.
    func end(in lane: Lane) {
        state.withLock { state in
            state.places[lane] = nil
            state.count += 1
        }
    }

    /// A table of this owner was read for this long.
    func note(_ duration: Duration, of owner: String, at now: Duration) {
        state.withLock { state in
            var known = state.owners[owner] ?? Owner()
            known.debt = known.debt(at: now) + duration
            known.debtAt = now
            state.owners[owner] = known
        }
    }

    /// No table of this owner is read for a while.
    func barOwner(_ owner: String, at now: Duration) {
        state.withLock { $0.owners[owner, default: Owner()].isBarredUntil = now + Self.bar }
    }

    func isBarred(_ owner: String, at now: Duration) -> Bool {
        state.withLock { $0.owners[owner].map { $0.isBarredUntil > now } ?? false }
    }

    /// Waits until nothing is being read, and returns how many parts were by then.
    func countWhenIdle(until shutdown: Shutdown) async throws -> Int {
        while true {
            let (isIdle, count) = state.withLock { ($0.places.isEmpty, $0.count) }
            if isIdle { return count }
            if try await shutdown.sleep(for: .milliseconds(20)) { return count }
        }
    }
}
