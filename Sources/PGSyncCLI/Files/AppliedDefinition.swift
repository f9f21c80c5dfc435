import Arguments
import JSON

/// The definition of an import or a comparison, as it was applied.
struct AppliedDefinition {
    /// What JSON calls its name: import or comparison.
    let kind: String
    let name: String
    let version: Int

    /// Prints its text.
    func write(_ content: String, _ globals: GlobalOptions, in context: CommandContext) throws {
        if globals.json {
            try context.print([
                kind: .string(name), "version": JSONValue(version), "content": .string(content),
            ])
        } else {
            try context.output.write(content.hasSuffix("\n") ? content : content + "\n")
        }
    }

    /// Prints what another definition would change.
    func write(changes: [String], _ globals: GlobalOptions, in context: CommandContext) throws {
        if globals.json {
            try context.print([
                kind: .string(name), "applied_version": JSONValue(version), "changes": changes.json,
            ])
        } else if changes.isEmpty {
            if !globals.quiet { context.say("no difference to version \(version)") }
        } else {
            for line in changes { try context.print(line) }
        }
    }
}
