/// An expression as written.
struct ExpressionSyntax: Sendable {
    indirect enum Kind: Sendable {
        case name(String)
        /// A field of an object or of the element that `for each` goes over, and fields within fields.
        case field(of: String, [String])
        case number(String)
        case text(String)
        case boolean(Bool)
        case null
        case negate(ExpressionSyntax)
        case not(ExpressionSyntax)
        case binary(BinaryOperator, ExpressionSyntax, ExpressionSyntax)
        case divide(ExpressionSyntax, by: Located<String>, Rounding)
        case round(ExpressionSyntax, Formula.Halves, places: Int)
        /// The day of a timestamp.
        case day(ExpressionSyntax, zone: Located<String>)
        case isNull(ExpressionSyntax, negated: Bool)
        case isIn(ExpressionSyntax, [ExpressionSyntax], negated: Bool)
        case conditional(ExpressionSyntax, then: ExpressionSyntax, otherwise: ExpressionSyntax)
        case call(Located<String>, [ExpressionSyntax])
    }

    enum Rounding: Sendable {
        case exactly
        case half(Formula.Halves, places: Int)
    }

    let kind: Kind
    let range: SourceRange
}

enum BinaryOperator: String, Sendable {
    case and, or
    case equal = "="
    case unequal = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case concatenate = "||"
}
