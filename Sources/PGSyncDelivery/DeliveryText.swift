package import JSON
package import PGSyncStore
import Postgres

extension Delivery {
    /// As webhooks, listeners and programs get it.
    package var payload: JSONValue {
        payload(of: body)
    }

    private func payload(of body: JSONObject) -> JSONValue {
        let data: [(String, JSONValue)] =
            [("alert", JSONValue(alert)), ("subject", .string(subject)), ("severity", .string(severity))]
            + body.map { ($0.key, $0.value) }
        return [
            "type": .string("alert.\(event)"), "id": .string(messageID),
            "timestamp": .string(createdAt.description),
            "data": .object(JSONObject(data)),
        ]
    }

    /// What `pg_notify` takes: less than 8,000 bytes.
    package var notification: String {
        let text = payload.text()
        guard text.utf8.count >= 8_000 else { return text }
        let short = payload(
            of: JSONObject(body.filter { $0.key != "words" && $0.key != "remedy" }.map { ($0.key, $0.value) })
        )
        return short.text()
    }

    /// What else is known, a line for each.
    var details: [String] {
        ["kind", "table", "class", "since", "remedy"].compactMap { name in
            body[name]?.string.map { "\(name): \($0)" }
        }
    }

    var words: String? { body["words"]?.string }
}

/// A message in the form that Slack takes.
enum SlackMessage {
    /// The characters of a section.
    static let most = 3_000

    static func payload(_ delivery: Delivery) -> JSONValue {
        let mark = delivery.event == "resolved" ? "resolved" : delivery.severity
        let lines =
            ["*\(escaped(delivery.subject))* (\(mark))"] + [delivery.words.map(escaped)].compactMap(\.self)
            + delivery.details.map(escaped)
        return [
            "text": .string(shortened(escaped(delivery.subject), to: 300)),
            "blocks": [
                [
                    "type": "section",
                    "text": [
                        "type": "mrkdwn", "text": .string(shortened(lines.joined(separator: "\n"), to: most)),
                    ],
                ]
            ],
        ]
    }

    /// So that nothing mentions somebody, or links.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Slack counts UTF-16; a character that is written in several is kept whole or left out.
    static func shortened(_ text: String, to limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        var kept = ""
        var count = 0
        for character in text {
            count += character.utf16.count
            guard count < limit else { break }
            kept.append(character)
        }
        // An escape that was cut would show as text.
        if let start = kept.lastIndex(of: "&"), !kept[start...].contains(";") {
            kept = String(kept[..<start])
        }
        return kept + "…"
    }
}
