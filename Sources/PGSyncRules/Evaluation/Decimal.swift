/// A decimal number of any size, exact.
///
/// Only what posting rules need: no division leaves a remainder behind unnoticed, nothing is rounded unasked.
package struct Decimal: Sendable, Hashable {
    /// Little-endian limbs to the base of a thousand million; no zero at the high end.
    private let limbs: [UInt32]
    private let isNegative: Bool
    /// How many digits stand behind the point; none of them a zero at the end.
    package let scale: Int

    private static let base: UInt64 = 1_000_000_000

    package static let zero = Decimal(limbs: [], isNegative: false, scale: 0)

    private init(limbs: [UInt32], isNegative: Bool, scale: Int) {
        var (limbs, scale) = (limbs, scale)
        while limbs.last == 0 { limbs.removeLast() }
        while scale > 0, !limbs.isEmpty, limbs[0] % 10 == 0 {
            limbs = Self.divided(limbs, by: 10).quotient
            scale -= 1
        }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
        self.scale = limbs.isEmpty ? 0 : scale
    }

    package init(_ integer: Int64) {
        var rest = integer.magnitude
        var limbs: [UInt32] = []
        while rest > 0 {
            limbs.append(UInt32(rest % Self.base))
            rest /= Self.base
        }
        self.init(limbs: limbs, isNegative: integer < 0, scale: 0)
    }

    /// Reads digits with an optional sign, fraction and exponent, as JSON writes numbers.
    ///
    /// A number that would have more digits than the limit when written out is not read.
    package init?(_ text: some StringProtocol, digitLimit limit: Int = 4_000) {
        var digits: [UInt8] = []
        var (scale, exponent) = (0, 0)
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            let written = rest[rest.index(after: mark)...]
            guard let value = Int(written) else { return nil }
            exponent = value
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard !part.isEmpty, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            digits += part.utf8.map { $0 - 0x30 }
            if index == 1 { scale = part.utf8.count }
        }
        guard digits.count <= limit else { return nil }
        if digits.allSatisfy({ $0 == 0 }) { (scale, exponent) = (0, 0) }
        guard abs(exponent.clamped) <= limit else { return nil }
        scale -= exponent
        if scale < 0 {
            digits += Array(repeating: 0, count: -scale)
            scale = 0
        }
        var limbs: [UInt32] = []
        var end = digits.count
        while end > 0 {
            let start = max(end - 9, 0)
            limbs.append(digits[start..<end].reduce(0) { $0 * 10 + UInt32($1) })
            end = start
        }
        self.init(limbs: limbs, isNegative: isNegative, scale: scale)
    }

    package var isZero: Bool { limbs.isEmpty }

    package var magnitude: Decimal { Decimal(limbs: limbs, isNegative: false, scale: scale) }

    /// The number as a count of units of `10^-places`, or nil when it is not a whole count or does not fit.
    package func units(places: Int) -> Int64? {
        guard scale <= places else { return nil }
        let scaled = Self.shifted(limbs, by: places - scale)
        var value: Int64 = 0
        for limb in scaled.reversed() {
            let (product, overflow) = value.multipliedReportingOverflow(by: Int64(Self.base))
            let (sum, overflowing) = product.subtractingReportingOverflow(Int64(limb))
            guard !overflow, !overflowing else { return nil }
            value = sum
        }
        guard isNegative || value != .min else { return nil }
        return isNegative ? value : -value
    }

    /// The number with the point moved to the left by so many digits.
    func shifted(behindPoint places: Int) -> Decimal {
        Decimal(limbs: limbs, isNegative: isNegative, scale: scale + places)
    }

    // MARK: Arithmetic

    package static prefix func - (value: Decimal) -> Decimal {
        Decimal(limbs: value.limbs, isNegative: !value.isNegative, scale: value.scale)
    }

    package static func + (left: Decimal, right: Decimal) -> Decimal {
        let scale = max(left.scale, right.scale)
        let (a, b) = (
            shifted(left.limbs, by: scale - left.scale), shifted(right.limbs, by: scale - right.scale)
        )
        guard left.isNegative != right.isNegative else {
            return Decimal(limbs: sum(a, b), isNegative: left.isNegative, scale: scale)
        }
        return isLess(a, b)
            ? Decimal(limbs: difference(b, a), isNegative: right.isNegative, scale: scale)
            : Decimal(limbs: difference(a, b), isNegative: left.isNegative, scale: scale)
    }

    package static func - (left: Decimal, right: Decimal) -> Decimal { left + -right }

    package static func * (left: Decimal, right: Decimal) -> Decimal {
        var limbs = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count + 1)
        for (i, a) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.limbs.enumerated() {
                let value = UInt64(limbs[i + j]) + UInt64(a) * UInt64(b) + carry
                limbs[i + j] = UInt32(value % base)
                carry = value / base
            }
            limbs[i + right.limbs.count] = UInt32(carry)
        }
        return Decimal(
            limbs: limbs,
            isNegative: left.isNegative != right.isNegative,
            scale: left.scale + right.scale
        )
    }

    /// The quotient if it needs no more than `places` digits behind the point.
    package func divided(by divisor: UInt32, exactlyTo places: Int) -> Decimal? {
        let (quotient, isExact) = quotient(of: limbs, by: divisor, places: places)
        return isExact ? Decimal(limbs: quotient, isNegative: isNegative, scale: places) : nil
    }

    /// The quotient with `places` digits behind the point, rounded to the nearest.
    func divided(by divisor: UInt32, roundedTo places: Int, halves: Formula.Halves) -> Decimal {
        // floor((2x + d) / 2d), in units of the last place: a half is where nothing is left of this division.
        let half = Decimal(limbs: [divisor], isNegative: false, scale: places)
        let numerator = magnitude + magnitude + half
        var (quotient, isHalf) = numerator.quotient(of: numerator.limbs, by: 2 * divisor, places: places)
        let isOdd = (quotient.first ?? 0) % 2 == 1
        if isHalf, halves == .down || halves == .even && isOdd { quotient = Self.difference(quotient, [1]) }
        return Decimal(limbs: quotient, isNegative: isNegative, scale: places)
    }

    private func quotient(of limbs: [UInt32], by divisor: UInt32, places: Int) -> ([UInt32], isExact: Bool) {
        var (quotient, remainder) = Self.divided(Self.shifted(limbs, by: max(places - scale, 0)), by: divisor)
        var isExact = remainder == 0
        for _ in 0..<max(scale - places, 0) {
            (quotient, remainder) = Self.divided(quotient, by: 10)
            isExact = isExact && remainder == 0
        }
        return (quotient, isExact)
    }

    // MARK: Limbs

    private static func shifted(_ limbs: [UInt32], by digits: Int) -> [UInt32] {
        var result = limbs
        for _ in 0..<(digits / 9) { result.insert(0, at: 0) }
        let factor = (0..<(digits % 9)).reduce(UInt64(1)) { power, _ in power * 10 }
        var carry: UInt64 = 0
        for index in result.indices {
            let value = UInt64(result[index]) * factor + carry
            result[index] = UInt32(value % base)
            carry = value / base
        }
        if carry > 0 { result.append(UInt32(carry)) }
        return result
    }

    private static func divided(_ limbs: [UInt32], by divisor: UInt32) -> (
        quotient: [UInt32], remainder: UInt32
    ) {
        var quotient = limbs
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            let value = remainder * base + UInt64(limbs[index])
            quotient[index] = UInt32(value / UInt64(divisor))
            remainder = value % UInt64(divisor)
        }
        while quotient.last == 0 { quotient.removeLast() }
        return (quotient, UInt32(remainder))
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for index in 0..<max(left.count, right.count) {
            let a = index < left.count ? UInt64(left[index]) : 0
            let value = a + (index < right.count ? UInt64(right[index]) : 0) + carry
            result.append(UInt32(value % base))
            carry = value / base
        }
        return carry > 0 ? result + [UInt32(carry)] : result
    }

    private static func difference(_ larger: [UInt32], _ smaller: [UInt32]) -> [UInt32] {
        var result = larger
        var borrow: Int64 = 0
        for index in larger.indices {
            var value = Int64(larger[index]) - borrow - (index < smaller.count ? Int64(smaller[index]) : 0)
            borrow = value < 0 ? 1 : 0
            if value < 0 { value += Int64(base) }
            result[index] = UInt32(value)
        }
        return result
    }

    private static func isLess(_ left: [UInt32], _ right: [UInt32]) -> Bool {
        let (left, right) = (left.trimmed, right.trimmed)
        guard left.count == right.count else { return left.count < right.count }
        return left.reversed().lexicographicallyPrecedes(right.reversed())
    }
}

extension Decimal: Comparable {
    package static func < (left: Decimal, right: Decimal) -> Bool { (left - right).isNegative }
}

extension Decimal: CustomStringConvertible {
    /// Digits without zeros at the end.
    package var description: String { text(places: 0) }

    /// Digits with at least so many places behind the point.
    package func text(places: Int) -> String {
        var digits = limbs.reversed().enumerated().map { index, limb in
            let text = String(limb)
            return index == 0 ? text : String(repeating: "0", count: 9 - text.count) + text
        }.joined()
        let places = max(places, scale)
        digits += String(repeating: "0", count: places - scale)
        if digits.count <= places {
            digits = String(repeating: "0", count: places + 1 - digits.count) + digits
        }
        let point = digits.index(digits.endIndex, offsetBy: -places)
        let text = places == 0 ? digits : "\(digits[..<point]).\(digits[point...])"
        return isNegative ? "-\(text)" : text
    }
}

extension Int {
    fileprivate var clamped: Int { Swift.max(Swift.min(self, 1_000_000), -1_000_000) }
}

extension [UInt32] {
    fileprivate var trimmed: ArraySlice<UInt32> {
        var slice = self[...]
        while slice.last == 0 { slice.removeLast() }
        return slice
    }
}
