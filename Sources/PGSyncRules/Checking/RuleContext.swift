package import Days

/// What rules are checked against.
package struct RuleContext: Sendable {
    package var chart: Chart
    /// The shapes of the tables that are known, by names such as `public.bills`.
    package var tables: [String: TableShape]
    /// How many digits each currency has behind the point.
    package var currencies: [String: Int]
    /// Whether a rule for a table that is not known is wrong.
    package var requiresTables = false
    /// What tables there are at all, to tell which one was meant.
    package var tableNames: [String] = []
    /// The versions that are in the database.
    package var applied: [AppliedRule] = []
    /// The day in the database; nil without one.
    package var today: Day?

    /// The time zone of the books, in which a timestamp becomes a day unless the rule names another.
    package var timeZone = "UTC"
    /// The time zones that rules name and that of the books, as far as a server has told them.
    package var timeZones: [String: TimeZoneOffsets] = ["UTC": .utc]
    /// The time zones there are; nil where no server was asked.
    package var timeZoneNames: [String]?

    /// Whether the rules are only tried: then a version need not be a new one.
    package var isTrial = false

    package init(
        chart: Chart,
        tables: [String: TableShape] = [:],
        currencies: [String: Int] = Self.usualCurrencies
    ) {
        self.chart = chart
        self.tables = tables
        self.currencies = currencies
    }

    /// The distances from UTC of a time zone; nil where no server has told them.
    func offsets(of zone: Formula.Zone) -> TimeZoneOffsets? {
        switch zone {
        case .named(let name): timeZones[name]
        case .books: timeZones[timeZone]
        }
    }

    func applied(named name: String, version: Int) -> AppliedRule? {
        applied.first { $0.name == name && $0.version == version }
    }

    /// The currencies of a new database.
    package static let usualCurrencies = [
        "AED": 2, "AUD": 2, "BDT": 2, "BHD": 3, "CAD": 2, "CHF": 2, "CNY": 2, "EUR": 2, "GBP": 2, "INR": 2,
        "JPY": 0, "KRW": 0, "KWD": 3, "LKR": 2, "MYR": 2, "NPR": 2, "OMR": 3, "PKR": 2, "QAR": 2, "SAR": 2,
        "SGD": 2, "THB": 2, "USD": 2, "VND": 0, "ZAR": 2,
    ]
}
