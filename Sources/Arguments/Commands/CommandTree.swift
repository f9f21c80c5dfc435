/// A command, or a group of commands under a common name.
public struct CommandTree<Globals: ParameterSet>: Sendable {
    let outline: CommandOutline
    let branches: [CommandTree]
    let makeCommand: (@Sendable (_ words: [String: [String]], Environment) throws -> any Command<Globals>)?

    /// A command.
    public static func command<C: Command<Globals>>(_ type: C.Type) -> CommandTree {
        CommandTree(
            outline: CommandOutline(signature: C.signature, parameters: C.parameters.map(\.spec)),
            branches: []
        ) { words, environment in
            try C(words: words, environment: environment)
        }
    }

    /// Commands under a common name, such as `config` with `get` and `set`.
    public static func group(_ name: String, _ abstract: String, _ branches: [CommandTree]) -> CommandTree {
        group(Signature(name, abstract), branches)
    }

    static func group(_ signature: Signature, _ branches: [CommandTree]) -> CommandTree {
        CommandTree(
            outline: CommandOutline(signature: signature, subcommands: branches.map(\.outline)),
            branches: branches,
            makeCommand: nil
        )
    }

    func branch(named name: String) -> CommandTree? {
        branches.first { $0.outline.signature.name == name }
    }
}
