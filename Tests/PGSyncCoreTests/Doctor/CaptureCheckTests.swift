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

    @Test("says of encrypted tables why they cannot be written, or that the server would log the key")
    func encryption() throws {
        func finding(_ tables: [String], leaks: [String] = [], fault: String? = nil) throws -> Finding {
            let facts = facts {
                $0.encryptedTables = tables
                $0.parameterLeaks = leaks
                $0.encryptionFault = fault.map { .init(found: $0, remedy: "make it anew") }
            }
            return try #require(Check.findings(facts).first { $0.id == "capture.encryption" })
        }
        #expect(try finding([], leaks: ["log_statement = all"]).severity == .ok)
        #expect(try finding(["public.bills"]).verdict.found == "images of 1 table encrypted")
        let leaking = try finding(["public.bills"], leaks: ["log_statement = all"])
        #expect(leaking.severity == .problem && leaking.verdict.found.contains("log_statement = all"))
        let broken = try finding(["public.bills"], leaks: ["log_statement = all"], fault: "no pgcrypto")
        #expect(broken.severity == .problem && broken.verdict.found == "no pgcrypto")
        #expect(broken.verdict.remedy == "make it anew")
    }
}
