import Testing

@testable import PGSyncLedger

@Suite("ChartFile")
struct ChartFileTests {
    private func problems(_ text: String) -> [String] {
        do {
            _ = try ChartFile(Array(text.utf8), path: "chart.csv")
            return []
        } catch LedgerError.wrongChart(_, let problems) {
            return problems.map { "\($0.line): \($0.text)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("reads columns in any order, and leaves open what it has no column for")
    func reads() throws {
        let file = try ChartFile(
            Array(
                "Type, CODE ,name,party_required,parent\nasset,1000, Cash in hand ,yes,\nIncome,4000,Sales,,1000\n"
                    .utf8
            ),
            path: "chart.csv"
        )
        #expect(
            file.rows == [
                .init(
                    line: 2,
                    code: "1000",
                    name: "Cash in hand",
                    kind: .asset,
                    parent: "",
                    needsParty: true
                ),
                .init(line: 3, code: "4000", name: "Sales", kind: .income, parent: "1000", needsParty: false),
            ]
        )
    }

    @Test("reports everything that is wrong, each with its line and what to write instead")
    func reportsAll() {
        let text = """
            code,name,type,active
            1000,Cash,aset,true
            ,"",asset,true
            1200,Receivable,asset
            13 00,Stock,asset,maybe
            1400,Fine,asset,no
            """
        #expect(
            problems(text) == [
                "2: the type must be one of asset, liability, equity, income, expense, not 'aset'",
                "3: '' is not an account code: at most 40 letters, digits, '.', '_', ':' and '-', beginning with a letter or digit",
                "3: the account has no name", "4: 3 fields, but the header has 4",
                "5: '13 00' is not an account code: at most 40 letters, digits, '.', '_', ':' and '-', beginning with a letter or digit",
                "5: active must be true or false, not 'maybe'",
            ]
        )
    }

    @Test(
        "explains a header it cannot use",
        arguments: [
            ("", "the file is empty"), ("code;name;type\n", "split by commas"),
            ("code,name\n", "the column 'type' is missing"),
            ("code,name,type,kind\n", "unknown column 'kind'"),
            ("code,name,type,name\n", "'name' appears twice"),
            ("code,name,type\n\"1000", "never closed"),
        ]
    )
    func header(text: String, reason: String) {
        #expect(problems(text).first?.contains(reason) == true, "\(problems(text))")
    }
}
