/// A currency, with the number of decimals its amounts have.
package struct Currency: Sendable, Equatable {
    package let code: String
    package let exponent: Int

    /// An amount in the smallest unit, in full: 12345 is 123.45 where there are two decimals.
    package func text(of amount: Int64) -> String {
        let digits = String(amount.magnitude)
        let sign = amount < 0 ? "-" : ""
        guard exponent > 0 else { return sign + digits }
        let zeros = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
        let padded = zeros + digits
        return "\(sign)\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
    }

    /// Nothing, with all its decimals.
    package var zero: String { text(of: 0) }
}
