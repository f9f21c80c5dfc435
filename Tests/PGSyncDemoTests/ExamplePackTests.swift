import Days
import PGSyncRules
import Testing

@testable import PGSyncDemo

@Suite("ExamplePack")
struct ExamplePackTests {
    @Test("carries every file that the script for psql includes, in its order")
    func steps() throws {
        let steps = try ExamplePack.clinic.steps()
        let paths = steps.map { step in
            switch step {
            case .script(let file), .chart(let file): file.path
            }
        }
        let beginning = ["clinic/tables.sql", "clinic/chart.csv", "periods.sql"]
        #expect(paths.prefix(3).elementsEqual(beginning.map { "sql/examples/\($0)" }))
        #expect(paths.suffix(2) == ["sql/examples/clinic/attach.sql", "sql/examples/clinic/exchange.sql"])
        #expect(paths.contains("sql/examples/clinic/generator/generate.sql"))
        #expect(Set(paths).count == paths.count && !paths.contains { $0.hasSuffix("rights.sql") })
    }

    @Test("says which file it lacks")
    func incomplete() {
        let pack = ExamplePack("clinic", EmbeddedExamples.files.filter { !$0.path.hasSuffix("/tables.sql") })
        #expect(throws: DemoError.self) { try pack.steps() }
    }

    @Test("carries rules that can be read")
    func rules() throws {
        let report = RuleChecker.report(on: ExamplePack.clinic.rules, in: RuleContext(chart: Chart([])))
        #expect(report.rules.count >= 8)
    }

    @Test("has the import of the CRM, and of the clinic none")
    func imports() throws {
        #expect(ExamplePack.clinic.importText == nil)
        let file = ImportFile(name: "crm.import", text: try #require(ExamplePack.crm.importText))
        #expect(file.problems == [])
        let definition = try #require(file.definition)
        #expect(definition.name == "irelandpay" && definition.settingsPrefix == "IRELANDPAY")
        #expect(definition.streamsInOrder.map(\.name) == ["merchants", "transactions", "residuals"])
        #expect(definition.streams.allSatisfy { $0.history?.from.digits == "2024-04-01" })
        let steps = try ExamplePack.crm.steps().count
        #expect(steps == 6)
        #expect(
            RuleChecker.report(on: ExamplePack.crm.rules, in: RuleContext(chart: Chart([]))).rules.count == 1
        )
    }

    @Test("knows what it creates where others may have something, and its comments")
    func claims() throws {
        let claims = try ExamplePack.clinic.claims()
        #expect(claims.count { $0.kind == .table } == 8)
        #expect(claims.count { $0.kind == .function } == 4)
        #expect(
            claims.contains(
                Claim(
                    kind: .schema,
                    name: "clinic",
                    comment: "What the clinic's programs need beside their tables."
                )
            )
        )
        #expect(
            claims.contains(
                Claim(kind: .table, name: "public.payments", comment: "Money received apart from a bill.")
            )
        )
        #expect(claims.contains { $0.name == "public.record_lab_revenue(bigint, numeric, text)" })
    }
}

@Suite("InstallScript")
struct InstallScriptTests {
    @Test("finds what is included, and not what stands under a condition")
    func includes() {
        let script = """
            -- \\ir comment.sql
            \\set QUIET on
            \\ir a.sql
            \\if :{?role}
            \\ir rights.sql
            \\endif
            \\ir ../b.sql
            """
        #expect(InstallScript.includes(of: script) == ["a.sql", "../b.sql"])
    }
}
