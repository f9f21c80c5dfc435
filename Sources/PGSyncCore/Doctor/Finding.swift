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

    /// What a finding is about, in the order of the report.
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

/// The result of one check.
package struct Verdict: Sendable, Equatable {
    package let severity: Severity
    /// What was found, in a few words.
    package let found: String
    /// What that means for pgsync and its users; nil when there is nothing to explain.
    package let meaning: String?
    /// What to do, as the exact command or SQL where there is one.
    package let remedy: String?

    package static func ok(_ found: String) -> Verdict {
        Verdict(severity: .ok, found: found, meaning: nil, remedy: nil)
    }

    package static func note(_ found: String, _ meaning: String, remedy: String? = nil) -> Verdict {
        Verdict(severity: .note, found: found, meaning: meaning, remedy: remedy)
    }

    package static func warning(_ found: String, _ meaning: String, remedy: String) -> Verdict {
        Verdict(severity: .warning, found: found, meaning: meaning, remedy: remedy)
    }

    package static func problem(_ found: String, _ meaning: String, remedy: String) -> Verdict {
        Verdict(severity: .problem, found: found, meaning: meaning, remedy: remedy)
    }
}

/// How much a finding matters, from the least to the most.
package enum Severity: String, Sendable, Comparable, CaseIterable {
    case ok
    /// Worth knowing; nothing needs to be done.
    case note
    /// It works, but not always, or not as well as it should.
    case warning
    /// It does not work, or cannot keep what it promises.
    case problem

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A fact read from a server, which may have refused it.
package enum Reading<Value: Sendable & Equatable>: Sendable, Equatable {
    case known(Value)
    /// Why it could not be read, and how to make it readable.
    case unknown(String, remedy: String? = nil)
}
