/// What rules are checked against.
package struct RuleContext: Sendable {
    package var chart: Chart
    /// The shapes of the tables that are known, by names such as `public.bills`.
    package var tables: [String: TableShape]
    /// How many digits each currency has behind the point.
    package var currencies: [String: Int]

    package init(chart: Chart, tables: [String: TableShape] = [:], currencies: [String: Int] = ["INR": 2]) {
        self.chart = chart
        self.tables = tables
        self.currencies = currencies
    }
}
