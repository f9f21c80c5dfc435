import Arguments
import JSON
import PGSyncStore

/// What an operator's command came to.
struct ActionReport: Sendable {
    /// What was done to them, such as "tried again at once".
    let verb: String
    /// The same as a key of JSON.
    let key: String
    let count: Int
    /// Those that were named and are as they were.
    var others: [ChangeFate] = []
    /// Whether only dead letters were meant.
    var onlyDead = false

    /// Says what was done to how many changes, and why not to the others that were named.
    func print(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        if globals.json {
            try context.print(json)
        } else {
            if !globals.quiet || count == 0 && others.isEmpty { try context.print(sentence) }
            for fate in others { context.say("\(fate.id): \(reason(fate))") }
        }
        return others.isEmpty ? .success : .noSuchChange
    }

    private var sentence: String {
        guard count > 0 else { return "nothing matched; nothing was changed" }
        let things = onlyDead ? ("dead letter is", "dead letters are") : ("change is", "changes are")
        return "\(count) \(count == 1 ? things.0 : things.1) \(verb)"
    }

    private func reason(_ fate: ChangeFate) -> String {
        (onlyDead && fate.state != nil ? "not a dead letter, " : "") + fate.explanation
    }

    private var json: JSONValue {
        [
            key: JSONValue(count),
            "others": .array(
                others.map { fate in
                    [
                        "change": JSONValue(fate.id),
                        "state": fate.state.map { .string($0.rawValue) } ?? .null,
                        "outcome": fate.outcome.map(JSONValue.string) ?? .null,
                        "reason": .string(reason(fate)),
                    ]
                }
            ),
        ]
    }
}
