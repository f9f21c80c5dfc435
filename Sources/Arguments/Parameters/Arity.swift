/// How many values a property takes.
public enum Arity: Sendable {
    /// Exactly one.
    case one
    /// One or none.
    case optional
    /// Any number.
    case many
}
