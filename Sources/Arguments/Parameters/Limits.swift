/// Which values of a type a parameter takes.
public struct Limits<Value: ArgumentValue>: Sendable {
    let text: String
    let contains: @Sendable (Value) -> Bool
}

extension Limits where Value: Comparable {
    /// Values of a range.
    public static func within(_ range: ClosedRange<Value>) -> Limits {
        Limits(text: "\(range.lowerBound.argument) to \(range.upperBound.argument)") { range.contains($0) }
    }

    /// Values from a minimum on.
    public static func atLeast(_ minimum: Value) -> Limits {
        Limits(text: "at least \(minimum.argument)") { $0 >= minimum }
    }
}
