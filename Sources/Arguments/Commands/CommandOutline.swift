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
