import PGSyncRules
import Testing

@Suite("Chart from comma-separated values")
struct ChartCSVTests {
    private func chart(_ text: String) throws -> Chart {
        try Chart(csv: RuleFile(name: "chart.csv", text: text))
    }

    @Test("reads the chart of the clinic")
    func clinic() throws {
        let chart = try chart(try ClinicRules.read("sql/examples/clinic/chart.csv"))
        #expect(chart["1210"]?.name == "TPA, insurer and corporate receivable")
        #expect(chart["1210"]?.requiresParty == true && chart["1000"]?.requiresParty == false)
        #expect(try !RuleChecker.check(ClinicRules.files(), in: RuleContext(chart: chart)).get().isEmpty)
    }

    @Test("reads quotes, line ends of any kind and a byte order mark")
    func quotes() throws {
        let chart = try chart(
            "\u{FEFF}code,name,type,active\r\n1,\"a \"\"b\"\"\nc\",asset,false\r\n\r\n2,d,asset,"
        )
        #expect(
            chart["1"]?.name == "a \"b\"\nc" && chart["1"]?.isActive == false && chart["2"]?.isActive == true
        )
    }

    @Test(
        "says in which line something is wrong",
        arguments: [
            ("", "chart.csv:1:1: error: the chart is empty"),
            ("code,type\n", "chart.csv:1:1: error: the chart has no column name"),
            ("code,name,type\n1,a,b,c\n", "chart.csv:2:1: error: this line has 4 fields, and the first 3"),
            (
                "code,name,type\n1,\"a,b\n",
                "chart.csv:2:1: error: the quote that opens a field here is never closed"
            ),
            ("code,name,type\n1,a,b\n1,a,b", "chart.csv:3:1: error: the account 1 is listed twice"),
            ("code,name,type,active\n1,a,b,maybe", "chart.csv:2:1: error: 'maybe' is neither true nor false"),
        ]
    )
    func refuses(text: String, message: String) {
        let error = #expect(throws: RuleProblem.self) { try chart(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }
}
