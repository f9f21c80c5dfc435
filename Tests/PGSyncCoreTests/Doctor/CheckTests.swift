import PGSyncCore
import Testing

@Suite("Check")
struct CheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let id: String
        let severity: Severity
        let words: String
        let facts: ServerFacts

        init(_ id: String, _ severity: Severity, _ words: String, _ facts: ServerFacts) {
            self.id = id
            self.severity = severity
            self.words = words
            self.facts = facts
        }

        var testDescription: String { "\(id): \(words)" }
    }

    @Test("finds nothing on a sound server")
    func soundServer() {
        for finding in Check.findings(.sound) { #expect(finding.severity == .ok, "\(finding)") }
    }

    @Test("has a name of its own")
    func names() {
        #expect(Set(Check.all.map(\.id)).count == Check.all.count)
    }

    @Test("is reported under every topic, in order")
    func topics() {
        let topics = Check.all.map(\.topic).reduce(into: [Finding.Topic]()) { topics, topic in
            if topics.last != topic { topics.append(topic) }
        }
        #expect(topics == Finding.Topic.allCases)
    }

    @Test("is a note where the facts could not be read")
    func unknown() throws {
        let facts = ServerFacts.sound {
            $0.standbys = .unknown("Not allowed.", remedy: "grant pg_monitor to alice;")
        }
        let finding = try #require(Check.findings(facts).first { $0.id == "durability.standbys" })
        #expect(finding.severity == .note)
        #expect(finding.verdict.meaning == "Not allowed.")
        #expect(finding.verdict.remedy == "grant pg_monitor to alice;")
    }

    @Test(
        "judges, and says what to do about what is amiss",
        arguments: serverCases + accessCases + durabilityCases + sessionCases + upkeepCases
    )
    func judges(_ expected: Case) throws {
        let finding = try #require(Check.findings(expected.facts).first { $0.id == expected.id })
        #expect(finding.severity == expected.severity)
        #expect(finding.verdict.found.contains(expected.words), "\(finding.verdict.found)")
        if finding.severity >= .warning {
            #expect(finding.verdict.meaning?.isEmpty == false)
            #expect(finding.verdict.remedy?.isEmpty == false)
        }
        // One fault makes one finding, unless another check looks at the same thing.
        let others = Check.findings(expected.facts).filter { $0.id != expected.id && $0.severity >= .warning }
        #expect(others.isEmpty, "\(others.map(\.id))")
    }
}
