extension FixedWidthInteger {
    /// Divides towards negative infinity, so that the remainder by a positive divisor is never negative.
    ///
    /// It puts a moment before the epoch on the right day.
    public func flooredDivision(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
