import Arguments
import PGSyncCore

/// Kinds of changes with commas between.
struct ActionList: ArgumentValue, Equatable {
    let actions: [ChangeAction]

    init(_ actions: [ChangeAction]) {
        self.actions = actions
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let actions = words.compactMap { ChangeAction(rawValue: String($0)) }
        guard actions.count == words.count else { return nil }
        self.init(ChangeAction.allCases.filter(actions.contains))
    }

    var argument: String { actions.map(\.rawValue).joined(separator: ",") }
    static var expectation: String { "some of create,update,delete,truncate" }
    static var placeholder: String { "ACTIONS" }
}
