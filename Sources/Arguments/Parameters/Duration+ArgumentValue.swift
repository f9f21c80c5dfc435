extension Duration: ArgumentValue {
    /// Reads digits and a unit, such as `250ms`, `5s`, `10m`, `2h` or `1d`.
    public init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) }
        guard let amount = Int64(digits) else { return nil }
        guard let unit = Self.units.first(where: { $0.name == argument.dropFirst(digits.count) }) else {
            return nil
        }
        let (milliseconds, overflow) = amount.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The digits with the largest unit that needs no fraction.
    public var argument: String {
        let (seconds, attoseconds) = components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return "\(seconds)s" }
        let total = milliseconds + attoseconds / 1_000_000_000_000_000
        let unit = Self.units.first { total != 0 && total % $0.milliseconds == 0 } ?? ("s", 1_000)
        return "\(total / unit.milliseconds)\(unit.name)"
    }

    /// The units with examples.
    public static var expectation: String { "a duration such as 250ms, 5s, 10m, 2h or 1d" }
    /// A neutral name.
    public static var placeholder: String { "DURATION" }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]
}
