import Testing

@testable import PGSyncLedger

@Suite("AccountChart")
struct AccountChartTests {
    private func account(_ code: String, _ parent: String? = nil) -> Account {
        Account(code: code, name: "Name", kind: .asset, parent: parent)
    }

    @Test("lists every account below its parent")
    func tree() {
        let chart = AccountChart([
            account("1000"), account("1310", "1300"), account("1300"), account("0900", "1310"),
            account("2000", "gone"),
        ])
        let lines = chart.tree.map { String(repeating: "-", count: $0.depth) + $0.account.code }
        #expect(lines == ["1000", "1300", "-1310", "--0900", "2000"])
        #expect(chart["1310"].map(chart.lineage)?.map(\.code) == ["1300", "1310"])
    }

    @Test("ends where parents go in a circle")
    func circle() {
        let chart = AccountChart([account("1", "2"), account("2", "3"), account("3", "1"), account("4", "4")])
        #expect(chart["1"].map(chart.lineage)?.map(\.code) == ["3", "2", "1"])
        #expect(chart["4"].map(chart.lineage)?.map(\.code) == ["4"])
        #expect(chart.tree.count == 4)
    }
}
