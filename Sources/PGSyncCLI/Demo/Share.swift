import Arguments

/// A part of something, or several times as much: as a number or in per cent.
struct Share: ArgumentValue, Comparable {
    let value: Double

    init(_ value: Double) {
        self.value = value
    }

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }),
            let number = Double(digits)
        else { return nil }
        value = argument.hasSuffix("%") ? number / 100 : number
    }

    var argument: String {
        let percent = value * 100
        return percent == percent.rounded() ? "\(Int(percent))%" : "\(value)"
    }

    static let expectation = "a share such as 0.02 or 2%"
    static let placeholder = "SHARE"

    static func < (left: Share, right: Share) -> Bool { left.value < right.value }
}
