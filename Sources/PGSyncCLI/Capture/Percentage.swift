import Arguments

/// A share of the time, in per cent.
struct Percentage: ArgumentValue, Equatable {
    let percent: Int

    init(percent: Int) {
        self.percent = percent
    }

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
        guard let percent = Int(digits), (1...100).contains(percent) else { return nil }
        self.percent = percent
    }

    var share: Double { Double(percent) / 100 }
    var argument: String { "\(percent)%" }
    static var expectation: String { "a share of the time from 1% to 100%" }
    static var placeholder: String { "PERCENT" }
}
