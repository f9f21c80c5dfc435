import Arguments
import PGSyncStore

/// What a worker may leave behind that counts as a failure, with commas between.
struct LeftoverList: ArgumentValue, Equatable {
    enum Kind: String, CaseIterable {
        case dead
        case waiting
    }

    let kinds: [Kind]

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        kinds = words.compactMap { Kind(rawValue: String($0)) }
        guard kinds.count == words.count else { return nil }
    }

    var argument: String { kinds.map(\.rawValue).joined(separator: ",") }
    static var expectation: String { "some of dead,waiting" }
    static var placeholder: String { "KINDS" }

    /// Whether any of these is left.
    func isMet(by waiting: WaitingCounts) -> Bool {
        kinds.contains { kind in
            switch kind {
            case .dead: waiting.dead > 0
            case .waiting: waiting.ready + waiting.scheduled + waiting.paused > 0
            }
        }
    }
}
