import Arguments
import JSON
import PGSyncStore

/// The command `pgsync channels list`.
struct ChannelsListCommand: Command {
    static let signature = Signature(
        "list",
        "List the channels through which news of alerts is sent.",
        discussion:
            "unsent: messages that wait for the channel. A channel that keeps failing is tried less and less often.",
        examples: [.init("pgsync channels list", "Which there are, and how they fare.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync channels")
        let channels = try await database.read { try ChannelStore($0).list() }
        if globals.json {
            try context.print(.array(channels.map(\.json)))
        } else if channels.isEmpty {
            if !globals.quiet { context.say("no channels; to create one: pgsync channels set") }
        } else {
            try context.output.write(Self.text(channels, width: context.output.terminal.tableWidth))
        }
        return .success
    }

    private static func text(_ channels: [Channel], width: Int?) -> String {
        let columns: [(TextTable.Column, (Channel) -> String)] = [
            (.init("channel"), { $0.name }),
            (.init("kind"), { $0.kind.rawValue }),
            (.init("to", overflow: .wrap), { $0.targetText }),
            (.init("from severity", isOptional: true), { $0.minSeverity }),
            (.init("unsent", .right), { $0.waiting.grouped }),
            (.init("last ok", isOptional: true), { $0.lastOKAt?.toTheMinute ?? "never" }),
            (.init("state", overflow: .wrap), { $0.stateText }),
        ]
        var table = TextTable(columns.map(\.0))
        for channel in channels { table.add(columns.map { $0.1(channel) }) }
        return table.text(width: width)
    }
}
