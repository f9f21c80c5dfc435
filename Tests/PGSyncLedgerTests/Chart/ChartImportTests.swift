import Postgres
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("ChartImport", .ledger, .timeLimit(.minutes(10)))
struct ChartImportTests {
    private func load(_ text: String, isDryRun: Bool = false) async throws -> ChartPlan {
        try await TestDatabase.current.session { session in
            try session.transaction(TransactionOptions(isolation: .repeatableRead)) {
                let chart = ChartImport(session)
                let plan = try chart.plan(try ChartFile(Array(text.utf8), path: "chart.csv"))
                if !isDryRun { try chart.apply(plan) }
                return plan
            }
        }
    }

    private func problems(_ text: String) async throws -> [String] {
        do {
            _ = try await load(text)
            return []
        } catch LedgerError.wrongChart(_, let problems) {
            return problems.map { "\($0.line): \($0.text)" }
        }
    }

    @Test("adds and changes what the file says, and nothing else")
    func imports() async throws {
        let text = """
            code,name,type,parent
            1000,Cash,asset,
            4000,Income,income,
            8100,Below,expense,8000
            8000,Above,expense,
            9999,Unused,expense,
            """
        let planned = try await load(text, isDryRun: true)
        #expect(try await TestDatabase.current.run("select count(*) from ledger.accounts") == ["11"])
        let done = try await load(text)
        #expect(done == planned && done.unchanged == 2 && done.unnamed == 8)
        #expect(done.changes.map(\.after.code) == ["1000", "8100", "8000"])
        let change = try #require(done.changes.first?.differences.first)
        #expect(change == (field: "name", before: "Cash in hand", after: "Cash"))
        let rows = try await TestDatabase.current.run(
            """
            select concat_ws(' ', code, name, parent, active) from ledger.accounts
            where code in ('1000', '8100', '8000', '9999', '1200') order by code
            """
        )
        #expect(
            rows == [
                "1000 Cash t", "1200 Receivable (patients) [old] t", "8000 Above t", "8100 Below 8000 t",
                "9999 Unused f",
            ]
        )
        #expect(try await load(text).changes == [])
    }

    @Test("refuses what the ledger would, line by line, before anything is changed")
    func refuses() async throws {
        let text = """
            code,name,type,parent,contra
            1000,Cash,liability,,
            4090,Refunds,income,,no
            7000,A,asset,7001,
            7001,B,asset,7000,
            7002,C,asset,7002,
            7003,D,asset,none,
            7004,E,asset,,
            7004,F,asset,,
            """
        #expect(
            try await problems(text).map { $0.prefix(52) } == [
                "2: account 1000 is of type asset in the ledger, and ",
                "3: account 4090 is of type contra income in the ledg",
                "4: the parents of account 7000 lead back to it",
                "5: the parents of account 7001 lead back to it",
                "6: account 7002 is its own parent",
                "7: the parent of 7003, none, is neither in the file ",
                "9: account 7004 also appears in line 8",
            ]
        )
        #expect(try await TestDatabase.current.run("select count(*) from ledger.accounts") == ["11"])
    }

    @Test("tells who may not do it what an administrator runs")
    func rights() async throws {
        try await TestDatabase.current.session { session in
            try session.runScript("set role pgsync_reader")
            let plan = try ChartImport(session).plan(
                try ChartFile(Array("code,name,type\n8000,New,asset".utf8), path: "chart.csv")
            )
            let error = #expect(throws: LedgerError.self) { try ChartImport(session).apply(plan) }
            #expect(error?.description.contains("grant pgsync_operator to \"pgsync_reader\"") == true)
        }
    }
}
