extension Int {
    /// The number with its thousands set apart.
    var grouped: String {
        let digits = Array(String(magnitude))
        let parts = stride(from: digits.count, to: 0, by: -3).map {
            String(digits[Swift.max(0, $0 - 3)..<$0])
        }
        return (self < 0 ? "-" : "") + parts.reversed().joined(separator: ",")
    }
}

extension Double {
    /// The number with one decimal where it is small.
    var short: String {
        guard isFinite else { return "–" }
        guard abs(self) < 10, self != 0 else { return (Int(exactly: rounded()) ?? 0).grouped }
        let tenths = Int((self * 10).rounded())
        return tenths == 0 ? "<0.1" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

extension Duration {
    /// The duration in its two largest units, as somebody says how old something is.
    var roughly: String {
        let seconds = Swift.max(components.seconds, 0)
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3_600: "\(seconds / 60) m \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3_600) h \(seconds / 60 % 60) m"
        default: "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
        }
    }
}
