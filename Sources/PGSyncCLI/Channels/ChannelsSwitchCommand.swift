import Arguments
import JSON
import PGSyncStore

/// What a command does to a channel that it names.
protocol ChannelSwitch: Sendable {
    static var signature: Signature { get }
    /// Returns what to print.
    static func act(on name: String, in store: ChannelStore) throws -> (JSONValue, String)
}

/// The commands `pgsync channels enable`, `disable` and `remove`.
struct ChannelsSwitchCommand<Act: ChannelSwitch>: Command {
    var name = ""

    static var signature: Signature { Act.signature }
    static var parameters: [Parameter<Self>] { [.channel(\.name)] }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync channels")
        let (json, text) = try await database.change { [name] in
            try Act.act(on: name, in: ChannelStore($0))
        }
        if globals.json {
            try context.print(json)
        } else if !globals.quiet {
            try context.print(text)
        }
        return .success
    }
}

enum ChannelEnabling: ChannelSwitch {
    static let signature = Signature(
        "enable",
        "Enable a channel and forget its failures.",
        discussion: "What still waits for it is sent at once.",
        examples: [.init("pgsync channels enable oncall", "Send through it again.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ChannelStore) throws -> (JSONValue, String) {
        try store.enable(name)
        let channel = try store.channel(name)
        return (channel.json, "enabled \(name); \(channel.waiting.grouped) messages wait for it")
    }
}

enum ChannelDisabling: ChannelSwitch {
    static let signature = Signature(
        "disable",
        "Disable a channel until it is enabled again.",
        discussion: "What waits for it is kept; news that comes meanwhile is not sent through it.",
        examples: [.init("pgsync channels disable oncall", "Send nothing through it.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ChannelStore) throws -> (JSONValue, String) {
        try store.disable(name)
        return (
            try store.channel(name).json, "disabled \(name); to use it again: pgsync channels enable \(name)"
        )
    }
}

enum ChannelRemoving: ChannelSwitch {
    static let signature = Signature(
        "remove",
        "Remove a channel, with what was and is to be sent to it.",
        examples: [.init("pgsync channels remove oncall", "Remove it.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ChannelStore) throws -> (JSONValue, String) {
        let channel = try store.channel(name)
        try store.remove(name)
        return (channel.json, "removed \(name)")
    }
}
