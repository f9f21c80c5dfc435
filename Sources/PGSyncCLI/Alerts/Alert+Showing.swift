import Arguments
import JSON
import PGSyncStore
import Postgres

extension Alert {
    /// What it is about, in one line.
    var title: String { [kind, table, errorClass].compactMap(\.self).joined(separator: " ") }

    /// What is measured, with its limit.
    private var measure: String {
        guard let value, let unit else { return "" }
        let limit = threshold.map { $0 > 0 ? ", limit \(Self.short($0))" : "" } ?? ""
        return "\(Self.short(value)) \(unit)\(limit)"
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15 ? Int(number).grouped : "\(number)"
    }

    private var stateText: String {
        if let inhibitedBy { return "held back by \(inhibitedBy)" }
        if !isTrue, state != .resolved { return "\(state.rawValue), right again" }
        return state.rawValue
    }

    static func table(_ alerts: [Alert], width: Int?) -> String {
        var table = TextTable([
            .init("alert", .right), .init("severity"), .init("kind"), .init("table"), .init("class"),
            .init("state"),
            .init("since", isOptional: true), .init("seen", .right, isOptional: true),
            .init("what is wrong", overflow: .wrap),
        ])
        for alert in alerts {
            table.add([
                alert.id.map(String.init) ?? "–", alert.severity.rawValue, alert.kind, alert.table ?? "",
                alert.errorClass ?? "", alert.stateText,
                (alert.raisedAt ?? alert.since)?.toTheSecond ?? "", "\(alert.seen)", alert.details,
            ])
        }
        return table.text(width: width)
    }

    private var details: String {
        let parts = [
            words, measure.isEmpty ? nil : "(\(measure))",
            acknowledgedBy.map { user in
                let end = acknowledgedUntil.map { " until \($0.toTheMinute)" } ?? ""
                return "acknowledged by \(user)\(end)\(note.map { ": \($0)" } ?? "")"
            },
            state == .firing && inhibitedBy == nil && toldAt == nil ? "nobody has been told yet" : nil,
            state == .resolved ? nil : remedy.map { "→ \($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }

    static func history(_ alerts: ArraySlice<Alert>, width: Int?) -> String {
        var table = TextTable([
            .init("alert", .right), .init("severity"), .init("kind"), .init("table"), .init("class"),
            .init("raised"), .init("for", .right), .init("acknowledged after", .right, isOptional: true),
            .init("seen", .right, isOptional: true), .init("what was wrong", overflow: .wrap),
        ])
        for alert in alerts {
            table.add([
                alert.id.map(String.init) ?? "–", alert.severity.rawValue, alert.kind, alert.table ?? "",
                alert.errorClass ?? "", alert.raisedAt?.toTheSecond ?? "",
                alert.time(to: alert.resolvedAt), alert.time(to: alert.acknowledgedAt), "\(alert.seen)",
                alert.words,
            ])
        }
        return table.text(width: width)
    }

    private func time(to end: Timestamp?) -> String {
        guard let end, let raisedAt else { return "" }
        return end.duration(since: raisedAt).roughly
    }

    var json: JSONValue {
        func time(_ value: Timestamp?) -> JSONValue { value.map { .string($0.description) } ?? .null }
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        return [
            "alert": id.map { JSONValue($0) } ?? .null, "kind": .string(kind), "table": text(table),
            "class": text(errorClass), "state": .string(state.rawValue),
            "severity": .string(severity.rawValue),
            "wrong_now": .bool(isTrue), "measured": value.map { JSONValue($0) } ?? .null,
            "limit": threshold.map { JSONValue($0) } ?? .null, "unit": text(unit), "found": .string(words),
            "remedy": text(remedy), "began_at": time(since), "inhibited_by": text(inhibitedBy),
            "seen": JSONValue(seen), "first_seen_at": time(firstSeenAt), "last_seen_at": time(lastSeenAt),
            "raised_at": time(raisedAt), "resolved_at": time(resolvedAt),
            "acknowledged_at": time(acknowledgedAt),
            "acknowledged_by": text(acknowledgedBy), "acknowledgement_ends_at": time(acknowledgedUntil),
            "note": text(note), "told_at": time(toldAt), "silence": silence.map { JSONValue($0) } ?? .null,
        ]
    }
}

extension AlertSilence {
    private var match: String { [kind, table, errorClass].compactMap(\.self).joined(separator: " ") }

    var text: String { "silence \(id): \(match) until \(endsAt.toTheMinute), by \(user): \(reason)" }

    var json: JSONValue {
        [
            "silence": JSONValue(id), "kind": kind.map(JSONValue.string) ?? .null,
            "table": table.map(JSONValue.string) ?? .null, "class": errorClass.map(JSONValue.string) ?? .null,
            "ends_at": .string(endsAt.description), "reason": .string(reason), "user": .string(user),
        ]
    }
}

extension AlertCheck {
    var text: String {
        guard let age else { return "alerts were never checked; a worker checks them" }
        return "last check \(age.roughly) ago by \(checkedBy ?? "")"
    }
}

extension Parameter where Root: Command {
    /// The number of an alert.
    static func alert(_ property: any WritableKeyPath<Root, Int64> & Sendable) -> Self {
        .argument(
            "ID",
            property,
            limits: .atLeast(1),
            namesCommand: NameKind.alerts.command,
            help: "The number of the alert."
        )
    }
}
