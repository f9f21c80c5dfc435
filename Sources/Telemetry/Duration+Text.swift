extension Duration {
    /// The duration in seconds as an exact decimal, down to the nanosecond and without trailing zeros.
    var decimalSeconds: String {
        let (seconds, nanoseconds) = magnitude
        return sign + Self.decimal(whole: seconds, fraction: nanoseconds, digits: 9)
    }

    /// The duration in the unit that suits its size, such as `12.345ms`, `3.2s` or `1h2m3s`.
    var readable: String {
        let (seconds, nanoseconds) = magnitude
        let text =
            switch (seconds, nanoseconds) {
            case (0, 0): "0s"
            case (0, ..<1_000): "\(nanoseconds)ns"
            case (0, ..<1_000_000):
                Self.decimal(whole: nanoseconds / 1_000, fraction: nanoseconds % 1_000, digits: 3) + "µs"
            case (0, _):
                Self.decimal(
                    whole: nanoseconds / 1_000_000,
                    fraction: nanoseconds / 1_000 % 1_000,
                    digits: 3
                ) + "ms"
            case (..<60, _):
                Self.decimal(whole: seconds, fraction: nanoseconds / 1_000_000, digits: 3) + "s"
            case (..<3_600, _): "\(seconds / 60)m\(seconds % 60)s"
            default: "\(seconds / 3_600)h\(seconds / 60 % 60)m\(seconds % 60)s"
            }
        return sign + text
    }

    private var sign: String { self < .zero ? "-" : "" }

    private var magnitude: (seconds: UInt64, nanoseconds: UInt64) {
        let (seconds, attoseconds) = components
        return (seconds.magnitude, attoseconds.magnitude / 1_000_000_000)
    }

    private static func decimal(whole: UInt64, fraction: UInt64, digits: Int) -> String {
        guard fraction > 0 else { return String(whole) }
        let figures = String(fraction)
        var text = "\(whole)." + String(repeating: "0", count: digits - figures.count) + figures
        while text.last == "0" { text.removeLast() }
        return text
    }
}
