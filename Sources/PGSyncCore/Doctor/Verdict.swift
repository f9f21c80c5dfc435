/// How one check came out.
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
