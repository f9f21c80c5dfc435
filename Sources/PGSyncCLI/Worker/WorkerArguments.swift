import Arguments
import PGSyncStore

/// Table names separated by commas, each written as in SQL.
struct TableList: ArgumentValue, Equatable {
    let names: [String]

    init?(argument: String) {
        var names = [""]
        var isQuoted = false
        for character in argument {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                names.append("")
            } else {
                names[names.count - 1].append(character)
            }
        }
        guard !isQuoted, names.allSatisfy({ $0.contains { !$0.isWhitespace } }) else { return nil }
        self.names = names
    }

    var argument: String { names.joined(separator: ",") }
    static var expectation: String { "table names such as bills,sales.visits" }
    static var placeholder: String { "TABLES" }
}

/// What a worker leaves behind that counts as a failure, separated by commas.
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
