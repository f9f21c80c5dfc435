import Arguments
import JSON
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of a channel.
    static func channel(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.channels.command, help: "The channel.")
    }
}

extension Channel.Kind: ArgumentValue {
    package static var placeholder: String { "KIND" }
}

extension Channel {
    /// How it fares.
    var stateText: String {
        if let disabledReason { return "disabled by itself: \(disabledReason)" }
        guard isEnabled else { return "disabled" }
        guard failures > 0 else { return lastOKAt == nil ? "not used yet" : "ok" }
        return "\(failures) failed in a row: \(lastErrorMessage ?? "")"
    }

    /// Where it leads, without any secret.
    var targetText: String {
        switch kind {
        case .notify: "listen \(ChannelStore.notification)"
        case .command: list("command").joined(separator: " ")
        case .webhook: settings["url"]?.string ?? ""
        case .slack: secret ?? ""
        case .mail: list("to").joined(separator: ", ")
        }
    }

    var json: JSONValue {
        [
            "channel": .string(name), "kind": .string(kind.rawValue), "settings": settings,
            "secret": secret.map(JSONValue.string) ?? .null,
            "previous_secret": previousSecret.map(JSONValue.string) ?? .null,
            "min_severity": .string(minSeverity), "enabled": .bool(isEnabled),
            "disabled_reason": disabledReason.map(JSONValue.string) ?? .null,
            "failures_in_a_row": JSONValue(failures), "failing_since_at": Self.json(failingSince),
            "not_before_at": Self.json(notBefore), "unsent": JSONValue(waiting),
            "last_ok_at": Self.json(lastOKAt),
            "last_error_at": Self.json(lastErrorAt),
            "error_class": lastErrorClass.map(JSONValue.string) ?? .null,
            "error_message": lastErrorMessage.map(JSONValue.string) ?? .null,
        ]
    }

    private static func json(_ time: Timestamp?) -> JSONValue {
        time.map { .string($0.description) } ?? .null
    }
}
