/// What a check says about a server.
package struct Finding: Sendable, Equatable {
    /// The name of the check, stable for programs that read it.
    package let id: String
    package let topic: Topic
    package let verdict: Verdict

    package init(id: String, topic: Topic, verdict: Verdict) {
        self.id = id
        self.topic = topic
        self.verdict = verdict
    }

    package var severity: Severity { verdict.severity }

    /// What a finding is about, in the order in which a report goes through it.
    package enum Topic: String, Sendable, CaseIterable {
        case server = "Server"
        case schema = "Schema"
        case capture = "Capture"
        case rules = "Rules"
        case posting = "Posting"
        case ledger = "Ledger"
        case access = "Access"
        case durability = "Durability"
        case sessions = "Sessions"
        case upkeep = "Upkeep"
        case time = "Time and formats"
    }
}
