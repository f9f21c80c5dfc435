/// What help and completion need to know of a program.
public struct ProgramOutline: Sendable {
    let root: CommandOutline
    let version: String
    let globals: [ParameterSpec]
    let exitCodes: [ExitCode]
    /// What the program reads of its environment beside what stands in for options, with what it is for.
    var variables: [(String, String)] = []
    /// The commands that the first page of the help only names.
    var rare: Set<String> = []

    var name: String { root.signature.name }

    /// The commands named by `names`, from the root on.
    func path(_ names: [String]) -> [CommandOutline]? {
        var path = [root]
        for name in names {
            guard let next = path[path.count - 1].subcommand(named: name) else { return nil }
            path.append(next)
        }
        return path
    }

    /// Every command with the words that name it, a group before its members.
    var commands: [(path: String, command: CommandOutline)] {
        func list(_ command: CommandOutline, under prefix: String) -> [(
            path: String, command: CommandOutline
        )] {
            let path = prefix + command.signature.name
            return [(path, command)] + command.subcommands.flatMap { list($0, under: path + " ") }
        }
        return list(root, under: "")
    }
}

/// What help and completion need to know of a command.
struct CommandOutline: Sendable {
    let signature: Signature
    var parameters: [ParameterSpec] = []
    var subcommands: [CommandOutline] = []

    var arguments: [ParameterSpec] { parameters.filter { $0.kind == .argument } }
    var options: [ParameterSpec] { parameters.filter { $0.kind != .argument } }

    func subcommand(named name: String) -> CommandOutline? {
        subcommands.first { $0.signature.name == name }
    }
}
