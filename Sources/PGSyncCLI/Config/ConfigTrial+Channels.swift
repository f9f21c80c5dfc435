import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

extension ConfigTrial {
    /// Changes channels, and compares what they are then with what they were.
    mutating func tryChannels() throws {
        let store = ChannelStore(session)
        let present = try store.list()
        let lists = try store.listSettings()
        for wanted in file.channels {
            guard var change = change(wanted, lists) else { continue }
            let name = wanted.name.value
            // One that was disabled, or disabled itself, stays so: somebody enables it on purpose.
            if wanted.isEnabled, present.contains(where: { $0.name == name }) { change.isEnabled = nil }
            let changed = try attempt(at: wanted.kind.range) {
                try store.set(name, change)
                return try store.channel(name)
            }
            guard let changed else { continue }
            let before = present.first { $0.name == name }
            let differences = before.map { changed.differences(from: $0) } ?? []
            guard before == nil || !differences.isEmpty else {
                plan.unchanged += 1
                continue
            }
            plan.channels.append((name, change))
            plan.changes.append(
                ConfigChange(
                    kind: .channel,
                    name: name,
                    isNew: before == nil,
                    differences: differences,
                    remark: before == nil ? "\(changed.kind.rawValue) \(changed.targetText)" : ""
                )
            )
        }
        for channel in present where !file.channels.contains(where: { $0.name.value == channel.name }) {
            plan.leftovers.append(.init(kind: "channel", name: channel.name))
        }
    }

    /// All of a channel as the file says it; nil if it says something twice.
    private mutating func change(
        _ wanted: ConfigurationFile.Channel,
        _ lists: Set<String>
    ) -> ChannelStore.Change? {
        var settings: [(String, JSONValue)] = []
        var others: [String: String] = [:]
        for (word, values) in wanted.options.sorted(by: { $0.key < $1.key }) {
            let texts = values.map(\.value)
            if lists.contains(word) {
                settings.append((word, .array(texts.map(JSONValue.string))))
            } else if texts.count > 1 {
                note(values[1].range, "a channel has one '\(word)'", help: "name one", .configuration)
                return nil
            } else if ["secret", "previous_secret", "min_severity"].contains(word) {
                others[word] = texts[0]
            } else {
                settings.append((word, .string(texts[0])))
            }
        }
        var change = ChannelStore.Change()
        change.kind = wanted.kind.value
        change.settings = JSONText(JSONValue.object(JSONObject(settings)).text())
        // What is not said is cleared.
        change.secret = others["secret"] ?? ""
        change.previousSecret = others["previous_secret"] ?? ""
        change.minSeverity = others["min_severity"] ?? Channel.usualSeverity
        change.isEnabled = wanted.isEnabled
        return change
    }
}

extension Channel {
    fileprivate static let usualSeverity = "low"

    /// As a configuration has them behind the kind.
    var options: [(word: String, values: [String])] {
        let settings = (settings.object ?? JSONObject()).map { word, value in
            (word, (value.array ?? [value]).map { $0.string ?? $0.text() })
        }
        let others = [
            ("secret", secret), ("previous_secret", previousSecret),
            ("min_severity", minSeverity == Self.usualSeverity ? nil : minSeverity),
        ]
        return settings + others.compactMap { word, value in value.map { (word, [$0]) } }
    }

    fileprivate func differences(from before: Channel) -> [SourcePlan.Difference] {
        let (old, new) = (before.texts, texts)
        return Set(old.keys).union(new.keys).sorted().compactMap { field in
            let values = (old[field] ?? "none", new[field] ?? "none")
            return values.0 == values.1 ? nil : (field, values.0, values.1)
        }
    }

    private var texts: [String: String] {
        var texts = ["kind": kind.rawValue, "enabled": isEnabled ? "yes" : "no", "min_severity": minSeverity]
        for (word, values) in options { texts[word] = values.joined(separator: ", ") }
        return texts
    }
}
