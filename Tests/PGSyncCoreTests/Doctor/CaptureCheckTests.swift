import PGSyncCore
import Testing

@Suite("Check of capture")
struct CaptureCheckTests {
    private func facts(_ change: (inout ServerFacts.Capture) -> Void) -> ServerFacts {
        var capture = ServerFacts.Capture(
            sourceCount: 2,
            findings: [],
            growth: [],
            usesDoorbell: true,
            pollInterval: .seconds(5)
        )
        change(&capture)
        return .sound { $0.capture = .known(capture) }
    }

    @Test("lists every fault of an attached table with its remedy")
    func faults() throws {
        let facts = facts {
            $0.findings = [
                CaptureFinding(
                    table: "public.bills",
                    kind: "trigger_disabled",
                    severity: .problem,
                    found: "a trigger is off",
                    remedy: "select pgsync.reattach('public.bills');"
                )
            ]
            $0.growth = [CaptureGrowth(table: "public.visits", unexplained: 7)]
        }
        let found = Check.findings(facts).filter { $0.severity >= .warning }
        #expect(found.map(\.id) == ["capture.trigger_disabled", "capture.growth"])
        #expect(found[0].severity == .problem && found[1].severity == .warning)
        #expect(found[0].verdict.found == "public.bills: a trigger is off")
        #expect(found[0].verdict.remedy == "select pgsync.reattach('public.bills');")
        #expect(found[1].verdict.found.contains("7 rows written"))
    }

    @Test("warns of two-phase commit while the doorbell is on, and not while it is off")
    func twoPhaseCommit() throws {
        for usesDoorbell in [true, false] {
            var facts = facts { $0.usesDoorbell = usesDoorbell }
            facts.settings = .known(.sound("max_prepared_transactions", "10"))
            let finding = try #require(Check.findings(facts).first { $0.id == "capture.doorbell" })
            #expect(finding.severity == (usesDoorbell ? .warning : .ok))
        }
    }
}
