import Arguments
import JSON
import PGSyncDelivery
import PGSyncStore
import Postgres

/// The command `pgsync channels set`.
struct ChannelsSetCommand: Command {
    var name = ""
    var kind: Channel.Kind?
    var settings: [String] = []
    var secret: String?
    var previousSecret: String?
    var minSeverity: String?

    static let signature = Signature(
        "set",
        "Create a channel, or change one.",
        discussion: """
            Settings: command, environment, seconds; url of a webhook; host, port, encryption, user, from, to of mail; \
            authorities where needed. A list is given once for each value; KEY= clears. What is not \
            given stays. Secrets stay where the worker runs: env:PGSYNC_SECRET_NAME, or a file below PGSYNC_SECRETS \
            (\(DeliverySite.defaultSecrets)); a program is below PGSYNC_COMMANDS, and PGSYNC_ADDRESSES names the \
            addresses that are not public. The page Alerts explains each.
            """,
        examples: [
            .init(
                "pgsync channels set oncall --kind webhook --set url=https://example.com/hook --secret env:PGSYNC_SECRET_HOOK",
                "Signed webhooks."
            ),
            .init("pgsync channels set oncall --min-severity high", "Only what is urgent."),
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .channel(\.name),
        .option("kind", \.kind, help: "What it sends with."),
        .option("set", \.settings, placeholder: "KEY=VALUE", help: "A setting of its kind."),
        .option("secret", \.secret, placeholder: "PLACE", help: "Where its secret is; '' for none."),
        .option(
            "previous-secret",
            \.previousSecret,
            placeholder: "PLACE",
            help: "Sign with the secret before, too; '' for none."
        ),
        .option(
            "min-severity",
            \.minSeverity,
            placeholder: "SEVERITY",
            help: "Send nothing less severe than low, medium, high or critical. [default: low]"
        ),
    ]

    func validate() throws {
        for setting in settings where !setting.contains("=") {
            throw UsageProblem.conflict("--set wants KEY=VALUE, not \(setting)")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync channels")
        let channel = try await database.change { [self] session in
            let store = ChannelStore(session)
            var change = ChannelStore.Change()
            change.kind = kind?.rawValue
            change.secret = secret
            change.previousSecret = previousSecret
            change.minSeverity = minSeverity
            if !settings.isEmpty {
                let known = try store.list().first { $0.name == name }
                let same = known.flatMap { kind == nil || kind == $0.kind ? $0.settings.object : nil }
                let lists = try store.listSettings()
                change.settings = JSONText(merged(into: same ?? JSONObject(), lists: lists).text())
            }
            try store.set(name, change)
            return try store.channel(name)
        }
        if globals.json {
            try context.print(channel.json)
        } else if !globals.quiet {
            try context.print(
                "\(name) sends to \(channel.targetText); to try it: pgsync channels test \(name)"
            )
        }
        return .success
    }

    /// The settings with those that were given.
    private func merged(into old: JSONObject, lists: Set<String>) -> JSONValue {
        var merged = old.map { ($0.key, $0.value) }
        var given: [(key: String, values: [String])] = []
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            if let place = given.firstIndex(where: { $0.key == parts[0] }) {
                given[place].values.append(parts[1])
            } else {
                given.append((parts[0], [parts[1]]))
            }
        }
        for (key, values) in given {
            merged.removeAll { $0.0 == key }
            guard values != [""] else { continue }
            let isList = lists.contains(key)
            let value: JSONValue =
                isList ? .array(values.map(JSONValue.string)) : .string(values[values.count - 1])
            merged.append((key, value))
        }
        return .object(JSONObject(merged))
    }
}
