/// Numbers as text.
enum Quantity {
    static func time(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        return switch milliseconds {
        case ..<1: "\(rounded(milliseconds, 2)) ms"
        case ..<10: "\(rounded(milliseconds, 1)) ms"
        case ..<1_000: "\(Int(milliseconds.rounded())) ms"
        case ..<120_000: "\(rounded(milliseconds / 1_000, 1)) s"
        case ..<7_200_000: "\(Int(milliseconds / 60_000)) min"
        case ..<172_800_000: "\(Int(milliseconds / 3_600_000)) h"
        default: "\(Int(milliseconds / 86_400_000)) days"
        }
    }

    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<(1 << 20): "\(count >> 10) kB"
        case ..<(1 << 30): "\(count >> 20) MB"
        default: "\(count >> 30) GB"
        }
    }

    static func share(_ fraction: Double) -> String { "\(Int((fraction * 100).rounded())) %" }

    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let factor = digits == 2 ? 100.0 : 10.0
        return "\((value * factor).rounded() / factor)"
    }
}
