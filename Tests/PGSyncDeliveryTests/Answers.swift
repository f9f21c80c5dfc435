import Concurrency

/// What a server answers, one after the other; the last over and over.
final class Answers: Sendable {
    private let left: Locked<[Int]>

    init(_ statuses: [Int]) { left = Locked(statuses) }

    func next() -> Int {
        left.withLock { left in
            guard left.count > 1 else { return left.first ?? 500 }
            return left.removeFirst()
        }
    }
}
