import Arguments
import PGSyncCore
import Testing

@testable import PGSyncCLI

@Suite("Doctor report")
struct DoctorReportTests {
    private let findings = [
        Finding(id: "a", topic: .server, verdict: .ok("fine")),
        Finding(
            id: "b",
            topic: .durability,
            verdict: .problem("broken", "It does not hold what it promises.", remedy: "repair it;")
        ),
    ]

    @Test("groups, gives one line to what is in order and details to the rest")
    func text() {
        #expect(
            DoctorReport(findings).text(on: Terminal(columns: 60)) == """
                Server
                  ok       fine

                Durability
                  problem  broken
                           It does not hold what it promises.
                           → repair it;

                2 checks: 1 problem.

                """
        )
    }

    @Test("leaves out what is in order when quiet")
    func quiet() {
        #expect(!DoctorReport(findings, isQuiet: true).text(on: Terminal()).contains("fine"))
    }

    @Test("paints only where colours are welcome")
    func color() {
        let escape: Character = "\u{1B}"
        #expect(!DoctorReport(findings).text(on: Terminal()).contains(escape))
        #expect(DoctorReport(findings).text(on: Terminal(allowsColor: true)).contains(escape))
    }
}
