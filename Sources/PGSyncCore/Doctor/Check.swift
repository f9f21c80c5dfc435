/// One question to the facts about a server, and how to judge the answer.
///
/// A check is pure: it neither queries the server nor reads a clock. A new one is a line in ``all``.
package struct Check: Sendable {
    package let id: String
    package let topic: Finding.Topic
    private let judge: @Sendable (ServerFacts) -> Verdict

    /// Judges a part of the facts; if that could not be read, the finding is a note.
    init<Part>(
        _ id: String,
        _ topic: Finding.Topic,
        _ part: any KeyPath<ServerFacts, Reading<Part>> & Sendable,
        _ judge: @escaping @Sendable (Part) -> Verdict
    ) {
        self.id = id
        self.topic = topic
        self.judge = { facts in
            switch facts[keyPath: part] {
            case .known(let value): judge(value)
            case .unknown(let reason, let remedy): .note("\(id) not checked", reason, remedy: remedy)
            }
        }
    }

    package func finding(_ facts: ServerFacts) -> Finding {
        Finding(id: id, topic: topic, verdict: judge(facts))
    }

    /// Every check, in the order of the report.
    package static let all =
        server + schema + capture + rules + posting + ledger + access + durability + sessions + upkeep + time

    /// What all checks say about a server, and each fault of an attached table or a rule.
    package static func findings(_ facts: ServerFacts) -> [Finding] {
        all.map { $0.finding(facts) } + captureFindings(facts) + ruleFindings(facts)
    }
}
